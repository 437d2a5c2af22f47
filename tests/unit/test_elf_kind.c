/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which programs are refused, on files made from the test's own executable:
 * whole, cut off at many places and damaged at many more.
 */
#include <errno.h>
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

#include "../../analyzer/elf_kind.h"
#include "../../analyzer/program.h"

#define SELF "/proc/self/exe"

static char folder[] = "/tmp/test-elf-kind.XXXXXX";
static char path[sizeof folder + 8];
static unsigned char *own;
static size_t own_size;

static void
write_file(const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

/* The reason for the file that write_file() wrote, or NULL. */
static const char *
reason(void)
{
	static char why[ELF_WHY_MAX];

	return elf_unprofilable(path, SELF, why);
}

static int
set_up(void **state)
{
	FILE *f = fopen(SELF, "r");
	struct stat s;

	if (!f || !mkdtemp(folder) || fstat(fileno(f), &s) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/file", folder);
	own_size = (size_t)s.st_size;
	own = malloc(own_size);
	own_size = fread(own, 1, own_size, f);
	return fclose(f);
}

static int
tear_down(void **state)
{
	free(own);
	unlink(path);
	return rmdir(folder);
}

static void
text_and_scripts_without_a_known_interpreter_pass(void **state)
{
	static const char *const texts[] = { "echo x\n", "#!", "#!\n", "#! \n",
		"#!/nonexistent", "#!/usr/bin/env\n", "#!/usr/bin/env -S -i\n",
		"#!/bin/sh", "\177ELF" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		write_file(texts[i], strlen(texts[i]));
		assert_null(reason());
	}
	write_file("", 0);
	assert_null(reason());
	assert_null(elf_why_nothing(path));
}

static void
a_script_that_runs_itself_ends(void **state)
{
	char line[sizeof path + 8];

	write_file(line, (size_t)snprintf(line, sizeof line, "#!%s\n", path));
	assert_null(reason());
}

static void
another_machine_is_named(void **state)
{
	unsigned char was = own[18];

	own[18] = 183; /* EM_AARCH64 */
	write_file(own, own_size);
	own[18] = was;
	assert_non_null(reason());
	assert_non_null(strstr(reason(), "64-bit ARM"));
}

static void
without_a_loader_it_is_static(void **state)
{
	unsigned char *copy = malloc(own_size);

	memcpy(copy, own, own_size);
	/* Program headers follow the header; types are their first words. */
	for (size_t at = 64; at + 56 <= 64 + 56 * (size_t)own[56]; at += 56)
		if (copy[at] == 3) /* PT_INTERP */
			copy[at] = 4; /* PT_NOTE */
	write_file(copy, own_size);
	free(copy);
	assert_non_null(reason());
	assert_non_null(strstr(reason(), "statically linked"));
}

static void
cut_off_files_are_survived(void **state)
{
	size_t steps[] = { 1, 4097 };

	for (size_t k = 0; k < 2; k++)
		for (size_t n = k ? 2048 : 0; n < (k ? own_size : 2048);
			n += steps[k]) {
			write_file(own, n);
			(void)reason();
			(void)elf_why_nothing(path);
		}
}

static void
damaged_files_are_survived(void **state)
{
	static const unsigned char values[] = { 0, 1, 0x7f, 0xff };
	size_t n = own_size < 65536 ? own_size : 65536;

	/* All of the header and the program headers, in each way. */
	for (size_t at = 4; at < 64 + 56 * (size_t)own[56]; at++)
		for (size_t v = 0; v < sizeof values; v++) {
			unsigned char was = own[at];

			own[at] = values[v];
			write_file(own, n);
			own[at] = was;
			(void)reason();
			(void)elf_why_nothing(path);
		}
}

static void
programs_are_found_as_execvp_finds_them(void **state)
{
	char *found;

	write_file("x", 1);
	setenv("PATH", "/nonexistent", 1);
	assert_null(program_find("file"));
	setenv("PATH", folder, 1);
	found = program_find("file");
	assert_string_equal(found, path);
	free(found);
	assert_null(program_find(""));
	assert_int_equal(chmod(path, 0644), 0);
	assert_null(program_find("file"));
	assert_int_equal(errno, EACCES);
	assert_null(program_find("other"));
	assert_int_equal(errno, ENOENT);
	assert_null(program_find(folder)); /* a folder is no program */
	assert_null(program_find("./no-such-file"));
	found = program_find(SELF);
	assert_string_equal(found, SELF);
	free(found);
	assert_string_equal(program_base_name("/a/b"), "b");
	assert_string_equal(program_base_name("b"), "b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			text_and_scripts_without_a_known_interpreter_pass),
		cmocka_unit_test(a_script_that_runs_itself_ends),
		cmocka_unit_test(another_machine_is_named),
		cmocka_unit_test(without_a_loader_it_is_static),
		cmocka_unit_test(cut_off_files_are_survived),
		cmocka_unit_test(damaged_files_are_survived),
		cmocka_unit_test(programs_are_found_as_execvp_finds_them),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
