/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of heaptrack files of every version, and of damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"
#include "read.h"
#include "stderr.h"

/* Bytes as if they were all of a file, through the reader. */
static int
read_bytes(struct profile *p, const char *name, const char *bytes, size_t n)
{
	struct source s = { .name = name,
		.at = (const unsigned char *)bytes,
		.end = (const unsigned char *)bytes + n,
		.taken = n,
		.given = n,
		.ended = true };

	profile_init(p);
	return reader_heaptrack.stream(p, &s);
}

static int
read_text(struct profile *p, const char *text)
{
	return read_bytes(p, "heaptrack.my.app.4711.zst", text, strlen(text));
}

static double
total(const struct profile *p, enum metric m)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		sum += p->rows[i].v[m].sum;
	return sum;
}

/* "leaf|inlined into;caller" with lines and files, of a row. */
static const char *
row_text(const struct profile *p, uint32_t row)
{
	static char text[512];
	const struct stack *s = &p->stacks[p->rows[row].stack];
	size_t n = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < s->depth; i++) {
		const struct location *l =
			&p->locations[p->stack_locations[s->first + i]];

		for (uint32_t k = 0; k < l->depth; k++) {
			const struct frame *f =
				&p->frames[p->location_frames[l->first + k]];
			const struct function *fn = &p->functions[f->function];

			n += (size_t)snprintf(text + n, sizeof text - n,
				"%s%s@%s:%u%s",
				k > 0	? "|"
				: i > 0 ? ";"
					: "",
				strtab_get(&p->strings, fn->name),
				strtab_get(&p->strings, fn->file), f->line,
				fn->inlined ? "i" : "");
		}
	}
	return text;
}

static const char version3[] =
	"v 10400 3\nX ./app --serve\n+ more\nhello\nI 1000 100\n"
	"s 8 /bin/app\ns 4 main\ns 6 my\nfun\ns 5 a b.c\ns 5 _Z1fv\n"
	"S leak:libfoo\n"
	"i 400010 1 2 4 20\n"
	"i 400020 1 3 4 7 5 4 9 2 4 21\n"
	"i 400030 1\n"
	"i 400040 1 2\n"
	"t 1 0\nt 2 1\nt 3 1\nt 4 0\n"
	"a 10 2\na 20 3\na 1 4\n"
	"c a\nR 5\n"
	"+ 0\n+ 1\n- 1\n+ 0\n- 0\n- 0\n+ 1\n+ 2\nc 14\nR 3\n";

static void
version_3_with_names_that_hold_newlines(void **state)
{
	struct profile p;
	const struct process *it;
	struct said said;

	said_begin(&said);
	assert_int_equal(read_text(&p, version3), 0);
	assert_non_null(strstr(said_end(&said), "1 suppressions of leaks"));
	assert_int_equal(p.row_count, 3);
	assert_string_equal(row_text(&p, 0),
		"my\nfun@a b.c:7i|f@a b.c:9i|main@a b.c:33;main@a b.c:32");
	assert_string_equal(row_text(&p, 1), "[0x400031]@:0;main@a b.c:32");
	assert_string_equal(row_text(&p, 2), "main@:0");
	it = &p.processes[0];
	assert_string_equal(strtab_get(&p.strings, it->exe), "/bin/app");
	assert_int_equal(it->pid, 4711);
	assert_int_equal(it->interval_max, 1);
	assert_int_equal(it->rss, 3 * 4096);
	assert_int_equal(it->rss_peak, 5 * 4096);
	assert_int_equal(it->samples, 5);
	profile_release(&p);
}

static void
all_four_metrics(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, version3), 0);
	assert_true(total(&p, ALLOC_SPACE) == 0x10 * 2 + 0x20 * 2 + 1);
	assert_true(total(&p, ALLOC_OBJECTS) == 5);
	/* Live at the end: info 1 and 2. */
	assert_true(total(&p, INUSE_SPACE) == 0x21);
	assert_true(total(&p, INUSE_OBJECTS) == 2);
	/* The most was 0x30, of one of each, first. */
	assert_true(total(&p, PEAK_SPACE) == 0x30);
	assert_true(p.rows[0].v[PEAK_SPACE].sum == 0x10);
	assert_true(p.rows[1].v[PEAK_OBJECTS].sum == 1);
	/* Twice freed at once; of the third something else was freed before. */
	assert_true(total(&p, TEMP_OBJECTS) == 2);
	assert_true(total(&p, TEMP_SPACE) == 0x30);
	/* And the trend has it at both times. */
	assert_int_equal(p.moment_count, 3);
	assert_int_equal(p.history[1].ns, 20000000);
	assert_int_equal(p.history[1].live, 0x21);
	assert_int_equal(p.history[2].rss, 3 * 4096);
	profile_release(&p);
}

static void
strings_of_version_1_go_to_the_end_of_the_line(void **state)
{
	struct profile p;

	for (char v = '1'; v <= '2'; v++) {
		char text[] = "v 10100 ?\nX a\ns main\ns a b.c\ni 10 0 1 2 5\n"
			      "t 1 0\na 8 1\n+ 0\n";

		*strchr(text, '?') = v;
		assert_int_equal(read_text(&p, text), 0);
		assert_string_equal(row_text(&p, 0), "main@a b.c:5");
		profile_release(&p);
	}
	assert_int_equal(
		read_text(&p, "v 10200\ns main\ni 10 0 1\nt 1 0\na 8 1\n+ 0\n"),
		0);
	assert_true(total(&p, ALLOC_SPACE) == 8);
	profile_release(&p);
}

static void
the_first_version_has_pointers(void **state)
{
	struct profile p;

	assert_int_equal(read_text(&p, "v 10100\ns main\ni 10 0 1\nt 1 0\n"
				       "+ 8 1 1000\n+ 9 1 2000\n- 2000\n"
				       "- 3000\n- 1000\n+ 7 1 1000\n"),
		0);
	assert_true(total(&p, ALLOC_SPACE) == 24);
	assert_true(total(&p, INUSE_SPACE) == 7);
	assert_true(total(&p, PEAK_SPACE) == 17);
	assert_true(total(&p, TEMP_OBJECTS) == 1);
	profile_release(&p);
}

static void
raw_files_are_module_and_offset(void **state)
{
	struct profile p;
	const struct location *l;

	assert_int_equal(
		read_text(&p,
			"v 10400 3\nx 8 /no/prog\nX prog\nI 1000 1\nm 1 -\n"
			"m 1 x 400000 0 1000 2000 800\n"
			"m a /no/lib.so 700000 0 1000\n"
			"t 402010 0\nt 7000ff 1\nt 5 1\n+ 10 2 8000\n"
			"+ 5 3 9000\n- 9000\nm 1 -\nm 1 x 500000 0 1000\n"
			"t 500010 0\n+ 1 4 7000\n"),
		0);
	assert_int_equal(p.row_count, 3);
	l = &p.locations[p.stack_locations[p.stacks[0].first]];
	assert_int_equal(l->offset, 0x100);
	assert_string_equal(strtab_get(&p.strings, p.modules[l->module].path),
		"/no/lib.so");
	l = &p.locations[p.stack_locations[p.stacks[0].first + 1]];
	assert_int_equal(l->offset, 0x2011);
	assert_string_equal(
		strtab_get(&p.strings, p.modules[l->module].path), "/no/prog");
	l = &p.locations[p.stack_locations[p.stacks[2].first]];
	assert_int_equal(l->offset, 0x11);
	assert_true(total(&p, INUSE_SPACE) == 0x11);
	assert_true(total(&p, TEMP_SPACE) == 5);
	profile_release(&p);
}

/* Against a copy of everything at each new highest total. */
static void
peaks_are_those_of_the_slow_way(void **state)
{
	enum { TRACES = 7, EVENTS = 3000 };
	char *text = malloc(1 << 20), *at = text;
	uint64_t live[TRACES] = { 0 }, peak[TRACES] = { 0 }, sum = 0, most = 0;
	struct profile p;

	srand(5);
	at += sprintf(at, "v 10400 3\ns 1 f\n");
	for (int i = 0; i < TRACES; i++)
		at += sprintf(at, "i %x 0 1 0 %x\nt %x 0\na %x %x\n", i + 1,
			i + 1, i + 1, 1 << i, i + 1);
	for (int i = 0; i < EVENTS; i++) {
		int k = rand() % TRACES;

		if (rand() % 5 < 3) {
			at += sprintf(at, "+ %x\n", k);
			live[k] += 1ul << k;
			sum += 1ul << k;
		} else if (live[k] > 0) {
			at += sprintf(at, "- %x\n", k);
			live[k] -= 1ul << k;
			sum -= 1ul << k;
		}
		if (sum > most) {
			most = sum;
			memcpy(peak, live, sizeof peak);
		}
	}
	assert_int_equal(read_text(&p, text), 0);
	assert_int_equal(p.row_count, TRACES);
	for (int i = 0; i < TRACES; i++)
		assert_true(p.rows[i].v[PEAK_SPACE].sum == (double)peak[i]);
	profile_release(&p);
	free(text);
}

static void
refuses(const char *text, const char *what)
{
	struct profile p;
	struct said said;

	said_begin(&said);
	assert_int_equal(read_text(&p, text), -1);
	said_end(&said);
	if (strstr(said.text, what) == NULL)
		fail_msg("'%s' is not in: %s", what, said.text);
	assert_int_equal(said_lines(&said), 1);
	profile_release(&p);
}

static void
what_makes_no_sense_is_one_line(void **state)
{
	refuses("v 10600 4\n", "of version 4; up to 3");
	refuses("v 10400 3\ns zz\n", "line 2: bad length");
	refuses("v 10400 3\ni 10 1\n", "line 2: bad address");
	refuses("v 10400 3\nt 1 0\n", "line 2: bad trace");
	refuses("v 10400 3\ni 1 0\nt 1 1\n", "line 3: bad trace");
	refuses("v 10400 3\na 1 1\n", "bad allocation info");
	refuses("v 10400 3\n+ 0\n", "bad allocation");
	refuses("v 10400 3\n- 0\n", "bad free");
	refuses("v 10400 3\nhello\n", "line 2: not a line");
	refuses("v 10400 3\nm 1 x 1 2\n", "bad module");
	refuses("v 10400 3\nc\n", "bad figures");
	refuses("v 10400 3\ni 1 0\nx 1 a\n", "line 3: out of place");
}

static void
cut_off_anywhere_it_is_read_so_far(void **state)
{
	struct profile p;
	struct said said;

	for (size_t n = strlen("v 10400 3\n"); n < sizeof version3 - 1; n++) {
		said_begin(&said);
		assert_int_equal(read_bytes(&p, "x", version3, n), 0);
		said_end(&said);
		if (version3[n - 1] != '\n')
			assert_non_null(strstr(said.text, "cut off"));
		profile_release(&p);
	}
}

/* Each of 200,000 traces hangs below the one before, and each allocates. */
static void
a_deep_chain_costs_no_more_than_its_size(void **state)
{
	enum { DEEP = 200000 };
	char *text = malloc(DEEP * 40 + 100), *at = text;
	struct profile p;
	struct said said;

	at += sprintf(at, "v 10400 3\ni 1 0\n");
	for (int i = 0; i < DEEP; i++)
		at += sprintf(at, "t 1 %x\na 1 %x\n+ %x\n", i, i + 1, i);
	said_begin(&said);
	assert_int_equal(read_text(&p, text), 0);
	assert_non_null(strstr(said_end(&said), "[other stacks]"));
	assert_true(total(&p, ALLOC_OBJECTS) == DEEP);
	assert_true(p.stack_location_count < 10u * DEEP * 40);
	profile_release(&p);
	free(text);
}

/* Of a million functions at one address, in traces of it alone. */
static void
functions_at_one_address_are_bounded(void **state)
{
	enum { TRACES = 20000 };
	char *text = malloc(TRACES * 60 + 10000), *at = text;
	uint64_t frames = 0;
	struct profile p;
	struct said said;

	at += sprintf(at, "v 10400 3\ns 1 f\ni 1 0");
	for (int i = 0; i < 300; i++)
		at += sprintf(at, " 1 0 %x", i);
	at += sprintf(at, "\n");
	for (int i = 0; i < TRACES; i++)
		at += sprintf(at, "t 1 %x\na 1 %x\n+ %x\n", i, i + 1, i);
	said_begin(&said);
	assert_int_equal(read_text(&p, text), 0);
	assert_non_null(strstr(said_end(&said), "[other stacks]"));
	assert_true(total(&p, ALLOC_OBJECTS) == TRACES);
	for (uint32_t i = 0; i < p.stack_location_count; i++)
		frames += p.locations[p.stack_locations[i]].depth;
	assert_true(frames < 1000000);
	profile_release(&p);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_3_with_names_that_hold_newlines),
		cmocka_unit_test(all_four_metrics),
		cmocka_unit_test(
			strings_of_version_1_go_to_the_end_of_the_line),
		cmocka_unit_test(the_first_version_has_pointers),
		cmocka_unit_test(raw_files_are_module_and_offset),
		cmocka_unit_test(peaks_are_those_of_the_slow_way),
		cmocka_unit_test(what_makes_no_sense_is_one_line),
		cmocka_unit_test(cut_off_anywhere_it_is_read_so_far),
		cmocka_unit_test(a_deep_chain_costs_no_more_than_its_size),
		cmocka_unit_test(functions_at_one_address_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
