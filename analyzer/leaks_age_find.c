/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live samples are gathered by stack, where a dump lists all of them. Where it
 * does not, and of a live state, there are the dates of the first and the last
 * allocation, and the process's history, which bounds what a stack can have
 * held: no more than all together.
 */
#include <math.h>
#include <stdlib.h>

#include "err.h"
#include "leaks_age.h"
#include "stats.h"

#define LIFE_LEAST_NS 1e9 /* of a process, for ages to mean much */
#define LATE	      (2.0 / 3)

/* One live sample of a stack. */
struct sample {
	uint32_t stack;
	struct leak_birth birth;
	double life_ns;
};

/* What the rows of a stack say. */
struct dates {
	uint64_t samples, samples_live;
	double first_ns, last_ns,
		life_ns; /* of the process that lived longest */
	double last; /* as a share of the life */
	double freed, lifetime; /* sum over freed objects; share of the life */
	uint32_t process; /* NONE: several */
	bool any, unknown; /* how long a process lived is not known */
};

struct life {
	double ns; /* 0: not known */
	double allocated; /* bytes, of all */
	/* Of its history: bytes that lived in the last third, at the least, and
	 * that were allocated after a moment before it. */
	double least_late, least_later;
};

struct finding {
	const struct shown *s;
	struct leak_ages *out;
	struct life *lives; /* by process */
	struct sample *samples;
	struct leak_birth *births; /* of one stack */
	struct dates *dates;
	uint32_t count;
};

static double
life_of(const struct process *it)
{
	if (it->lived_ns > 0)
		return (double)it->lived_ns;
	return it->merged == 0 && it->start_ms > 0 && it->end_ms > it->start_ms
		       ? (double)(it->end_ms - it->start_ms) * 1e6
		       : 0;
}

/* That it stands for. */
static double
bytes_of(const struct live_sample *s, const struct process *it)
{
	double n = (double)(s->interval ? s->interval : it->interval_max);
	double size = s->size > 0 ? (double)s->size : 1;

	return n > 1 ? size / -expm1(-((double)s->size + 1) / n) : size;
}

static void
gather_samples(struct finding *f)
{
	const struct profile *p = f->s->profile;

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];
		double life = f->lives[i].ns;

		for (uint32_t k = 0; k < it->samples_live && life > 0; k++) {
			const struct live_sample *s =
				&p->live[it->first_sample + k];

			if (s->inherited || f->s->stack_of[s->row] == NONE)
				continue;
			f->samples[f->count++] = (struct sample){
				.stack = f->s->stack_of[s->row],
				.birth = { fmin((double)s->birth_ns / life, 1),
					bytes_of(s, it) },
				.life_ns = life,
			};
		}
	}
}

static int
compare(const void *x, const void *y)
{
	const struct sample *a = x, *b = y;

	if (a->stack != b->stack)
		return a->stack < b->stack ? -1 : 1;
	if (a->birth.at != b->birth.at)
		return a->birth.at < b->birth.at ? -1 : 1;
	return a->birth.bytes < b->birth.bytes
		       ? -1
		       : a->birth.bytes > b->birth.bytes;
}

static void
gather_dates(struct finding *f)
{
	const struct profile *p = f->s->profile;

	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];
		double life = f->lives[r->process].ns;
		struct dates *d;

		if (f->s->stack_of[i] == NONE)
			continue;
		d = &f->dates[f->s->stack_of[i]];
		d->unknown |= !(life > 0) || r->last_ns == 0;
		if (!d->any)
			d->process = r->process;
		else if (d->process != r->process)
			d->process = NONE;
		if (!d->any || (double)r->first_ns < d->first_ns)
			d->first_ns = (double)r->first_ns;
		d->any = true;
		d->life_ns = fmax(d->life_ns, life);
		d->last_ns = fmax(d->last_ns, (double)r->last_ns);
		d->samples += r->samples;
		d->samples_live += r->samples_live;
		if (!(life > 0))
			continue;
		d->last = fmax(d->last, (double)r->last_ns / life);
		d->freed += r->freed_objects;
		d->lifetime += r->lifetime_ns / life;
	}
}

/* All of one stack's live samples, count of them from `first` on. */
static void
judge_samples(struct finding *f, uint32_t first, uint32_t count)
{
	const struct dates *d = &f->dates[f->samples[first].stack];
	struct leak_age *age = &f->out->list[f->samples[first].stack];
	struct leak_births b = { .list = f->births,
		.count = count,
		.freed = d->samples > d->samples_live,
		.lifetime = d->freed > 0 ? d->lifetime / d->freed : 0 };

	*age = (struct leak_age){ .known = true, .samples = count };
	age->youngest_ns = age->first_ns = UINT64_MAX;
	for (uint32_t i = 0; i < count; i++) {
		const struct sample *s = &f->samples[first + i];
		uint64_t came = (uint64_t)(s->birth.at * s->life_ns);
		uint64_t old = (uint64_t)((1 - s->birth.at) * s->life_ns);

		f->births[i] = s->birth;
		if (old > age->oldest_ns)
			age->oldest_ns = old;
		if (old < age->youngest_ns)
			age->youngest_ns = old;
		if (came < age->first_ns)
			age->first_ns = came;
		age->long_lived |= s->life_ns >= LIFE_LEAST_NS;
	}
	if (age->long_lived)
		age->kind = leak_judge(&b);
}

/*
 * What lived at any moment of the last third bounds what of a stack is older;
 * what was allocated after one before it, what is younger.
 */
static void
find_bounds(struct finding *f)
{
	const struct profile *p = f->s->profile;

	for (uint32_t i = 0; i < p->row_count; i++)
		f->lives[p->rows[i].process].allocated +=
			p->rows[i].v[ALLOC_SPACE].sum;
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];
		struct life *l = &f->lives[i];

		l->least_late = l->least_later = INFINITY;
		for (uint32_t k = 0; k < it->moments; k++) {
			const struct moment *m =
				&p->history[it->first_moment + k];

			if ((double)m->ns >= LATE * l->ns)
				l->least_late =
					fmin(l->least_late, (double)m->live);
			else
				l->least_later = fmin(l->least_later,
					l->allocated - (double)m->allocated);
		}
	}
}

static void
bound(const struct finding *f, const struct dates *d, double bytes,
	struct leak_dates *to)
{
	const struct life *l;

	if (d->process == NONE || !(bytes > 0))
		return;
	l = &f->lives[d->process];
	to->late = fmax(1 - l->least_late / bytes, 0);
	to->early = fmax(1 - l->least_later / bytes, 0);
}

static void
judge_dates(struct finding *f, uint32_t number)
{
	const struct dates *d = &f->dates[number];
	const struct shown_stack *stack = &f->s->stacks[number];
	struct leak_age *age = &f->out->list[number];
	struct leak_dates dates = { .last = d->last };
	double n = stats_effective((double)stack->bytes, stack->var);

	if (!d->any || d->unknown || d->samples_live == 0)
		return;
	dates.n = (double)d->samples_live;
	if (n > 0 && n < dates.n)
		dates.n = n;
	*age = (struct leak_age){
		.known = true,
		.samples = d->samples_live,
		.oldest_ns = LEAK_AGE_UNKNOWN,
		.youngest_ns = (uint64_t)fmax(d->life_ns - d->last_ns, 0),
		.first_ns = (uint64_t)d->first_ns,
		.long_lived = d->life_ns >= LIFE_LEAST_NS,
	};
	if (d->samples == d->samples_live) {
		age->oldest_ns = (uint64_t)fmax(d->life_ns - d->first_ns, 0);
		bound(f, d, (double)stack->bytes, &dates);
	}
	if (age->long_lived)
		age->kind = leak_judge_dates(&dates);
}

static void
judge_all(struct finding *f)
{
	uint32_t next;

	for (uint32_t i = 0; i < f->count; i = next) {
		uint32_t stack = f->samples[i].stack;

		for (next = i + 1; next < f->count; next++)
			if (f->samples[next].stack != stack)
				break;
		if (next - i >= f->dates[stack].samples_live)
			judge_samples(f, i, next - i);
	}
	for (uint32_t i = 0; i < f->out->count; i++)
		if (!f->out->list[i].known)
			judge_dates(f, i);
}

void
leak_ages_find(struct leak_ages *out, const struct shown *s)
{
	const struct profile *p = s->profile;
	struct finding f = { .s = s, .out = out };

	out->count = s->stack_count;
	out->list = xcalloc((size_t)out->count + 1, sizeof *out->list);
	f.lives = xcalloc((size_t)p->process_count + 1, sizeof *f.lives);
	f.samples = xcalloc((size_t)p->live_count + 1, sizeof *f.samples);
	f.births = xcalloc((size_t)p->live_count + 1, sizeof *f.births);
	f.dates = xcalloc((size_t)out->count + 1, sizeof *f.dates);
	for (uint32_t i = 0; i < p->process_count; i++)
		f.lives[i].ns = life_of(&p->processes[i]);
	gather_samples(&f);
	if (f.count > 0)
		qsort(f.samples, f.count, sizeof *f.samples, compare);
	gather_dates(&f);
	find_bounds(&f);
	judge_all(&f);
	free(f.lives);
	free(f.samples);
	free(f.births);
	free(f.dates);
}

void
leak_ages_release(struct leak_ages *a)
{
	free(a->list);
	*a = (struct leak_ages){ 0 };
}

const struct leak_age *
leak_age_of(const struct leak_ages *a, const struct shown_stack *stack)
{
	static const struct leak_age unknown;

	return stack->number < a->count ? &a->list[stack->number] : &unknown;
}
