/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sides made by hand for tests of diff.c: samples of one size, listed or
 * not, and what each weighs. Whatever is found is looked at for sums.
 */
#ifndef DIFFS_H
#define DIFFS_H

#include <math.h>

#include "by_hand.h"
#include "diff.h"

static __attribute__((unused)) const struct diff_row *
function_of(const struct diff *d, const char *name)
{
	for (uint32_t i = 0; i < d->function_count; i++)
		if (strcmp(shown_name(&d->shown, d->functions[i].frame),
			    name) == 0)
			return &d->functions[i];
	fail_msg("no function '%s'", name);
	return NULL;
}

static __attribute__((unused)) void
check_figure(const struct diff_figure *f)
{
	assert_int_equal(f->change, f->after - f->before);
	assert_true(f->change95.low <= (double)f->change);
	assert_true(f->change95.high >= (double)f->change);
}

/* Whatever is compared, the integers add up. */
static __attribute__((unused)) void
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

static __attribute__((unused)) void
find(struct diff *d, struct profile *now, struct profile *base, int metric)
{
	struct selection s = { .metric = metric, .base = base };

	assert_int_equal(diff_find(d, now, &s, false), 0);
	check_sums(d);
}

#define N 65536.0

static __attribute__((unused)) double
chance(double size, double n)
{
	return -expm1(-(size + 1) / n);
}

/* What a sample of that size weighs in bytes, and its variance. */
static __attribute__((unused)) struct value
weight(double size, double n)
{
	double p = chance(size, n);

	return (struct value){ size / p, size * size * (1 - p) / p / p };
}

/* A process with a name for ever. */
static __attribute__((unused)) uint32_t
known_process(struct profile *p, int pid, uint64_t interval)
{
	uint32_t process = hand_process(p, pid, PROCESS_RUNNING, interval);

	p->processes[process].boot = strtab_add(&p->strings, "b00t");
	return process;
}

static __attribute__((unused)) void
add_sum(struct value *v, double times, struct value w)
{
	v->sum += times * w.sum;
	v->var += times * w.var;
}

/* A sample in the row's figures: allocated, and live unless it is freed. */
static __attribute__((unused)) void
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

static __attribute__((unused)) void
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
static __attribute__((unused)) void
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

static __attribute__((unused)) void
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

static __attribute__((unused)) void
sides_init(struct sides *s)
{
	profile_init(&s->now);
	profile_init(&s->base);
	s->x = known_process(&s->now, 1, (uint64_t)N);
	s->y = known_process(&s->base, 1, (uint64_t)N);
}

static __attribute__((unused)) void
sides_release(struct sides *s)
{
	diff_release(&s->d);
	profile_release(&s->now);
	profile_release(&s->base);
}

static __attribute__((unused)) const struct diff_figure *
flat_of(const struct sides *s, const char *name)
{
	return &function_of(&s->d, name)->flat;
}

#endif
