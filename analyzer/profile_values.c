/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What figures are called and counted in, how those of rows add up, and what is
 * missing in them.
 */
#include "profile.h"

#include <math.h>
#include <string.h>

#include "err.h"

const char *const metric_names[FOREIGN] = { "inuse_space", "inuse_objects",
	"alloc_space", "alloc_objects", "peak_space", "peak_objects",
	"temp_space", "temp_objects" };

int
metric_parse(const char *name)
{
	for (int m = 0; m < FOREIGN; m++)
		if (strcmp(name, metric_names[m]) == 0)
			return m;
	return -1;
}

bool
metric_is_space(enum metric m)
{
	return m < FOREIGN && m % 2 == 0;
}

int
profile_foreign_metric(struct profile *p, const char *name, const char *unit)
{
	struct foreign_metric m = { strtab_add(&p->strings, name),
		strtab_add(&p->strings, unit) };

	for (uint32_t i = 0; i < p->foreign_count; i++)
		if (p->foreign[i].name == m.name &&
			p->foreign[i].unit == m.unit)
			return (int)(FOREIGN + i);
	if (p->foreign_count == FOREIGN_MAX)
		return -1;
	p->foreign[p->foreign_count] = m;
	return (int)(FOREIGN + p->foreign_count++);
}

void
profile_scale_foreign(struct profile *p, double factor)
{
	for (uint32_t i = 0; i < p->row_count; i++)
		for (int m = FOREIGN; m < METRICS; m++) {
			p->rows[i].v[m].sum *= factor;
			p->rows[i].v[m].var *= factor * factor;
		}
}

const char *
profile_metric_name(const struct profile *p, enum metric m)
{
	return m < FOREIGN
		       ? metric_names[m]
		       : strtab_get(&p->strings, p->foreign[m - FOREIGN].name);
}

const char *
profile_metric_unit_name(const struct profile *p, enum metric m)
{
	const char *unit;

	if (m >= FOREIGN) {
		unit = strtab_get(&p->strings, p->foreign[m - FOREIGN].unit);
		return strcmp(unit, "count") ? unit : profile_metric_name(p, m);
	}
	return metric_is_space(m) ? "bytes" : "objects";
}

enum unit
profile_metric_unit(const struct profile *p, enum metric m)
{
	const char *name = profile_metric_unit_name(p, m);

	if (strcmp(name, "bytes") == 0)
		return UNIT_BYTES;
	if (strcmp(name, "nanoseconds") == 0)
		return UNIT_NANOSECONDS;
	return m < FOREIGN ? UNIT_OBJECTS : UNIT_OTHER;
}

static void
add_value(struct value *into, const struct value *from)
{
	into->sum += from->sum;
	into->var += from->var;
}

/*
 * The error of each object beside that of each byte is what it is in all that
 * was allocated; where that has none, as if all were of one size.
 */
static void
guess_objects(
	struct value *objects, const struct value *space, const struct value *v)
{
	const struct value *all = &v[ALLOC_SPACE], *count = &v[ALLOC_OBJECTS];
	double size = space->sum > 0 ? objects->sum / space->sum : 0;

	objects->var = size * space->var * (count->var / count->sum) /
		       (all->var / all->sum);
	if (!isfinite(objects->var))
		objects->var = size * size * space->var;
}

void
row_guess_objects_at_peak(struct row *r)
{
	guess_objects(&r->v[PEAK_OBJECTS], &r->v[PEAK_SPACE], r->v);
	guess_objects(&r->phase_peak_objects, &r->phase_peak_space, r->v);
}

void
row_add(struct row *into, const struct row *from)
{
	bool first = into->samples == 0;

	for (int m = 0; m < METRICS; m++)
		add_value(&into->v[m], &from->v[m]);
	add_value(&into->inherited_space, &from->inherited_space);
	add_value(&into->inherited_objects, &from->inherited_objects);
	add_value(&into->phase_peak_space, &from->phase_peak_space);
	add_value(&into->phase_peak_objects, &from->phase_peak_objects);
	add_value(&into->phase_end_space, &from->phase_end_space);
	add_value(&into->phase_end_objects, &from->phase_end_objects);
	into->samples_phase_end += from->samples_phase_end;
	into->samples_live += from->samples_live;
	into->freed_objects += from->freed_objects;
	into->lifetime_ns += from->lifetime_ns;
	into->reallocs += from->reallocs;
	if (from->samples == 0)
		return;
	into->samples += from->samples;
	if (first || from->size_min < into->size_min)
		into->size_min = from->size_min;
	if (from->size_max > into->size_max)
		into->size_max = from->size_max;
	if (first || from->first_ns < into->first_ns)
		into->first_ns = from->first_ns;
	if (from->last_ns > into->last_ns)
		into->last_ns = from->last_ns;
}

void
profile_loss(struct profile *p, const char *cause, uint64_t count)
{
	struct loss loss = { strtab_add(&p->strings, cause), count };

	GROW32(p->losses, p->loss_count);
	p->losses[p->loss_count++] = loss;
}
