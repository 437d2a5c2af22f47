/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each sentence is asked for by itself, and says how much weight it has: the
 * share of memory, or of what was allocated, that it is about, at the low end
 * of its interval. Below its threshold there it is not said.
 */
#include "reading.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "stats.h"
#include "text.h"
#include "units.h"

#define NAME_COLUMNS 48
#define HOLDER_MIN   0.2 /* shares, of what each is a share of */
#define STACK_MIN    0.25
#define MEMORY_MIN   0.2
#define START_UP_MIN 0.2
#define TINY_MIN     0.1
#define TINY_SIZE    64.0 /* bytes in the mean */
#define TINY_OBJECTS 10000.0
#define CHURN_MIN    0.3
#define CHURN_KEPT   0.05 /* in use, of what was allocated */
#define CHURN_WEIGHT 0.5 /* beside bytes that are held */
#define REALLOC_MIN  0.5
#define REALLOC_OF   0.1 /* of all that was allocated */
#define ONE_STACK    0.999 /* of what the holder holds: all of it */
#define MEMORY_LEAST (1 << 20) /* bytes; less is not worth a sentence */
#define FILES_LEAST  (16 << 20) /* the same of a program and its libraries */
#define LEAST	     (16 << 10) /* the same of what one function did */

struct sentence {
	enum reading_kind kind;
	double weight; /* 0: nothing to say */
	char *text;
};

/* "63.0 % (58.2 to 67.1 %)", or without the interval where it is exact. */
struct share {
	double is, low, high;
	char text[64];
};

/* Part and rest err independently, and are each at an end of their interval. */
static struct share
share_of(struct value part, struct value whole)
{
	struct value rest = { fmax(whole.sum - part.sum, 0),
		fmax(whole.var - part.var, 0) };
	struct interval p = stats_interval95(part.sum, part.var);
	struct interval r = stats_interval95(rest.sum, rest.var);
	struct share s = { 0 };

	if (!(part.sum > 0) || !(whole.sum > 0))
		return s;
	s.is = part.sum / (part.sum + rest.sum);
	s.low = p.low > 0 ? p.low / (p.low + r.high) : 0;
	s.high = p.high / (p.high + r.low);
	if (s.high - s.low < 0.002)
		snprintf(s.text, sizeof s.text, "%.1f %%", 100 * s.is);
	else
		snprintf(s.text, sizeof s.text, "%.1f %% (%.1f to %.1f %%)",
			100 * s.is, 100 * s.low, 100 * s.high);
	return s;
}

static char *
visible(const char *name)
{
	return text_shorten(text_visible(name), NAME_COLUMNS, false);
}

/* Bytes that any damage may have made of any size. */
static const char *
bytes(char buf[UNITS_MAX], double n)
{
	return units_bytes(buf, (int64_t)fmin(fmax(n, 0), 9e18), false);
}

static struct sentence
on_growth(const struct reading_facts *f)
{
	struct sentence s = { .kind = READING_GROWTH };
	char is[UNITS_MAX], low[UNITS_MAX], high[UNITS_MAX], *name;

	if (!f->grower || !(f->slope_low > 0) || !(f->slope > 0))
		return s;
	name = visible(f->grower);
	s.weight = 2; /* before all else: it will be the largest holder */
	s.text = xasprintf("%s %s by %s an hour (%s to %s), %s.", name,
		f->ended ? "grew" : "grows", bytes(is, 3600 * f->slope),
		bytes(low, 3600 * f->slope_low),
		bytes(high, 3600 * f->slope_high),
		f->ended ? "up to the end" : "without end so far");
	free(name);
	return s;
}

static struct sentence
on_holder(const struct reading_facts *f)
{
	struct sentence s = { .kind = READING_HOLDER };
	struct share of = share_of(f->holder.v, f->held), stack;
	char buf[UNITS_MAX], one[120] = "", *name;

	if (!f->holder.name || of.low < HOLDER_MIN || f->holder.v.sum < LEAST)
		return s;
	stack = share_of(f->holder_stack, f->held);
	if (f->holder_stack.sum >= ONE_STACK * f->holder.v.sum)
		snprintf(one, sizeof one, ", all of it in a single stack");
	else if (stack.low >= STACK_MIN)
		snprintf(one, sizeof one, "; a single stack of it %s %s",
			f->ended ? "held" : "holds", stack.text);
	name = visible(f->holder.name);
	s.weight = of.low;
	s.text = xasprintf("%s %s %s, %s of all that %s%s.", name,
		f->ended ? "held" : "holds", bytes(buf, f->holder.v.sum),
		of.text,
		!f->ended	   ? "is in use"
		: f->processes > 1 ? "was in use at the peaks"
				   : "was in use at the peak",
		one);
	free(name);
	return s;
}

/* What is no heap: as the parts of memory.h call it. */
static const char *
what_else(enum memory_part part)
{
	switch (part) {
	case MEMORY_STACKS:
		return "stacks of threads";
	case MEMORY_FILES:
		return "mapped files, such as the program and its libraries";
	case MEMORY_SHARED:
		return "shared memory";
	case MEMORY_OTHER:
		return "mapped by other means than malloc";
	default:
		return "no heap";
	}
}

static const char *
what_it_is(const struct memory *m)
{
	switch (m->verdict) {
	case VERDICT_FRAGMENTATION:
		return "free blocks between blocks in use: fragmentation";
	case VERDICT_CACHED:
		return "free pages that the allocator keeps";
	case VERDICT_HELD:
		return "free, and kept by the allocator";
	case VERDICT_NOT_HEAP:
		return what_else(m->about);
	case VERDICT_LIVE:
	case VERDICT_UNKNOWN:
		break;
	}
	return NULL;
}

/* What is free is the allocator's own figure, and has no error. */
static struct sentence
on_memory(const struct reading_facts *f)
{
	const struct memory *m = f->memory;
	struct sentence s = { .kind = READING_MEMORY };
	const char *what = m ? what_it_is(m) : NULL;
	char is[UNITS_MAX], all[UNITS_MAX];
	double share;

	if (!what || m->rss <= 0 || m->amount > m->rss ||
		m->amount <
			(m->about == MEMORY_FILES ? FILES_LEAST : MEMORY_LEAST))
		return s;
	share = (double)m->amount / (double)m->rss;
	if (share < MEMORY_MIN)
		return s;
	s.weight = share;
	s.text = xasprintf("%s of the %s in memory%s (%.1f %%) %s %s.",
		bytes(is, (double)m->amount), bytes(all, (double)m->rss),
		!m->ended	   ? ""
		: m->processes > 1 ? " at the ends of the processes"
				   : " at the end",
		100 * share, m->ended ? "were" : "are", what);
	return s;
}

static struct sentence
on_start_up(const struct reading_facts *f)
{
	struct sentence s = { .kind = READING_START_UP };
	struct share of = share_of(f->start_up, f->held);
	char buf[UNITS_MAX];

	if (of.low < START_UP_MIN || f->start_up.sum < LEAST)
		return s;
	s.weight = of.low;
	/* Of a peak they were not a part if it came in that second, too. */
	s.text = xasprintf(f->ended ? "%s, as much as %s of the peak, are from "
				      "the first second and were never freed."
				    : "%s of what is in use, %s, are from the "
				      "first second and were never freed.",
		bytes(buf, f->start_up.sum), of.text);
	return s;
}

/* Bytes and objects come from the same samples: their ratio errs less. */
static struct sentence
on_tiny(const struct reading_facts *f)
{
	struct sentence s = { .kind = READING_TINY };
	struct share of = share_of(f->holder.v, f->held);
	char count[UNITS_MAX], *name;
	double mean;

	if (!f->holder.name || of.low < TINY_MIN ||
		!(f->holder_objects >= TINY_OBJECTS) ||
		!(f->holder_objects < 9e18))
		return s;
	mean = f->holder.v.sum / f->holder_objects;
	if (!(mean <= TINY_SIZE))
		return s;
	name = visible(f->holder.name);
	s.weight = of.low * 0.9;
	s.text = xasprintf("What %s %s some %s objects of %.0f bytes in the "
			   "mean; what the allocator adds to each is not in "
			   "these figures.",
		name, f->ended ? "held were" : "holds are",
		units_count(count, llround(f->holder_objects)), mean);
	free(name);
	return s;
}

static struct sentence
on_churn(const struct reading_facts *f)
{
	struct sentence s = { .kind = READING_CHURN };
	struct share of = share_of(f->churner.v, f->allocated);
	struct interval kept, all;
	char is[UNITS_MAX], live[UNITS_MAX], *name;

	if (!f->churner.name || of.low < CHURN_MIN || f->churner.v.sum < LEAST)
		return s;
	kept = stats_interval95(f->churner_held.sum, f->churner_held.var);
	all = stats_interval95(f->churner.v.sum, f->churner.v.var);
	if (!(kept.high <= CHURN_KEPT * all.low))
		return s;
	name = visible(f->churner.name);
	s.weight = CHURN_WEIGHT * of.low;
	bytes(live, f->churner_held.sum);
	s.text = xasprintf("%s allocated %s, %s of all that was allocated, of "
			   "which %s %s.",
		name, bytes(is, f->churner.v.sum), of.text,
		f->churner_held.sum > 0 ? live
		: f->churner.v.var > 0	? "nothing that was sampled"
					: "nothing",
		!f->ended	   ? "is in use"
		: f->processes > 1 ? "was in use at the peaks"
				   : "was in use at the peak");
	free(name);
	return s;
}

/* A count of samples: Clopper's and Pearson's lower end must be above. */
static struct sentence
on_realloc(const struct reading_facts *f)
{
	struct sentence s = { .kind = READING_REALLOC };
	struct share of = share_of(f->reallocer_bytes, f->allocated);
	double k = (double)f->reallocs, n = (double)f->realloc_samples;
	char much[120] = "", *name;

	if (!f->reallocer || k > n || k < 1 || of.low < REALLOC_OF ||
		f->reallocer_bytes.sum < LEAST ||
		stats_beta(REALLOC_MIN, k, n - k + 1) > 0.025)
		return s;
	/* How much it allocated is not said twice. */
	if (!f->churner.name || strcmp(f->churner.name, f->reallocer) != 0)
		snprintf(much, sizeof much, ", which allocated %s of all,",
			of.text);
	name = visible(f->reallocer);
	s.weight = CHURN_WEIGHT * of.low * k / n;
	s.text = xasprintf("%.0f of %.0f samples of %s%s are a realloc of a "
			   "block that it had: something grows step by step.",
		k, n, name, much);
	free(name);
	return s;
}

/* The weightiest first, equal ones by kind. */
static int
compare(const void *x, const void *y)
{
	const struct sentence *a = x, *b = y;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->kind < b->kind ? -1 : a->kind > b->kind;
}

void
reading_find(struct reading *out, const struct reading_facts *f)
{
	struct sentence all[READING_KINDS] = { on_growth(f), on_holder(f),
		on_memory(f), on_start_up(f), on_tiny(f), on_churn(f),
		on_realloc(f) };

	*out = (struct reading){ 0 };
	qsort(all, READING_KINDS, sizeof *all, compare);
	for (int i = 0; i < READING_KINDS; i++) {
		if (!all[i].text || out->count == READING_MAX) {
			free(all[i].text);
			continue;
		}
		out->kind[out->count] = all[i].kind;
		out->text[out->count++] = all[i].text;
	}
}

void
reading_release(struct reading *r)
{
	for (uint32_t i = 0; i < r->count; i++)
		free(r->text[i]);
	*r = (struct reading){ 0 };
}
