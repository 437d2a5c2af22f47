/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c: rows that add up, and what cancels of one process. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "diff.h"

static const struct diff_row *
function_of(const struct diff *d, const char *name)
{
	for (uint32_t i = 0; i < d->function_count; i++)
		if (strcmp(shown_name(&d->shown, d->functions[i].frame),
			    name) == 0)
			return &d->functions[i];
	fail_msg("no function '%s'", name);
	return NULL;
}

static void
check_figure(const struct diff_figure *f)
{
	assert_int_equal(f->change, f->after - f->before);
	assert_true(f->change95.low <= (double)f->change);
	assert_true(f->change95.high >= (double)f->change);
}

/* Whatever is compared, the integers add up. */
static void
check_sums(const struct diff *d)
{
	int64_t before = 0, after = 0, change = 0, of_stacks = 0;

	for (uint32_t i = 0; i < d->function_count; i++) {
		check_figure(&d->functions[i].flat);
		check_figure(&d->functions[i].cum);
		before += d->functions[i].flat.before;
		after += d->functions[i].flat.after;
		change += d->functions[i].flat.change;
	}
	for (uint32_t i = 0; i < d->stack_count; i++)
		of_stacks += d->stacks[i].flat.change;
	check_figure(&d->total);
	assert_int_equal(before, d->total.before);
	assert_int_equal(after, d->total.after);
	assert_int_equal(change, d->total.change);
	assert_int_equal(of_stacks, d->total.change);
	assert_int_equal(d->shown.total, d->total.change);
}

static void
find(struct diff *d, struct profile *now, struct profile *base, int metric)
{
	struct selection s = { .metric = metric, .base = base };

	assert_int_equal(diff_find(d, now, &s, false), 0);
	check_sums(d);
}

static void
exact_runs_differ_for_certain(void **state)
{
	struct profile now, base;
	struct diff d;
	uint32_t x, y;

	profile_init(&now);
	profile_init(&base);
	x = hand_process(&now, 1, PROCESS_ENDED, 1);
	y = hand_process(&base, 2, PROCESS_ENDED, 1);
	hand_live(&now, x, "main;same", 100, 1);
	hand_live(&base, y, "main;same", 100, 1);
	hand_live(&now, x, "main;fresh", 7, 1);
	hand_live(&base, y, "main;old", 9, 3);
	hand_live(&now, x, "main;more", 50, 5);
	hand_live(&base, y, "main;more", 49, 4);
	hand_live(&now, x, "main;less", 50, 5);
	hand_live(&base, y, "main;less", 500, 4);
	find(&d, &now, &base, -1);
	assert_int_equal(d.shown.metric, PEAK_SPACE);
	assert_int_equal(d.total.before, 658);
	assert_int_equal(d.total.after, 207);
	assert_true(d.total.change95.low == -451);
	assert_true(d.total.change95.high == -451);
	assert_string_equal(shown_name(&d.shown, d.functions[0].frame), "less");
	assert_int_equal(function_of(&d, "same")->flat.status, DIFF_SAME);
	assert_int_equal(function_of(&d, "fresh")->flat.status, DIFF_NEW);
	assert_int_equal(function_of(&d, "old")->flat.status, DIFF_VANISHED);
	assert_int_equal(function_of(&d, "more")->flat.status, DIFF_GROWN);
	assert_int_equal(function_of(&d, "less")->flat.status, DIFF_SHRUNK);
	assert_int_equal(function_of(&d, "less")->flat.objects_after, 5);
	assert_int_equal(function_of(&d, "main")->cum.change, -451);
	assert_int_equal(function_of(&d, "main")->flat.change, 0);
	assert_true(function_of(&d, "more")->flat.certain);
	assert_false(function_of(&d, "same")->flat.significant);
	assert_int_equal(d.shown.shared.processes, 0);
	diff_release(&d);
	profile_release(&now);
	profile_release(&base);
}

#define N 65536.0

static double
chance(double size, double n)
{
	return -expm1(-(size + 1) / n);
}

/* What a sample of that size weighs in bytes, and its variance. */
static struct value
weight(double size, double n)
{
	double p = chance(size, n);

	return (struct value){ size / p, size * size * (1 - p) / p / p };
}

/* A process with a name for ever. */
static uint32_t
known_process(struct profile *p, int pid, uint64_t interval)
{
	uint32_t process = hand_process(p, pid, PROCESS_RUNNING, interval);

	p->processes[process].boot = strtab_add(&p->strings, "b00t");
	return process;
}

static void
add_sum(struct value *v, double times, struct value w)
{
	v->sum += times * w.sum;
	v->var += times * w.var;
}

/* A sample in the row's figures: allocated, and live unless it is freed. */
static void
count_sample(struct profile *p, struct row *r, uint64_t size, uint64_t interval,
	bool live)
{
	struct value w = weight((double)size, (double)interval);
	double c = chance((double)size, (double)interval);
	struct value o = { 1 / c, (1 - c) / c / c };

	add_sum(&r->v[ALLOC_SPACE], 1, w);
	add_sum(&r->v[ALLOC_OBJECTS], 1, o);
	r->samples++;
	p->processes[r->process].samples++;
	if (!live)
		return;
	add_sum(&r->v[INUSE_SPACE], 1, w);
	add_sum(&r->v[INUSE_OBJECTS], 1, o);
	r->samples_live++;
}

static void
list_sample(struct profile *p, uint32_t row, uint64_t id, uint64_t size,
	uint64_t interval)
{
	struct process *it = &p->processes[p->rows[row].process];

	if (it->samples_live++ == 0)
		it->first_sample = p->live_count;
	GROW32(p->live, p->live_count);
	p->live[p->live_count++] = (struct live_sample){
		.id = id, .size = size, .interval = interval, .row = row
	};
}

/* Ids from..to of 64 bytes live; what came before them has been freed. */
static void
live_range(struct profile *p, uint32_t process, const char *folded,
	uint64_t from, uint64_t to, uint64_t list_to)
{
	struct row *r = hand_row(p, process, folded);
	uint32_t row = (uint32_t)(r - p->rows);

	for (uint64_t id = from - from % 1000; id < to; id++) {
		count_sample(p, r, 64, (uint64_t)N, id >= from);
		if (id >= from && id < list_to)
			list_sample(p, row, id, 64, (uint64_t)N);
	}
}

static void
nearly(double got, double wanted)
{
	if (fabs(got - wanted) > 1e-6 * fabs(wanted) + 1e-9)
		fail_msg("%.9g, not %.9g", got, wanted);
}

/* Both sides of one process, to be filled by the tests. */
struct sides {
	struct profile now, base;
	uint32_t x, y; /* the process in each */
	struct diff d;
};

static void
sides_init(struct sides *s)
{
	profile_init(&s->now);
	profile_init(&s->base);
	s->x = known_process(&s->now, 1, (uint64_t)N);
	s->y = known_process(&s->base, 1, (uint64_t)N);
}

static void
sides_release(struct sides *s)
{
	diff_release(&s->d);
	profile_release(&s->now);
	profile_release(&s->base);
}

static const struct diff_figure *
flat_of(const struct sides *s, const char *name)
{
	return &function_of(&s->d, name)->flat;
}

static void
what_lives_in_both_cancels(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	/* Another order of samples on each side. */
	live_range(&s.now, s.x, "main;turns", 1030, 1220, 2000);
	live_range(&s.now, s.x, "main;stays", 3000, 3500, 4000);
	live_range(&s.now, s.x, "main;leaks", 5000, 5400, 6000);
	live_range(&s.now, s.x, "main;begins", 7000, 7008, 8000);
	live_range(&s.base, s.y, "main;leaks", 5000, 5300, 6000);
	live_range(&s.base, s.y, "main;stays", 3000, 3500, 4000);
	live_range(&s.base, s.y, "main;turns", 1000, 1200, 2000);
	find(&s.d, &s.now, &s.base, -1);
	assert_int_equal(s.d.shown.metric, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.processes, 1);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	nearly(flat_of(&s, "turns")->came.sum, 20 * w.sum);
	nearly(flat_of(&s, "turns")->went.sum, 30 * w.sum);
	nearly(flat_of(&s, "turns")->came.var, 20 * w.var);
	nearly(flat_of(&s, "turns")->went.var, 30 * w.var);
	assert_false(flat_of(&s, "turns")->significant);
	assert_true(flat_of(&s, "stays")->came.var == 0);
	assert_true(flat_of(&s, "stays")->went.var == 0);
	assert_true(flat_of(&s, "stays")->before_var > 0);
	nearly(flat_of(&s, "leaks")->came.var, 100 * w.var);
	assert_true(flat_of(&s, "leaks")->went.sum == 0);
	assert_true(flat_of(&s, "leaks")->certain);
	assert_int_equal(flat_of(&s, "begins")->status, DIFF_NEW);
	nearly(s.d.total.came.var, 128 * w.var);
	nearly(s.d.total.went.var, 30 * w.var);
	nearly(s.d.shown.var, 158 * w.var);
	/* Of objects it is the same. */
	diff_release(&s.d);
	find(&s.d, &s.now, &s.base, INUSE_OBJECTS);
	assert_true(flat_of(&s, "stays")->came.var == 0);
	nearly(flat_of(&s, "leaks")->came.var, 100 * w.var / 64 / 64);
	sides_release(&s);
}

static void
other_processes_do_not_cancel(void **state)
{
	struct value w = weight(64, N);
	struct sides s;
	uint32_t z;

	sides_init(&s);
	live_range(&s.now, s.x, "main;stays", 3000, 3500, 4000);
	live_range(&s.base, s.y, "main;stays", 3000, 3500, 4000);
	s.base.processes[s.y].boot = strtab_add(&s.base.strings, "after");
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.processes, 0);
	nearly(s.d.total.came.var + s.d.total.went.var, 1000 * w.var);
	diff_release(&s.d);
	/* Of two processes one cancels. */
	z = known_process(&s.now, 2, (uint64_t)N);
	live_range(&s.now, z, "main;stays", 3000, 3100, 4000);
	s.base.processes[s.y].boot = strtab_add(&s.base.strings, "b00t");
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.processes, 1);
	nearly(s.d.total.came.var, 100 * w.var);
	nearly(s.d.total.came.sum, 100 * w.sum);
	assert_true(s.d.total.went.var == 0);
	sides_release(&s);
}

/* Lists that are cut short leave what they do not name to the counts. */
static void
without_lists_errors_are_bounded(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;leaks", 5000, 5400, 0);
	live_range(&s.base, s.y, "main;leaks", 5000, 5300, 0);
	live_range(&s.now, s.x, "main;turns", 1100, 1300, 0);
	live_range(&s.base, s.y, "main;turns", 1000, 1200, 0);
	live_range(&s.now, s.x, "main;cut", 7000, 7500, 7400);
	live_range(&s.base, s.y, "main;cut", 7000, 7500, 7400);
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.bounded, 1);
	/* 100 were allocated in between, and none was freed. */
	nearly(flat_of(&s, "leaks")->came.var, 100 * w.var);
	nearly(flat_of(&s, "leaks")->went.var, 0);
	/* 100 came, so as many went: whether old or new is not known. */
	nearly(flat_of(&s, "turns")->came.var, 100 * w.var);
	nearly(flat_of(&s, "turns")->went.var, 100 * w.var);
	/* Nothing was allocated in between. */
	nearly(flat_of(&s, "cut")->came.var + flat_of(&s, "cut")->went.var, 0);
	diff_release(&s.d);
	/* After N rose that is not so. */
	s.now.processes[s.x].thinned = 7;
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.apart, 1);
	nearly(flat_of(&s, "leaks")->came.var, 400 * w.var);
	nearly(flat_of(&s, "cut")->came.var, 100 * w.var);
	sides_release(&s);
}

/* The earlier dump as NEW: the same with its sign turned. */
static void
sides_may_be_in_any_order(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	for (int listed = 0; listed < 2; listed++) {
		sides_init(&s);
		live_range(&s.base, s.y, "main;leaks", 5000, 5400,
			listed ? 6000 : 0);
		live_range(&s.now, s.x, "main;leaks", 5000, 5300,
			listed ? 6000 : 0);
		find(&s.d, &s.now, &s.base, INUSE_SPACE);
		nearly(s.d.total.went.var, 100 * w.var);
		nearly(s.d.total.came.var, 0);
		diff_release(&s.d);
		find(&s.d, &s.now, &s.base, ALLOC_SPACE);
		nearly(s.d.total.went.var, 100 * w.var);
		assert_true(s.d.total.came.sum == 0);
		sides_release(&s);
	}
}

static void
what_only_rises_errs_by_what_is_new(void **state)
{
	struct value w = weight(64, N);
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;turns", 1500, 1501, 2000);
	live_range(&s.base, s.y, "main;turns", 1300, 1301, 2000);
	live_range(&s.now, s.x, "main;once", 3000, 3001, 2000);
	find(&s.d, &s.now, &s.base, ALLOC_SPACE);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	assert_true(s.d.shown.shared.all_went);
	nearly(flat_of(&s, "turns")->came.sum, 200 * w.sum);
	nearly(flat_of(&s, "turns")->came.var, 200 * w.var);
	assert_true(flat_of(&s, "turns")->went.sum == 0);
	/* One sample is enough: it was not there before. */
	assert_true(flat_of(&s, "once")->significant);
	sides_release(&s);
}

static void
a_peak_cancels_if_it_is_the_same(void **state)
{
	struct sides s;

	sides_init(&s);
	for (int k = 0; k < 2; k++) {
		struct profile *p = k ? &s.now : &s.base;
		struct row *r = hand_row(p, 0, "main;top");

		r->v[PEAK_SPACE] = (struct value){ 5e6, 1e12 };
		r->v[PEAK_OBJECTS] = (struct value){ 50, 10 };
		r->samples = 50;
	}
	find(&s.d, &s.now, &s.base, PEAK_SPACE);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	assert_true(s.d.total.came.var == 0 && s.d.total.went.var == 0);
	diff_release(&s.d);
	hand_row(&s.now, 0, "main;other")->v[PEAK_SPACE].sum = 1000;
	find(&s.d, &s.now, &s.base, PEAK_SPACE);
	assert_int_equal(s.d.shown.shared.apart, 1);
	nearly(s.d.total.came.var + s.d.total.went.var, 2e12);
	sides_release(&s);
}

/* N doubled in between: some samples were dropped, the others weigh more. */
static void
a_changed_interval_costs_what_it_dropped(void **state)
{
	struct value w = weight(64, N), v = weight(64, 2 * N);
	double p = chance(64, N), q = chance(64, 2 * N);
	double both = 64 * 64 * (1 / q - 1 / p) / q;
	struct sides s;
	struct row *r;

	sides_init(&s);
	live_range(&s.base, s.y, "main;stays", 1000, 1200, 2000);
	s.now.processes[s.x].interval_max = (uint64_t)(2 * N);
	s.now.processes[s.x].thinned = 100;
	r = hand_row(&s.now, s.x, "main;stays");
	for (uint64_t id = 1000; id < 1200; id += 2) {
		count_sample(&s.now, r, 64, (uint64_t)(2 * N), true);
		list_sample(&s.now, 0, id, 64, (uint64_t)(2 * N));
	}
	find(&s.d, &s.now, &s.base, INUSE_SPACE);
	assert_int_equal(s.d.shown.shared.cancelled, 1);
	assert_int_equal(s.d.shown.shared.thinned, 1);
	nearly(s.d.total.went.sum, 100 * w.sum);
	nearly(s.d.total.went.var, 100 * w.var);
	nearly(s.d.total.came.sum, 100 * (v.sum - w.sum));
	nearly(s.d.total.came.var, 100 * both);
	assert_false(s.d.total.significant);
	assert_true(100 * both + 100 * w.var < 200 * w.var + 100 * v.var);
	sides_release(&s);
}

static void
normalized_sides_hold_the_same(void **state)
{
	struct selection sel = { .metric = INUSE_SPACE, .normalize = true };
	struct sides s;

	sides_init(&s);
	live_range(&s.now, s.x, "main;a", 1000, 1300, 2000);
	live_range(&s.now, s.x, "main;b", 3000, 3100, 4000);
	live_range(&s.base, s.y, "main;a", 1000, 1100, 2000);
	live_range(&s.base, s.y, "main;b", 3000, 3100, 4000);
	sel.base = &s.base;
	assert_int_equal(diff_find(&s.d, &s.now, &sel, false), 0);
	check_sums(&s.d);
	assert_true(llabs(s.d.total.change) <= 1);
	nearly(s.d.shown.factor, 2);
	nearly(flat_of(&s, "b")->before_var, 4 * 100 * weight(64, N).var);
	assert_int_equal(flat_of(&s, "a")->change,
		flat_of(&s, "a")->after - flat_of(&s, "a")->before);
	assert_true(flat_of(&s, "a")->significant);
	/* As the whole has it, not what a rule left. */
	sel.rules[RULE_FOCUS] = (const char *[]){ "^b$", NULL };
	diff_release(&s.d);
	assert_int_equal(diff_find(&s.d, &s.now, &sel, false), 0);
	nearly(s.d.shown.factor, 2);
	assert_true(s.d.total.change < 0);
	sides_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_runs_differ_for_certain),
		cmocka_unit_test(what_lives_in_both_cancels),
		cmocka_unit_test(other_processes_do_not_cancel),
		cmocka_unit_test(without_lists_errors_are_bounded),
		cmocka_unit_test(sides_may_be_in_any_order),
		cmocka_unit_test(what_only_rises_errs_by_what_is_new),
		cmocka_unit_test(a_peak_cancels_if_it_is_the_same),
		cmocka_unit_test(a_changed_interval_costs_what_it_dropped),
		cmocka_unit_test(normalized_sides_hold_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
