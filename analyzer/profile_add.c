/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One profile into another: every index and every string of `from` is given
 * its number in `into`, in the order of what refers to what.
 */
#include "err.h"
#include "profile.h"

#include <stdlib.h>
#include <string.h>

struct renumber {
	struct profile *into;
	const struct profile *from;
	uint32_t *strings, *modules, *functions, *frames, *locations;
	uint32_t *stacks, *rows; /* old number -> new one */
	int metrics[METRICS]; /* likewise; -1: no room for it */
	const uint32_t *processes; /* likewise, or NULL: they are added */
	uint32_t first_process, first_phase, first_moment;
};

static uint32_t
new_number(const uint32_t *map, uint32_t old)
{
	return old == NONE ? NONE : map[old];
}

static uint32_t *
new_map(uint32_t count)
{
	return xmalloc((size_t)count * sizeof(uint32_t));
}

static void
add_strings_and_modules(struct renumber *r)
{
	const struct profile *from = r->from;

	r->strings = new_map(from->strings.count);
	for (uint32_t i = 0; i < from->strings.count; i++)
		r->strings[i] = strtab_add(
			&r->into->strings, strtab_get(&from->strings, i));
	r->modules = new_map(from->module_count);
	for (uint32_t i = 0; i < from->module_count; i++) {
		const struct module *old = &from->modules[i];
		const char *id =
			old->build_id == NONE
				? NULL
				: strtab_get(&from->strings, old->build_id);
		uint32_t at = profile_module(
			r->into, strtab_get(&from->strings, old->path), id);

		r->modules[i] = at;
		if (r->into->modules[at].why == NONE)
			r->into->modules[at].why =
				new_number(r->strings, old->why);
		r->into->modules[at].bare |= old->bare;
		r->into->modules[at].missing |= old->missing;
		if (r->into->modules[at].facts == NONE)
			r->into->modules[at].facts =
				new_number(r->strings, old->facts);
	}
}

static void
add_reason(struct renumber *r)
{
	if (r->into->no_module_why == NONE)
		r->into->no_module_why =
			new_number(r->strings, r->from->no_module_why);
}

static void
add_metrics(struct renumber *r)
{
	const struct profile *from = r->from;

	for (int m = 0; m < METRICS; m++)
		r->metrics[m] = m < FOREIGN ? m : -1;
	for (uint32_t i = 0; i < from->foreign_count; i++) {
		const struct foreign_metric *f = &from->foreign[i];

		r->metrics[FOREIGN + i] = profile_foreign_metric(r->into,
			strtab_get(&from->strings, f->name),
			strtab_get(&from->strings, f->unit));
		if (r->metrics[FOREIGN + i] < 0)
			warning("metric '%s' is left out: only %d of the "
				"files' own fit",
				strtab_get(&from->strings, f->name),
				FOREIGN_MAX);
	}
	if (r->into->usual_metric < 0 && from->usual_metric >= 0) {
		r->into->usual_metric = r->metrics[from->usual_metric];
		if (from->before_metric >= 0)
			r->into->before_metric =
				r->metrics[from->before_metric];
	}
}

/* What is told of each metric, from its old places to the new ones. */
static void
move_values(const struct renumber *r, struct value v[METRICS])
{
	struct value old[METRICS];

	memcpy(old, v, sizeof old);
	memset(&v[FOREIGN], 0, FOREIGN_MAX * sizeof *v);
	for (int m = FOREIGN; m < METRICS; m++)
		if (r->metrics[m] >= 0)
			v[r->metrics[m]] = old[m];
}

static void
move_has(const struct renumber *r, bool has[METRICS])
{
	bool old[METRICS];

	memcpy(old, has, sizeof old);
	memset(&has[FOREIGN], 0, FOREIGN_MAX * sizeof *has);
	for (int m = FOREIGN; m < METRICS; m++)
		if (r->metrics[m] >= 0)
			has[r->metrics[m]] = old[m];
}

static void
add_frames(struct renumber *r)
{
	const struct profile *from = r->from;

	r->functions = new_map(from->function_count);
	for (uint32_t i = 0; i < from->function_count; i++) {
		struct function f = from->functions[i];

		f.name = new_number(r->strings, f.name);
		f.file = new_number(r->strings, f.file);
		f.module = new_number(r->modules, f.module);
		r->functions[i] = profile_function(r->into, f);
	}
	r->frames = new_map(from->frame_count);
	for (uint32_t i = 0; i < from->frame_count; i++) {
		struct frame f = from->frames[i];

		f.function = r->functions[f.function];
		r->frames[i] = profile_frame(r->into, f);
	}
}

static uint32_t
add_named(struct renumber *r, const struct location *old)
{
	uint32_t *frames = new_map(old->depth), at;

	for (uint32_t d = 0; d < old->depth; d++)
		frames[d] = r->frames[r->from->location_frames[old->first + d]];
	at = profile_location_named(r->into,
		new_number(r->modules, old->module), old->offset, frames,
		old->depth);
	free(frames);
	return at;
}

static void
copy_location_frames(
	struct renumber *r, const struct location *old, struct location *now)
{
	struct profile *p = r->into;

	if (now->depth > 0)
		return; /* known in both */
	now->first = p->location_frame_count;
	now->depth = old->depth;
	for (uint32_t d = 0; d < old->depth; d++) {
		uint32_t frame = r->from->location_frames[old->first + d];

		GROW32(p->location_frames, p->location_frame_count);
		p->location_frames[p->location_frame_count++] =
			r->frames[frame];
	}
}

static void
add_stacks(struct renumber *r)
{
	const struct profile *from = r->from;
	uint32_t *locations = NULL;
	size_t capacity = 0;

	r->locations = new_map(from->location_count);
	for (uint32_t i = 0; i < from->location_count; i++) {
		const struct location *old = &from->locations[i];
		uint32_t at;

		if (old->named) {
			r->locations[i] = add_named(r, old);
			continue;
		}
		at = profile_location(r->into,
			new_number(r->modules, old->module), old->offset);
		r->locations[i] = at;
		copy_location_frames(r, old, &r->into->locations[at]);
	}
	r->stacks = new_map(from->stack_count);
	for (uint32_t i = 0; i < from->stack_count; i++) {
		const struct stack *s = &from->stacks[i];

		for (uint32_t d = 0; d < s->depth; d++) {
			GROW(locations, d, capacity);
			locations[d] =
				r->locations[from->stack_locations[s->first +
								   d]];
		}
		r->stacks[i] = profile_stack(
			r->into, locations, s->depth, s->truncated);
	}
	free(locations);
}

static void
add_times(struct renumber *r)
{
	const struct profile *from = r->from;

	r->first_phase = r->into->phase_count;
	for (uint32_t i = 0; i < from->phase_count; i++) {
		struct phase phase = from->phases[i];

		phase.name = new_number(r->strings, phase.name);
		profile_phase(r->into, phase);
	}
	r->first_moment = r->into->moment_count;
	for (uint32_t i = 0; i < from->moment_count; i++)
		profile_moment(r->into, from->history[i]);
}

static void
add_processes(struct renumber *r)
{
	const struct profile *from = r->from;
	uint32_t first_loss = r->into->loss_count;
	uint32_t first_live = r->into->live_count;

	for (uint32_t i = 0; i < from->loss_count; i++)
		profile_loss(r->into,
			strtab_get(&from->strings, from->losses[i].cause),
			from->losses[i].count);
	r->first_process = r->into->process_count;
	for (uint32_t i = 0; i < from->process_count; i++) {
		struct process p = from->processes[i];

		p.exe = new_number(r->strings, p.exe);
		p.id = new_number(r->strings, p.id);
		p.boot = new_number(r->strings, p.boot);
		p.parent = new_number(r->strings, p.parent);
		p.ancestors = new_number(r->strings, p.ancestors);
		p.no_state = new_number(r->strings, p.no_state);
		p.source = new_number(r->strings, p.source);
		p.first_loss += first_loss;
		p.first_sample += first_live;
		p.first_phase += r->first_phase;
		p.first_moment += r->first_moment;
		move_has(r, p.has);
		if (p.allocator.asked)
			p.allocator.name =
				new_number(r->strings, p.allocator.name);
		profile_join(r->into, profile_process(r->into, p));
	}
}

static void
add_rows(struct renumber *r)
{
	const struct profile *from = r->from;
	struct profile *into = r->into;

	r->rows = new_map(from->row_count);
	for (uint32_t i = 0; i < from->row_count; i++) {
		struct row copy = from->rows[i], *old = &copy;
		struct row *now = profile_row(into, r->stacks[old->stack],
			r->processes ? r->processes[old->process]
				     : old->process + r->first_process,
			new_number(r->strings, old->thread),
			new_number(r->strings, old->label),
			old->phase == NONE || r->processes
				? NONE
				: old->phase + r->first_phase);

		if (from->foreign_count > 0)
			move_values(r, old->v);
		row_add(now, old);
		r->rows[i] = (uint32_t)(now - into->rows);
	}
	for (uint32_t i = 0; i < from->live_count && !r->processes; i++) {
		struct live_sample s = from->live[i];

		s.row = new_number(r->rows, s.row);
		GROW32(into->live, into->live_count);
		into->live[into->live_count++] = s;
	}
}

static void
add(struct renumber *r)
{
	add_strings_and_modules(r);
	add_reason(r);
	add_metrics(r);
	add_frames(r);
	add_stacks(r);
	if (!r->processes) {
		add_times(r);
		add_processes(r);
	}
	add_rows(r);
	free(r->strings);
	free(r->modules);
	free(r->functions);
	free(r->frames);
	free(r->locations);
	free(r->stacks);
	free(r->rows);
}

void
profile_add(struct profile *into, const struct profile *from)
{
	add(&(struct renumber){ .into = into, .from = from });
}

void
profile_add_figures(
	struct profile *into, const struct profile *from, const uint32_t *to)
{
	add(&(struct renumber){ .into = into, .from = from, .processes = to });
}

uint64_t
profile_processes(const struct profile *p)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->process_count; i++)
		n += p->processes[i].merged > 0 ? p->processes[i].merged : 1;
	return n;
}

void
profile_restart(struct profile *p)
{
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *old = &p->rows[i];

		p->rows[i] = (struct row){ .stack = old->stack,
			.process = old->process,
			.thread = old->thread,
			.label = old->label,
			.phase = old->phase };
	}
	p->process_count = p->loss_count = p->live_count = 0;
	p->phase_count = p->moment_count = 0;
}
