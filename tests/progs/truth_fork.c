/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parent with live blocks forks. The child frees some of what it inherited,
 * reallocates one, allocates its own; the parent goes on meanwhile. Each states
 * its truth in a file named on the command line: parent, child. The child's
 * truth is what it allocated itself; what is left of the inherited blocks it
 * states apart, as `inherited BYTES OBJECTS`.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "truth.h"

#define BLOCKS 40

static void *blocks[BLOCKS];

static void
by_parent_before(void)
{
	for (size_t i = 0; i < BLOCKS; i++)
		blocks[i] = TOOK(malloc(100 + i), 100 + i);
}

static void
by_parent_after(void)
{
	for (int i = 0; i < 10; i++)
		free(GAVE(blocks[i]));
	for (size_t i = 0; i < 20; i++)
		TOOK(malloc(1000), 1000);
}

static void
by_child(void)
{
	for (size_t i = 1; i <= 30; i++) {
		void *p = TOOK(malloc(i * 11), i * 11);

		if (i % 2)
			free(GAVE(p));
	}
}

static void
by_child_realloc(void)
{
	GAVE(blocks[0]);
	blocks[0] = TOOK(realloc(blocks[0], 70000), 70000);
}

static int
open_for(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0)
		truth_fail("cannot write the truth");
	return fd;
}

/* The sites of the parent so far become inherited ones. */
static long long
forget_parent(long long *objects)
{
	long long bytes = truth_live;

	*objects = 0;
	for (int i = 0; i < truth_count; i++) {
		*objects += truth_sites[i].inuses;
		truth_sites[i] =
			(struct truth_site){ .name = truth_sites[i].name };
	}
	return bytes;
}

static int
child(const char *path)
{
	long long bytes, objects;
	int fd = open_for(path);
	char line[100];
	int n;

	/* After this an inherited block makes its site's inuse negative. */
	bytes = forget_parent(&objects);
	for (int i = 30; i < BLOCKS; i++)
		free(GAVE(blocks[i]));
	by_child_realloc();
	bytes += truth_sites[0].inuse;
	objects += truth_sites[0].inuses;
	truth_sites[0].inuse = truth_sites[0].inuses = 0;
	by_child();
	truth_print_to(fd, 0, 1);
	n = snprintf(
		line, sizeof line, "inherited %lld %lld\n", bytes, objects);
	return write(fd, line, (size_t)n) != n;
}

int
main(int argc, char **argv)
{
	int status = 1;
	pid_t pid;

	if (argc != 3)
		truth_fail("usage: truth_fork PARENT_FILE CHILD_FILE");
	by_parent_before();
	pid = fork();
	if (pid == 0)
		return child(argv[2]);
	by_parent_after();
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		truth_fail("the child failed");
	truth_print_to(open_for(argv[1]), 0, 1);
	return 0;
}
