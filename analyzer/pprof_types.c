/* SPDX-License-Identifier: Apache-2.0 */
#include "pprof_types.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

struct type {
	uint64_t name, unit; /* strings' numbers */
};

static const char *const units[][4] = {
	{ "bytes", "byte", "", NULL }, /* of the metrics that count space */
	{ "count", "objects", "", NULL },
};

/* Names of before there were two pairs, and of tcmalloc. */
static const struct {
	const char *name;
	enum metric metric;
} short_names[] = {
	{ "space", INUSE_SPACE },
	{ "objects", INUSE_OBJECTS },
};

static bool
has_unit(const struct pprof_file *f, const struct type *t, enum metric m)
{
	const char *const *unit = units[metric_is_space(m) ? 0 : 1];

	while (*unit != NULL && !pprof_equals(f, t->unit, *unit))
		unit++;
	return *unit != NULL;
}

/* The heap's own metric of that name, or -1. */
static int
own_metric(const struct pprof_file *f, const struct type *t)
{
	for (int m = 0; m < FOREIGN; m++)
		if (pprof_equals(f, t->name, metric_names[m]) &&
			has_unit(f, t, (enum metric)m))
			return m;
	return -1;
}

static int
short_metric(const struct pprof_file *f, const struct type *t)
{
	for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
		if (pprof_equals(f, t->name, short_names[i].name) &&
			has_unit(f, t, short_names[i].metric))
			return (int)short_names[i].metric;
	return -1;
}

/* A copy that ends with a NUL: adding a metric may move the strings. */
static char *
copy_of(struct pprof_file *f, uint64_t number)
{
	return xstrdup(strtab_get(&f->p->strings, pprof_string(f, number)));
}

/* One of the file's own; -1, and said, if it finds no place. */
static int
foreign_metric(
	struct pprof_types *types, struct pprof_file *f, const struct type *t)
{
	char *name = copy_of(f, t->name), *unit = copy_of(f, t->unit);
	int m = -1;

	if (own_metric(f, t) < 0)
		m = profile_foreign_metric(f->p, *name ? name : "value", unit);
	if (own_metric(f, t) >= 0 || (m >= 0 && types->has[m])) {
		warning("'%s': a second type '%s' is left out", f->in->name,
			name);
		m = -1;
	} else if (m < 0) {
		warning("'%s': type '%s' is left out: only %d of the files' "
			"own fit",
			f->in->name, name, FOREIGN_MAX);
	}
	free(name);
	free(unit);
	return m;
}

static void
choose(struct pprof_types *types, struct pprof_file *f, const struct type *all)
{
	/* Those that go by their full name first. */
	for (uint32_t i = 0; i < types->count; i++) {
		int m = own_metric(f, &all[i]);

		types->metrics[i] = m >= 0 && types->has[m] ? -1 : m;
		if (m >= 0)
			types->has[m] = true;
	}
	for (uint32_t i = 0; i < types->count; i++) {
		int m = short_metric(f, &all[i]);

		if (types->metrics[i] >= 0)
			continue;
		if (m < 0 || types->has[m])
			m = foreign_metric(types, f, &all[i]);
		types->metrics[i] = m;
		if (m >= 0)
			types->has[m] = true;
	}
}

/* What pprof shows when it is not told: the one that is named, or the last. */
static void
choose_usual(const struct pprof_types *types, struct pprof_file *f,
	const struct type *all)
{
	uint32_t usual = types->count - 1;
	struct wire name, other;

	if (f->default_type != 0 && pprof_text(f, f->default_type, &name))
		for (uint32_t i = 0; i < types->count; i++)
			if (pprof_text(f, all[i].name, &other) &&
				other.end - other.at == name.end - name.at &&
				memcmp(other.at, name.at,
					(size_t)(name.end - name.at)) == 0)
				usual = i;
	if (f->p->usual_metric < 0)
		f->p->usual_metric = types->metrics[usual];
}

/* Samples are what the first type counts that is no bytes and no time. */
static void
find_samples(struct pprof_types *types, const struct pprof_file *f,
	const struct type *all)
{
	types->samples = -1;
	for (uint32_t i = 0; i < types->count && types->samples < 0; i++)
		if (types->metrics[i] >= FOREIGN &&
			pprof_equals(f, all[i].unit, "count"))
			types->samples = (int)i;
}

static int
read_type(struct pprof_file *f, struct wire bytes, struct type *t)
{
	const Perftools__Profiles__ValueType *v = pprof_unpack(&f->memory,
		&perftools__profiles__value_type__descriptor, bytes);
	struct wire text;

	if (v == NULL)
		return pprof_bad(f, bytes.at, "a damaged type");
	*t = (struct type){ (uint64_t)v->type, (uint64_t)v->unit };
	if (!pprof_text(f, t->name, &text) || !pprof_text(f, t->unit, &text))
		return pprof_bad(
			f, bytes.at, "a type whose name is not in the file");
	return 0;
}

/* Bytes between two samples, if that is what the period is. */
static int
read_interval(struct pprof_types *types, struct pprof_file *f)
{
	struct type t;

	if (f->period_type.at == NULL || f->period == 0 ||
		f->period > INT64_MAX)
		return 0;
	if (read_type(f, f->period_type, &t) < 0)
		return -1;
	if (short_metric(f, &t) == INUSE_SPACE ||
		own_metric(f, &t) == INUSE_SPACE)
		types->interval = f->period;
	return 0;
}

int
pprof_types_init(struct pprof_types *types, struct pprof_file *f)
{
	struct type all[PPROF_TYPES_MAX];

	*types = (struct pprof_types){ .count = f->type_count };
	if (types->count == 0)
		return error("cannot read '%s': it names no type of sample",
			f->in->name);
	for (uint32_t i = 0; i < types->count; i++)
		if (read_type(f, f->types[i], &all[i]) < 0)
			return -1;
	choose(types, f, all);
	choose_usual(types, f, all);
	find_samples(types, f, all);
	return read_interval(types, f);
}

/*
 * objects of that size, each seen with probability p, stand for objects * p
 * samples; the variance is theirs as in heapv2_stacks.c. Without objects the
 * size is not known: blocks are taken to be small, which errs on the safe side.
 */
static uint64_t
add_variance(struct row *r, enum metric space, double bytes, double objects,
	double size, uint64_t interval)
{
	double n, p = 1, missed;

	if (size <= 0 && objects > 0)
		size = bytes / objects;
	if (interval > 1 && size <= 0) {
		r->v[space].var += bytes * (double)interval;
		return (uint64_t)llround(bytes / (double)interval);
	}
	if (size <= 0)
		return 0;
	if (interval > 1)
		p = -expm1(-size / (double)interval);
	n = (objects > 0 ? objects : bytes / size) * p;
	missed = (1 - p) / p / p;
	r->v[space + 1].var += n * missed;
	r->v[space].var += n * missed * size * size;
	return (uint64_t)llround(fmin(n, 1e15));
}

void
pprof_types_add(const struct pprof_types *types, struct row *r,
	const int64_t *values, double size)
{
	double v[METRICS] = { 0 };
	uint64_t samples[FOREIGN] = { 0 };

	for (uint32_t i = 0; i < types->count; i++)
		if (types->metrics[i] >= 0)
			v[types->metrics[i]] = (double)values[i];
	for (int m = 0; m < METRICS; m++)
		r->v[m].sum += v[m];
	for (int m = 0; m < FOREIGN; m += 2)
		if (types->has[m])
			samples[m] = add_variance(r, (enum metric)m, fabs(v[m]),
				fabs(v[m + 1]), size, types->interval);
	r->samples_live += samples[INUSE_SPACE];
	if (types->samples >= 0)
		r->samples += values[types->samples] > 0
				      ? (uint64_t)values[types->samples]
				      : 0;
	else
		r->samples += types->has[ALLOC_SPACE] ? samples[ALLOC_SPACE]
						      : samples[INUSE_SPACE];
}
