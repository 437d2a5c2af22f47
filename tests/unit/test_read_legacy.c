/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of gperftools' texts, and of profiles that bring their names. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "read.h"
#include "stderr.h"

#define MAPS                                                                   \
	"\nMAPPED_LIBRARIES:\n"                                                \
	"1000-2000 r-xp 00000400 08:01 42   /bin/a b\n"                        \
	"3000-4000 r--p 00000400 08:01 42   /bin/data\n"

static void
read_text(struct profile *p, const char *text)
{
	struct input in = input_of("prefix.0007.heap", text, strlen(text));
	const struct reader *reader = reader_legacy.recognises(&in)
					      ? &reader_legacy
					      : &reader_symbolized;

	profile_init(p);
	assert_true(reader->recognises(&in));
	assert_int_equal(reader->read(p, &in), 0);
}

static double
total(const struct profile *p, int m)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		sum += p->rows[i].v[m].sum;
	return sum;
}

static void
assert_near(double a, double b)
{
	if (fabs(a - b) > 1e-9 * fabs(b) + 1e-9)
		fail_msg("%.12g is not %.12g", a, b);
}

static const struct location *
location_of(const struct profile *p, uint32_t row, uint32_t n)
{
	const struct stack *s = &p->stacks[p->rows[row].stack];

	return &p->locations[p->stack_locations[s->first + n]];
}

/* "a;b" of a location that brought its names, innermost first. */
static const char *
names_of(const struct profile *p, const struct location *l)
{
	static char text[256];

	text[0] = '\0';
	for (uint32_t d = 0; l->named && d < l->depth; d++) {
		const struct function *f =
			&p->functions
				 [p->frames[p->location_frames[l->first + d]]
						 .function];

		snprintf(text + strlen(text), sizeof text - strlen(text),
			"%s%s%s", d > 0 ? ";" : "",
			strtab_get(&p->strings, f->name),
			f->inlined ? "+" : "");
	}
	return text;
}

static void
exact_figures_are_as_they_are(void **state)
{
	struct profile p;

	read_text(&p, "heap profile:      3:  300 [     7:    900] @ "
		      "heapprofile\n"
		      "     2:      200 [     6:      800] @ 0x00001080 "
		      "0x00001100\n"
		      "     1:      100 [     1:      100] @ 0x5000\n"
		      "     0:        0 [     2:       64] @ 0x1080\n" MAPS);
	assert_int_equal(p.process_count, 1);
	assert_int_equal(p.processes[0].interval_max, 1);
	assert_int_equal(p.processes[0].samples, 7);
	assert_true(p.processes[0].has[ALLOC_SPACE]);
	assert_false(p.processes[0].has[PEAK_SPACE]);
	assert_string_equal(
		strtab_get(&p.strings, p.processes[0].exe), "/bin/a b");
	assert_int_equal(p.row_count, 3);
	assert_near(total(&p, INUSE_SPACE), 300);
	assert_near(total(&p, ALLOC_SPACE), 964);
	assert_true(p.rows[0].v[INUSE_SPACE].var == 0);
	assert_int_equal(location_of(&p, 0, 0)->offset, 0x480);
	assert_int_equal(location_of(&p, 1, 0)->module, NONE);
	profile_release(&p);
}

/* What `heap_v2/N` stands for, as jeprof and pprof have it. */
static double
scaled(double n, double size, double interval)
{
	return n / (1 - exp(-size / interval));
}

static void
sampled_figures_are_scaled_by_their_period(void **state)
{
	static const struct {
		const char *type;
		double interval;
	} cases[] = { { "heap_v2/4096", 4096 }, { "heapz_v2/4096", 4096 },
		{ "heap/8192", 4096 }, { "heap_v2", 131072 },
		{ "heap_v2/1", 0 }, { "heapprofile/99", 0 } };
	struct profile p;
	char text[512];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double want = cases[i].interval > 0
				      ? scaled(2, 500, cases[i].interval)
				      : 2;

		snprintf(text, sizeof text,
			"heap profile: 2: 1000 [2: 1000] @ %s\n"
			"2: 1000 [2: 1000] @ 0x1080\n" MAPS,
			cases[i].type);
		read_text(&p, text);
		assert_near(total(&p, INUSE_OBJECTS), want);
		assert_near(total(&p, INUSE_SPACE), want * 500);
		assert_false(p.processes[0].has[ALLOC_SPACE]);
		assert_int_equal(p.rows[0].v[INUSE_SPACE].var > 0,
			cases[i].interval > 0);
		profile_release(&p);
	}
}

static void
one_pair_is_enough(void **state)
{
	struct profile p;

	read_text(&p, "heap profile: 2: 1000 [0: 0] @ heapprofile\r\n"
		      "# a comment\r\n"
		      "2: 1000 @ 0x1080 0x1090\r\n" MAPS);
	assert_near(total(&p, INUSE_SPACE), 1000);
	assert_int_equal(p.stacks[p.rows[0].stack].depth, 2);
	profile_release(&p);
}

static void
growth_has_metrics_of_its_own(void **state)
{
	struct profile p;

	read_text(&p, "heap profile: 2: 1000 [2: 1000] @ growthz\n"
		      "2: 1000 [2: 1000] @ 0x1080\n" MAPS);
	assert_int_equal(p.foreign_count, 2);
	assert_int_equal(p.usual_metric, FOREIGN);
	assert_string_equal(profile_metric_name(&p, FOREIGN), "growth_space");
	assert_near(total(&p, FOREIGN), 1000);
	assert_near(total(&p, FOREIGN + 1), 2);
	assert_false(p.processes[0].has[INUSE_SPACE]);
	assert_true(p.processes[0].has[FOREIGN]);
	profile_release(&p);
}

static void
short_lists_and_names_in_them(void **state)
{
	struct profile p;

	read_text(&p, "heap profile: 2: 2 [0: 0] @ heapprofile\n"
		      "1: 1 [0: 0] @ 0x1080 0x3080\n"
		      "1: 1 [0: 0] @ 0x5080\n"
		      "--- Memory map: ---\n"
		      "build=/opt/x\n"
		      "00001000-00002000: $build/prog (@400) abc123\n"
		      "0x3000 0x4000 /lib/q.so\n"
		      "  5000-6000: /with a space\n");
	assert_string_equal(
		strtab_get(&p.strings,
			p.modules[location_of(&p, 0, 0)->module].path),
		"/opt/x/prog");
	assert_string_equal(
		strtab_get(&p.strings, p.modules[0].build_id), "abc123");
	assert_int_equal(location_of(&p, 0, 0)->offset, 0x480);
	assert_int_equal(location_of(&p, 0, 1)->offset, 0x80);
	assert_string_equal(
		strtab_get(&p.strings,
			p.modules[location_of(&p, 1, 0)->module].path),
		"/with a space");
	profile_release(&p);
}

static const char symbols[] =
	"--- symbol\n"
	"binary=/srv/prog\n"
	"0x0000000000001080 leaf\n"
	"0x000000000000108f outer<0000000000001080>--inner\n"
	"0x00000000000010af caller of it--it::operator----leaf\n"
	"0x00000000000010bf 0x00000000000010bf\n"
	"0x10cf _ZN3foo3barEv\n"
	"---\n";

static void
names_that_came_along_win(void **state)
{
	struct profile p;
	char text[1024];

	snprintf(text, sizeof text,
		"%s--- heap\n"
		"heap_v2/4096\n  t*: 1: 100 [0: 0]\n"
		"@ 0x1080 0x1090 0x10b0 0x10c0 0x10d0\n"
		"  t*: 1: 100 [0: 0]\n" MAPS,
		symbols);
	read_text(&p, text);
	assert_string_equal(names_of(&p, location_of(&p, 0, 0)), "leaf");
	assert_string_equal(
		names_of(&p, location_of(&p, 0, 1)), "inner+;outer");
	assert_string_equal(names_of(&p, location_of(&p, 0, 2)),
		"leaf+;it::operator--+;caller of it");
	assert_false(location_of(&p, 0, 3)->named);
	assert_string_equal(names_of(&p, location_of(&p, 0, 4)), "foo::bar");
	assert_int_equal(location_of(&p, 0, 1)->offset, 0x490);
	assert_near(total(&p, INUSE_OBJECTS), scaled(1, 100, 4096));
	profile_release(&p);
}

static void
names_stand_before_gperftools_too(void **state)
{
	struct profile p;
	struct said said;
	char text[1024];

	snprintf(text, sizeof text,
		"%s--- growth\nheap profile: 1: 100 [0: 0] @ heapprofile\n"
		"1: 100 @ 0x1080 0x1090\n",
		symbols);
	said_begin(&said);
	read_text(&p, text); /* the list of files is not missed */
	said_end(&said);
	assert_string_equal(said.text, "");
	assert_string_equal(
		names_of(&p, location_of(&p, 0, 1)), "inner+;outer");
	assert_string_equal(
		strtab_get(&p.strings, p.processes[0].exe), "/srv/prog");
	profile_release(&p);
}

static void
bad_lines_are_named_and_leave_nothing(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = { { "1: 2 [1: 2] @ 1080\n", "line 3: bad address" },
		{ "-1: -2 [1: 2] @ 0x1\n", "below 0" },
		{ "1: 2 [1: 2]\n", "no stack" },
		{ "0: 2 [1: 2] @ 0x1\n", "without an object" },
		{ "rubbish\n", "line 3: bad figures" },
		{ "1: 99999999999999999999 [0: 0] @ 0x1\n", "bad figures" } };
	struct profile p;
	struct said said;
	char text[512];

	profile_init(&p);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct input in;

		snprintf(text, sizeof text,
			"heap profile: 1: 2 [1: 2] @ heapprofile\n"
			"1: 2 [1: 2] @ 0x1\n%s",
			cases[i].line);
		in = input_of("x", text, strlen(text));
		said_begin(&said);
		assert_int_equal(reader_legacy.read(&p, &in), -1);
		said_end(&said);
		if (strstr(said.text, cases[i].message) == NULL)
			fail_msg("'%s', not '%s'", said.text, cases[i].message);
		assert_int_equal(p.row_count, 0);
		assert_int_equal(p.process_count, 0);
	}
	profile_release(&p);
}

static void
a_series_is_told_by_its_names(void **state)
{
	const char text[] = "heap profile: 0: 0 [0: 0] @ heapprofile\n";
	struct input in = input_of("/a/tc.0012.heap.gz", text, strlen(text));
	struct head h = { 0 };

	reader_legacy.head(&h, &in);
	assert_string_equal(h.process, "/a/tc");
	assert_int_equal(h.seq, 12);
	head_release(&h);
	in.name = "je.1234.7.i7.heap.zst";
	reader_legacy.head(&h, &in);
	assert_string_equal(h.process, "je.1234");
	assert_int_equal(h.seq, 7);
	head_release(&h);
	in.name = "other.heap";
	reader_legacy.head(&h, &in);
	assert_null(h.process);
	head_release(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_figures_are_as_they_are),
		cmocka_unit_test(sampled_figures_are_scaled_by_their_period),
		cmocka_unit_test(one_pair_is_enough),
		cmocka_unit_test(growth_has_metrics_of_its_own),
		cmocka_unit_test(short_lists_and_names_in_them),
		cmocka_unit_test(names_that_came_along_win),
		cmocka_unit_test(names_stand_before_gperftools_too),
		cmocka_unit_test(bad_lines_are_named_and_leave_nothing),
		cmocka_unit_test(a_series_is_told_by_its_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
