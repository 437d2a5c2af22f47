/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles as they are written, and as a stranger might write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "dumps.h"
#include "read_bundle.h"
#include "stderr.h"
#include "symbolize.h"
#include "tar.h"
#include "write_bundle.h"

static char *folder;

static char *
file_of(const char *name, const void *bytes, size_t length)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fwrite(bytes, 1, length, f);
	fclose(f);
	return path;
}

static void
put(FILE *out, const char *name, const char *bytes, size_t length)
{
	static const char zeros[TAR_BLOCK];
	unsigned char block[TAR_BLOCK];
	struct tar_member m = { .size = length };

	strncpy(m.name, name, TAR_NAME_MAX);
	tar_header(block, &m);
	fwrite(block, 1, sizeof block, out);
	fwrite(bytes, 1, length, out);
	fwrite(zeros, 1, tar_padding(length), out);
}

/* A bundle of one dump, by hand; the path, to be freed. */
static char *
archive(const char *list, const char *symbols, const char *dump)
{
	char *path = xasprintf("%s/x.hfb", folder);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	put(f, BUNDLE_LIST, list, strlen(list));
	put(f, BUNDLE_SYMBOLS, symbols, strlen(symbols));
	if (dump)
		put(f, BUNDLE_DUMPS "1/h.heap", dump, strlen(dump));
	fclose(f);
	return path;
}

#define LIST "heapflame-bundle 1\ndump - 1700000000123 - d/h.1.heap\n"

static const char symbols[] =
	"m - - - -\nf [0x99] - -\n"
	"m /opt/my%20app/server aabbcc some%20why here%20soname=so\n"
	"f my%20fun src/a.c i\nf outer - n\nl 500 1 7 2 9\n";

static void
refuses(const char *list, const char *names, const char *dump, const char *what)
{
	char *path = archive(list, names, dump);
	struct said said;

	said_begin(&said);
	assert_null(bundle_open(path));
	said_end(&said);
	if (strstr(said.text, what) == NULL)
		fail_msg("'%s' is not in: %s", what, said.text);
	assert_int_equal(said_lines(&said), 1);
	free(path);
}

static void
names_go_to_the_addresses_they_are_of(void **state)
{
	char *path = archive(LIST, symbols, own_dump);
	struct bundle *b = bundle_open(path);
	const struct location *l;
	const struct module *m;
	struct profile p;
	struct head head;

	assert_non_null(b);
	assert_int_equal(b->count, 1);
	assert_int_equal(b->members[0].changed_ms, 1700000000123);
	assert_int_equal(bundle_head(b, 0, &head), 0);
	assert_string_equal(head.process,
		"11112222-3333-4444-5555-666677778888/4711-18f0aa11bb2");
	head_release(&head);
	profile_init(&p);
	assert_int_equal(bundle_read(b, 0, &p), 0);
	/* 0x1100 of the dump is offset 0x500 of that module. */
	l = &p.locations[p.stack_locations[p.stacks[0].first + 1]];
	assert_int_equal(l->offset, 0x500);
	assert_int_equal(l->depth, 2);
	m = &p.modules[l->module];
	assert_string_equal(strtab_get(&p.strings, m->why), "some why");
	assert_string_equal(strtab_get(&p.strings, m->facts), "here soname=so");
	/* What it does not name is left to the symbolizer. */
	assert_int_equal(
		p.locations[p.stack_locations[p.stacks[0].first]].depth, 0);
	assert_string_equal(
		strtab_get(&p.strings, p.processes[0].source), "d/h.1.heap");
	profile_release(&p);
	bundle_free(b);
	free(path);
}

static void
what_makes_no_sense_is_one_line(void **state)
{
	refuses("heapflame-bundle 7\n", symbols, own_dump, "of version 7");
	refuses("heapflame-bundle\n", symbols, own_dump, "no version");
	refuses(LIST "dump\n", symbols, own_dump, "bad line in its list");
	refuses(LIST "dump - 5 0 x\n", symbols, own_dump,
		"bad line in its list");
	refuses(LIST "dump - 5 - x", symbols, own_dump, "bad line in its list");
	refuses(LIST, symbols, NULL, "cut off before its first dump");
	refuses(LIST, "l 5 0 0\n", own_dump, "bad line in its symbols");
	refuses(LIST, "m a - - -\nl 5 0 0\n", own_dump, "its symbols");
	refuses(LIST, "m b - - -\nm a - - -\n", own_dump, "its symbols");
	refuses(LIST, "m a - - -\nm a - - -\n", own_dump, "its symbols");
	refuses(LIST, "m a - - -\nf f - n\nl 5 0 0\nl 5 0 0\n", own_dump,
		"its symbols");
	refuses(LIST, "m a - - -\nf f - n\nl 5\n", own_dump, "its symbols");
}

/* 200,000 addresses, each of 256 functions inlined into one another. */
static void
inlined_functions_are_bounded(void **state)
{
	enum { STACKS = 20000 };
	char *names = malloc(10000), *at = names;
	char *dump = malloc(STACKS * 80 + 100), *end = dump, *path;
	struct bundle *b;
	struct profile p;
	struct said said;
	uint64_t frames = 0;

	at += sprintf(at, "m - - - -\nf f - n\nl 1");
	for (int i = 0; i < BUNDLE_DEPTH_MAX; i++)
		at += sprintf(at, " 0 %d", i);
	sprintf(at, "\n");
	end += sprintf(end, "heap_v2/1\n  t*: 1: 1 [0: 0]\n");
	for (int i = 0; i < STACKS; i++)
		end += sprintf(
			end, "@ 0x1 0x1 0x1 0x%x\n  t*: 1: 8 [0: 0]\n", i + 2);
	sprintf(end, "\nMAPPED_LIBRARIES:\n");
	path = archive(LIST, names, dump);
	b = bundle_open(path);
	assert_non_null(b);
	profile_init(&p);
	said_begin(&said);
	assert_int_equal(bundle_read(b, 0, &p), 0);
	assert_non_null(strstr(said_end(&said), "more inlined functions"));
	for (uint32_t i = 0; i < p.stack_location_count; i++)
		frames += p.locations[p.stack_locations[i]].depth;
	assert_true(frames <= 4 * STACKS);
	profile_release(&p);
	bundle_free(b);
	free(path);
	free(names);
	free(dump);
}

/* With an odd name, and a long one, of which the end is kept. */
static void
what_is_written_is_read_back(void **state)
{
	char *dump = file_of("d.heap", own_dump, sizeof own_dump - 1);
	char *odd =
		file_of("\x01 %-\xff", jemalloc_dump, sizeof jemalloc_dump - 1);
	char name[300], *path = xasprintf("%s/w.hfb", folder);
	struct bundled list[3] = {
		{ .path = dump,
			.extent = UINT64_MAX,
			.name = name,
			.run_folder = "run 1",
			.named = true },
		{ .path = odd,
			.extent = UINT64_MAX,
			.name = odd,
			.run_folder = "-",
			.running = true,
			.changed_ms = 77 },
		{ .path = dump,
			.extent = 300,
			.name = "-",
			.run_folder = "run 1" },
	};
	FILE *out = fopen(path, "wb");
	struct profile p, one;
	struct bundle *b;

	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	profile_init(&p);
	hand_process(&p, 1, PROCESS_ENDED, 1);
	hand_stack(&p, "main;a:5;[x+0x1]", false);
	assert_int_equal(write_bundle(out, &p, list, 3), 0);
	fclose(out);
	assert_true(bundle_is(path));
	b = bundle_open(path);
	assert_non_null(b);
	assert_int_equal(b->count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(b->members[i].name, list[i].name);
		assert_string_equal(
			b->members[i].run_folder, list[i].run_folder);
		assert_true(b->members[i].named == list[i].named);
		assert_true(b->members[i].running == list[i].running);
		assert_int_equal(b->members[i].changed_ms, list[i].changed_ms);
	}
	profile_init(&one);
	assert_int_equal(bundle_read(b, 0, &one), 0);
	assert_int_equal(one.process_count, 1);
	profile_release(&one);
	/* The names of p find their places again. */
	profile_init(&one);
	profile_location(&one, profile_module(&one, "/bin/prog", "abcd"),
		p.locations[1].offset);
	bundle_symbols_apply(b->symbols, &one);
	assert_int_equal(one.locations[0].depth, 1);
	assert_int_equal(one.frames[0].line, 5);
	profile_release(&one);
	bundle_free(b);
	profile_release(&p);
	free(dump);
	free(odd);
	free(path);
}

static void
every_cut_is_one_line_or_read_so_far(void **state)
{
	char *path = archive(LIST, symbols, own_dump);
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(1 << 16);
	size_t n = fread(bytes, 1, 1 << 16, f);

	fclose(f);
	free(path);
	for (size_t i = 0; i < n; i += 37) {
		struct bundle *b;
		struct said said;

		path = file_of("cut.hfb", bytes, i);
		said_begin(&said);
		b = bundle_is(path) ? bundle_open(path) : NULL;
		said_end(&said);
		assert_true(said_lines(&said) <= 1);
		if (b)
			bundle_free(b);
		free(path);
	}
	free(bytes);
}

static int
make_folder(void **state)
{
	folder = new_folder();
	return 0;
}

static int
remove_it(void **state)
{
	remove_folder(folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_to_the_addresses_they_are_of),
		cmocka_unit_test(what_makes_no_sense_is_one_line),
		cmocka_unit_test(inlined_functions_are_bounded),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(every_cut_is_one_line_or_read_so_far),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_it);
}
