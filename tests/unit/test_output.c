/* SPDX-License-Identifier: Apache-2.0 */
/* A file appears whole or not at all, and nothing else is left behind. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "write.h"

static char folder[] = "/tmp/test_output.XXXXXX";

static int
enter_folder(void **state)
{
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int
remove_folder(void **state)
{
	unlink("file");
	unlink("link");
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void
expect_file(const char *path, const char *want)
{
	char text[64] = "";
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_int_equal(fread(text, 1, sizeof text - 1, in), strlen(want));
	assert_string_equal(text, want);
	fclose(in);
}

static int
files_here(void)
{
	DIR *dir = opendir(".");
	struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

/* Without the line that it costs on stderr. */
static int
quietly(int (*try)(struct output *), struct output *o)
{
	int kept = dup(STDERR_FILENO), rc;

	close(STDERR_FILENO);
	rc = try(o);
	dup2(kept, STDERR_FILENO);
	close(kept);
	return rc;
}

static void
file_appears_at_the_commit(void **state)
{
	struct output o;
	struct stat st;
	mode_t mask = umask(027);

	assert_int_equal(output_open(&o, "file"), 0);
	fputs("one", o.stream);
	assert_int_equal(fflush(o.stream), 0);
	assert_int_equal(access("file", F_OK), -1);
	assert_int_equal(output_commit(&o), 0);
	expect_file("file", "one");
	assert_int_equal(files_here(), 1);
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	umask(mask);
}

static void
old_file_stays_until_the_commit(void **state)
{
	struct output o;

	assert_int_equal(output_open(&o, "file"), 0);
	fputs("two", o.stream);
	output_abandon(&o);
	expect_file("file", "one");
	assert_int_equal(files_here(), 1);
}

static void
link_stays_a_link(void **state)
{
	struct output o;
	struct stat st;

	assert_int_equal(symlink("file", "link"), 0);
	assert_int_equal(output_open(&o, "link"), 0);
	fputs("three", o.stream);
	assert_int_equal(output_commit(&o), 0);
	expect_file("file", "three");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(files_here(), 2);
}

static void
full_disk_is_an_error(void **state)
{
	struct output o;
	struct stat st;

	assert_int_equal(output_open(&o, "/dev/full"), 0);
	fputs("four", o.stream);
	assert_int_equal(quietly(output_commit, &o), -1);
	/* A device is written, not replaced. */
	assert_int_equal(stat("/dev/full", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static int
open_in_no_folder(struct output *o)
{
	return output_open(o, "no/such/folder");
}

static int
open_a_folder(struct output *o)
{
	return output_open(o, "/tmp");
}

static void
place_that_is_none_is_an_error(void **state)
{
	struct output o;

	assert_int_equal(quietly(open_in_no_folder, &o), -1);
	assert_null(o.stream);
	assert_int_equal(quietly(open_a_folder, &o), -1);
	assert_null(o.stream);
}

static void
dash_is_standard_output(void **state)
{
	struct output o;

	assert_int_equal(output_open(&o, "-"), 0);
	assert_ptr_equal(o.stream, stdout);
	assert_int_equal(output_commit(&o), 0);
	output_abandon(&o);
	/* It belongs to the whole program, and stays open. */
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_appears_at_the_commit),
		cmocka_unit_test(old_file_stays_until_the_commit),
		cmocka_unit_test(link_stays_a_link),
		cmocka_unit_test(full_disk_is_an_error),
		cmocka_unit_test(place_that_is_none_is_an_error),
		cmocka_unit_test(dash_is_standard_output),
	};

	return cmocka_run_group_tests(tests, enter_folder, remove_folder);
}
