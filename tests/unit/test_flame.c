/* SPDX-License-Identifier: Apache-2.0 */
/* From a profile to a file: the right name, whole or not at all. */
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

#include "err.h"
#include "flame.h"

static char folder[] = "/tmp/heapflame-test-XXXXXX";

static int
make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
	return rmdir(folder);
}

/* One process of one stack, leaf "leaf" called by "main"; bytes may be 0. */
static void
make_profile(struct profile *p, double bytes)
{
	const char *names[] = { "leaf", "main" };
	uint32_t locations[2];
	struct process process = {
		.exe = NONE,
		.id = NONE,
		.boot = NONE,
		.parent = NONE,
		.ancestors = NONE,
		.source = NONE,
		.has = { [INUSE_SPACE] = true, [INUSE_OBJECTS] = true },
	};
	struct row *row;

	profile_init(p);
	/* As the symbolizer leaves it. */
	p->location_frames = xcalloc(2, sizeof *p->location_frames);
	p->location_frame_count = 2;
	for (int i = 0; i < 2; i++) {
		struct function f = {
			.name = strtab_add(&p->strings, names[i]),
			.file = NONE,
			.module = NONE,
			.named = true,
		};
		struct frame frame = { .function = profile_function(p, f) };

		locations[i] = profile_location(p, NONE, 16 + (uint64_t)i);
		p->location_frames[i] = profile_frame(p, frame);
		p->locations[locations[i]].first = (uint32_t)i;
		p->locations[locations[i]].depth = 1;
	}
	profile_process(p, process);
	row = profile_row(
		p, profile_stack(p, locations, 2, false), 0, NONE, NONE, NONE);
	row->v[INUSE_SPACE].sum = bytes;
	row->v[INUSE_OBJECTS].sum = bytes / 100;
}

/* Caller frees; NULL if there is no such file. */
static char *
contents(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &size, '\0', in) < 0)
		text[0] = '\0';
	fclose(in);
	return text;
}

static char *
path_in_folder(const char *name)
{
	char *path = malloc(sizeof folder + strlen(name) + 1);

	sprintf(path, "%s/%s", folder, name);
	return path;
}

static void
a_profile_becomes_a_file(void **state)
{
	char *path = path_in_folder("x.svg"), *svg;
	struct profile p;

	make_profile(&p, 4096);
	assert_int_equal(flame_write(&p, path, NULL, NULL), 0);
	svg = contents(path);
	assert_non_null(strstr(svg, ">leaf</text>"));
	assert_non_null(strstr(svg, "inuse_space: 4.0 KiB"));
	assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
	free(svg);
	unlink(path);
	free(path);
	profile_release(&p);
}

static void
nothing_live_is_a_picture_too(void **state)
{
	char *path = path_in_folder("x.svg"), *svg;
	struct profile p;

	make_profile(&p, 0);
	assert_int_equal(flame_write(&p, path, NULL, NULL), 0);
	svg = contents(path);
	assert_non_null(strstr(svg, "Nothing is live"));
	free(svg);
	unlink(path);
	free(path);
	profile_release(&p);
}

static void
a_metric_that_is_not_there_writes_nothing(void **state)
{
	const struct selection peak = { .metric = PEAK_SPACE };
	char *path = path_in_folder("x.svg");
	struct profile p;

	make_profile(&p, 4096);
	assert_int_equal(flame_write(&p, path, &peak, NULL), -1);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
	profile_release(&p);
}

static void
a_folder_that_is_not_there_is_an_error(void **state)
{
	char *path = path_in_folder("none/x.svg");
	struct profile p;

	make_profile(&p, 4096);
	assert_int_equal(flame_write(&p, path, NULL, NULL), -1);
	free(path);
	profile_release(&p);
}

static void
expect_path(const char *origin, const char *expected)
{
	char *path = flame_path(origin);

	assert_string_equal(path, expected);
	free(path);
}

static void
the_file_is_named_after_what_was_read(void **state)
{
	expect_path("/", "/flame.svg");
	expect_path("/tmp", "/tmp/flame.svg");
	expect_path("/tmp/", "/tmp/flame.svg");
	expect_path("/nowhere/a.b.1.f.heap", "a.b.1.f.svg");
	expect_path("prof.out", "prof.out.svg");
	expect_path(".heap", ".heap.svg");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_profile_becomes_a_file),
		cmocka_unit_test(nothing_live_is_a_picture_too),
		cmocka_unit_test(a_metric_that_is_not_there_writes_nothing),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
		cmocka_unit_test(the_file_is_named_after_what_was_read),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
