/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of dumps to try. Dumps here are empty space of some size, and time
 * is what the test says; for a test built with --wrap=hf_state_clock. Include
 * it after cmocka.h.
 */
#ifndef HF_FOLDER_SHARED_H
#define HF_FOLDER_SHARED_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "folder.h"
#include "hf_shared.h"
#include "identity.h"

#define SECOND 1000000000ULL

static uint64_t now_ns;
static char root[64]; /* of this test; removed after it */
static struct hfs_header header; /* of the process that dumps */

uint64_t __wrap_hf_state_clock(void);

uint64_t
__wrap_hf_state_clock(void)
{
	return now_ns;
}

static inline void
name_in_root(char path[512], const char *name)
{
	snprintf(path, 512, "%s/%s", root, name);
}

static inline void
run_shell(const char *command)
{
	char line[512];

	snprintf(line, sizeof line, "cd '%s' && %s", root, command);
	assert_int_equal(system(line), 0);
}

/* A file of `size` bytes, last changed so many seconds ago. */
static inline void
put_file(const char *name, off_t size, time_t age)
{
	struct timespec times[2] = { { time(NULL) - age, 0 },
		{ time(NULL) - age, 0 } };
	char path[512];
	int fd;

	name_in_root(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static inline bool
exists(const char *name)
{
	char path[512];
	struct stat st;

	name_in_root(path, name);
	return lstat(path, &st) == 0;
}

struct census {
	uint64_t files, bytes, other;
};

/* What is in the folder: dumps, and anything else. */
static inline struct census
count_files(void)
{
	struct census c = { 0 };
	DIR *d = opendir(root);
	struct dirent *e;
	struct stat st;

	assert_non_null(d);
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] == '.')
			continue;
		assert_int_equal(fstatat(dirfd(d), e->d_name, &st, 0), 0);
		if (n > 5 && strcmp(e->d_name + n - 5, ".heap") == 0) {
			c.files++;
			c.bytes += (uint64_t)st.st_size;
		} else {
			c.other++;
		}
	}
	closedir(d);
	return c;
}

/* The name that a dump of this process has. */
static inline const char *
dump_name(uint32_t sequence, char kind, uint32_t number)
{
	static char name[256];

	if (kind == 'f')
		snprintf(name, sizeof name, "d.%s.%u.f.heap", header.id,
			sequence);
	else
		snprintf(name, sizeof name, "d.%s.%u.%c%u.heap", header.id,
			sequence, kind, number);
	return name;
}

/* Prepares, writes and commits one. False: prepare said no. */
static inline bool
dump(uint32_t sequence, char kind, uint64_t bytes, uint64_t live)
{
	struct hf_dump_reason why = { .kind = kind,
		.number = sequence,
		.sequence = sequence,
		.now_ns = now_ns };
	struct hf_folder f;
	long fd;
	bool done;

	assert_true(hf_folder_open(&f));
	done = hf_folder_prepare(&f, &header, &why);
	if (done) {
		fd = hf_folder_create(&f);
		assert_true(fd >= 0);
		assert_int_equal(ftruncate((int)fd, (off_t)bytes), 0);
		close((int)fd);
		assert_true(hf_folder_commit(&f, &why, bytes, live));
		assert_string_equal(
			f.name, dump_name(sequence, kind, sequence));
	} else {
		assert_int_equal(f.error, -ENOSPC);
	}
	hf_folder_close(&f);
	return done;
}

/* As a process that has just begun, with a folder of its own. */
static inline int
begin(void **state)
{
	static uint32_t generation;

	strcpy(root, "/tmp/test-hf-folder.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	hf_options_read(NULL);
	memset(&hf_identity, 0, sizeof hf_identity);
	strcpy(hf_identity.exe, "/usr/bin/some program");
	snprintf(hf_identity.prefix, sizeof hf_identity.prefix, "%s/d", root);
	memset(&header, 0, sizeof header);
	header.pid = 4711;
	header.generation = ++generation;
	header.start_wall_ms = 0x18f0aa11bb1;
	hf_identity_rename(&header);
	now_ns = 1000 * SECOND;
	return 0;
}

static inline int
end(void **state)
{
	char line[128];

	snprintf(line, sizeof line, "rm -rf '%s'", root);
	return system(line);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

#endif
