/* SPDX-License-Identifier: Apache-2.0 */
/* How old what lives is, and which kind of leak that makes it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "leaks.h"

#define MOST 2000

static struct leak_birth births[MOST];

static uint32_t seed = 12345;

static double
chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed / 4294967296.0;
}

static int
compare(const void *x, const void *y)
{
	const struct leak_birth *a = x, *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

/* n births, evenly between two times of the life; behind what is there. */
static uint32_t
evenly(uint32_t from, uint32_t n, double low, double high)
{
	for (uint32_t i = 0; i < n; i++)
		births[from + i] =
			(struct leak_birth){ low + (high - low) * (i + 0.5) / n,
				100 };
	return from + n;
}

static enum leak_kind
judge(uint32_t n, bool freed, double lifetime)
{
	struct leak_births b = { births, n, freed, lifetime };

	qsort(births, n, sizeof *births, compare);
	return leak_judge(&b);
}

static void
what_goes_on_accumulates(void **state)
{
	assert_int_equal(
		judge(evenly(0, 12, 0, 1), false, 0), LEAK_ACCUMULATES);
	/* Three or so are no evidence of anything. */
	assert_int_equal(judge(evenly(0, 4, 0, 1), false, 0), LEAK_UNTOLD);
	/* On top of a table of the start. */
	assert_int_equal(
		judge(evenly(evenly(0, 1000, 0, 0.02), 40, 0, 1), false, 0),
		LEAK_ACCUMULATES);
	/* From the middle on. */
	assert_int_equal(
		judge(evenly(0, 60, 0.5, 1), false, 0), LEAK_ACCUMULATES);
	/* Others of the stack are freed, after a hundredth of the life. */
	assert_int_equal(
		judge(evenly(0, 100, 0, 1), true, 0.01), LEAK_ACCUMULATES);
	assert_int_equal(judge(evenly(0, 100, 0, 1), true, 0.3), LEAK_UNTOLD);
}

static void
what_came_early_is_kept(void **state)
{
	assert_int_equal(judge(evenly(0, 1, 0, 0.02), false, 0), LEAK_START_UP);
	assert_int_equal(judge(evenly(0, 1, 0, 0.3), false, 0), LEAK_UNTOLD);
	assert_int_equal(
		judge(evenly(0, 500, 0, 0.2), true, 0.5), LEAK_START_UP);
	/* A few later ones, up to a tenth, don't change that. */
	assert_int_equal(
		judge(evenly(evenly(0, 500, 0, 0.1), 3, 0.3, 0.9), false, 0),
		LEAK_START_UP);
	assert_int_equal(judge(evenly(0, 500, 0, 0.4), false, 0), LEAK_UNTOLD);
}

static void
what_is_neither_is_not_told(void **state)
{
	/* A cache that turns over, a batch late in life, one that ended. */
	assert_int_equal(judge(evenly(0, 500, 0.8, 1), true, 0.2), LEAK_UNTOLD);
	assert_int_equal(
		judge(evenly(0, 500, 0.5, 1), true, 0.01), LEAK_UNTOLD);
	assert_int_equal(
		judge(evenly(0, 500, 0.8, 0.81), false, 0), LEAK_UNTOLD);
	assert_int_equal(
		judge(evenly(0, 500, 0.7, 0.71), false, 0), LEAK_UNTOLD);
	assert_int_equal(judge(evenly(0, 500, 0, 0.66), false, 0), LEAK_UNTOLD);
	assert_int_equal(judge(0, false, 0), LEAK_UNTOLD);
	/* One block that is nearly all of it. */
	evenly(0, 100, 0, 1);
	births[3].bytes = 1e6;
	births[50].bytes = 1e6;
	assert_int_equal(judge(100, false, 0), LEAK_UNTOLD);
}

enum shape { LEAK, OLDEST_OUT, ANY_OUT, FILL };

/* Of 2,000 runs the share that is called so, in percent. */
static double
called(enum leak_kind kind, enum shape shape, uint32_t n, bool freed, double x)
{
	int hits = 0;

	for (int run = 0; run < 2000; run++) {
		for (uint32_t i = 0; i < n; i++) {
			double at = chance();

			if (shape == OLDEST_OUT)
				at = 1 - x * at;
			else if (shape == ANY_OUT) /* the first fill is old */
				at = fmax(1 + x * log(at + 1e-9), 1e-4);
			else if (shape == FILL)
				at *= x;
			births[i] = (struct leak_birth){ at, 1 };
		}
		hits += judge(n, freed, 0.005) == kind;
	}
	return hits / 20.0;
}

/* What docs/SAMPLING.md, section 11, has. */
static void
chance_makes_few_of_them(void **state)
{
	static const uint32_t counts[] = { 5, 10, 20, 40, 100 };

	for (int i = 0; i < 5; i++)
		print_message("%u blocks: found, %%: %.1f, where others are "
			      "freed %.1f\n",
			counts[i],
			called(LEAK_ACCUMULATES, LEAK, counts[i], false, 0),
			called(LEAK_ACCUMULATES, LEAK, counts[i], true, 0));
	for (double x = 0.3; x < 0.95; x += 0.1)
		print_message("20 and 200 blocks at %.1f, %%: oldest out "
			      "%.1f %.1f, any out %.1f %.1f, fill %.1f %.1f\n",
			x, called(LEAK_ACCUMULATES, OLDEST_OUT, 20, true, x),
			called(LEAK_ACCUMULATES, OLDEST_OUT, 200, true, x),
			called(LEAK_ACCUMULATES, ANY_OUT, 20, true, x),
			called(LEAK_ACCUMULATES, ANY_OUT, 200, true, x),
			called(LEAK_ACCUMULATES, FILL, 20, false, x),
			called(LEAK_ACCUMULATES, FILL, 200, false, x));
	assert_true(called(LEAK_ACCUMULATES, LEAK, 40, false, 0) > 95);
	assert_true(called(LEAK_ACCUMULATES, LEAK, 100, true, 0) > 80);
	for (double x = 0.1; x < 0.35; x += 0.1) {
		assert_true(
			called(LEAK_ACCUMULATES, OLDEST_OUT, 200, true, x) < 1);
		assert_true(called(LEAK_ACCUMULATES, ANY_OUT, 20, true, x) < 2);
		assert_true(
			called(LEAK_ACCUMULATES, FILL, 200, false, 2 * x) < 1);
	}
	/* At any time, yet taken for a start-up: 5 % */
	assert_true(called(LEAK_START_UP, LEAK, 1, false, 0) < 6.5);
	assert_true(called(LEAK_START_UP, LEAK, 2, false, 0) < 6.5);
	assert_true(called(LEAK_START_UP, LEAK, 20, true, 0) < 0.1);
}

static void
dates_alone_say_less(void **state)
{
	struct leak_dates d = { .n = 50, .last = 0.1 };

	assert_int_equal(leak_judge_dates(&d), LEAK_START_UP);
	d.last = 1;
	assert_int_equal(leak_judge_dates(&d), LEAK_UNTOLD);
	d.late = 0.3;
	assert_int_equal(leak_judge_dates(&d), LEAK_UNTOLD);
	d.early = 0.5;
	assert_int_equal(leak_judge_dates(&d), LEAK_ACCUMULATES);
	d.n = 3;
	assert_int_equal(leak_judge_dates(&d), LEAK_UNTOLD);
	d = (struct leak_dates){ 0 };
	assert_int_equal(leak_judge_dates(&d), LEAK_UNTOLD);
}

#define SECOND 1000000000ull

static void
sample(struct profile *p, uint32_t process, const struct row *r, uint64_t ns)
{
	struct process *it = &p->processes[process];

	if (it->samples_live++ == 0)
		it->first_sample = p->live_count;
	GROW32(p->live, p->live_count);
	p->live[p->live_count++] = (struct live_sample){ .id = p->live_count,
		.size = 100,
		.birth_ns = ns,
		.interval = 1,
		.row = (uint32_t)(r - p->rows) };
}

/* Two rows of one stack, and another one; 100 s of life. */
static void
ages_are_of_a_stack(void **state)
{
	const struct selection all = { .metric = -1 };
	struct leaks_view v = { .top = 0 };
	const struct leak_age *age;
	struct profile p;
	struct shown s;
	struct row *r;
	char *text = NULL;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_ENDED, 1);
	p.processes[x].lived_ns = 100 * SECOND;
	hand_live(&p, x, "main;table", 600, 6);
	hand_live(&p, x, "main;leak:1", 2000, 20);
	r = profile_row(&p, hand_stack(&p, "main;leak:1", false), x,
		strtab_add(&p.strings, "thread"), NONE, NONE);
	*r = (struct row){ .stack = r->stack,
		.process = x,
		.thread = r->thread,
		.label = NONE,
		.phase = NONE,
		.samples = 1,
		.samples_live = 1 };
	r->v[INUSE_SPACE].sum = 100;
	r->v[INUSE_OBJECTS].sum = 1;
	for (int i = 0; i < 6; i++)
		sample(&p, x, &p.rows[0], SECOND / 4 * (unsigned)i);
	for (int i = 0; i < 20; i++)
		sample(&p, x, &p.rows[1], SECOND * 5 * (unsigned)i);
	sample(&p, x, &p.rows[2], 99 * SECOND);
	assert_int_equal(leaks_find(&s, &p, &all, &v, true), 0);
	HAND_TEXT(text, out, write_leaks(out, &s, &v));
	assert_non_null(strstr(text,
		"note: 1 (2.1 KiB) still accumulating, 1 (600 B) start-up, "
		"kept\n"));
	assert_non_null(strstr(text,
		"\nDirect leak of 2100 byte(s) in 21 object(s) allocated "
		"from:\n"));
	assert_non_null(strstr(text,
		"    still accumulating: oldest from 0 ns after the start, "
		"youngest 1.0 s before the end\n"));
	assert_true(strstr(text, "still accumulating: oldest") <
		    strstr(text, "start-up, kept: oldest"));
	free(text);
	for (uint32_t i = 0; i < s.stack_count; i++) {
		age = leak_age_of(&v.ages, &s.stacks[i]);
		assert_true(age->known && age->long_lived);
		assert_int_equal(
			age->samples, s.stacks[i].bytes == 600 ? 6 : 21);
	}
	HAND_TEXT(text, out, write_leaks_json(out, &s, &v));
	assert_non_null(strstr(text,
		"\"age\":{\"kind\":\"start-up, kept\",\"oldest_ms\":100000,"
		"\"youngest_ms\":98750,\"samples\":6}"));
	free(text);
	HAND_TEXT(text, out, write_leaks_junit(out, &s, &v));
	assert_non_null(strstr(text,
		"2100 byte(s) in 21 object(s) leaked, still accumulating\""));
	free(text);
	shown_release(&s);
	leaks_view_release(&v);
	/* A second: too short for ages to mean much. */
	p.processes[x].lived_ns = SECOND / 2;
	v = (struct leaks_view){ .top = 0 };
	assert_int_equal(leaks_find(&s, &p, &all, &v, true), 0);
	for (uint32_t i = 0; i < s.stack_count; i++)
		assert_int_equal(
			leak_age_of(&v.ages, &s.stacks[i])->kind, LEAK_UNTOLD);
	shown_release(&s);
	leaks_view_release(&v);
	profile_release(&p);
}

/* Nothing is listed: dates, and what the history leaves room for. */
static void
a_history_bounds_a_stack(void **state)
{
	const struct selection all = { .metric = -1 };
	struct leaks_view v = { .top = 0 };
	struct profile p;
	struct shown s;
	struct row *r;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_KILLED, 1);
	p.processes[x].lived_ns = 100 * SECOND;
	r = hand_live(&p, x, "main;leak", 10000, 100);
	r->last_ns = 99 * SECOND;
	r = hand_live(&p, x, "main;table", 500, 5);
	r->first_ns = 1;
	r->last_ns = SECOND;
	p.processes[x].moments = 2;
	profile_moment(&p, (struct moment){ 50 * SECOND, 5500, 5500, 0 });
	profile_moment(&p, (struct moment){ 75 * SECOND, 8000, 8000, 0 });
	assert_int_equal(leaks_find(&s, &p, &all, &v, true), 0);
	for (uint32_t i = 0; i < s.stack_count; i++)
		assert_int_equal(leak_age_of(&v.ages, &s.stacks[i])->kind,
			s.stacks[i].bytes == 500 ? LEAK_START_UP
						 : LEAK_ACCUMULATES);
	shown_release(&s);
	leaks_view_release(&v);
	/* As much lived long ago, of whatever stack. */
	p.history[1].live = 10400;
	v = (struct leaks_view){ .top = 0 };
	assert_int_equal(leaks_find(&s, &p, &all, &v, true), 0);
	for (uint32_t i = 0; i < s.stack_count; i++)
		assert_int_equal(leak_age_of(&v.ages, &s.stacks[i])->kind,
			s.stacks[i].bytes == 500 ? LEAK_START_UP : LEAK_UNTOLD);
	shown_release(&s);
	leaks_view_release(&v);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_on_accumulates),
		cmocka_unit_test(what_came_early_is_kept),
		cmocka_unit_test(what_is_neither_is_not_told),
		cmocka_unit_test(chance_makes_few_of_them),
		cmocka_unit_test(dates_alone_say_less),
		cmocka_unit_test(ages_are_of_a_stack),
		cmocka_unit_test(a_history_bounds_a_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
