/* SPDX-License-Identifier: Apache-2.0 */
#include "run_merge_sum.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "read.h"
#include "runs.h"

void
merge_sum_init(struct merge_sum *s)
{
	*s = (struct merge_sum){ .losses = NULL };
	profile_init(&s->p);
}

void
merge_sum_release(struct merge_sum *s)
{
	profile_release(&s->p);
	for (size_t i = 0; i < s->was_count; i++)
		free(s->was[i]);
	free(s->was);
	free(s->losses);
	*s = (struct merge_sum){ .losses = NULL };
}

static void
add_loss(struct merge_sum *s, uint32_t process, const char *cause,
	uint64_t count)
{
	uint32_t id = strtab_add(&s->p.strings, cause);

	for (size_t i = 0; i < s->loss_count; i++)
		if (s->losses[i].process == process &&
			s->losses[i].cause == id) {
			s->losses[i].count += count;
			return;
		}
	GROW(s->losses, s->loss_count, s->loss_capacity);
	s->losses[s->loss_count++] = (struct merge_loss){ process, id, count };
}

static void
add_losses(struct merge_sum *s, uint32_t to, const struct profile *p,
	const struct process *of)
{
	for (uint32_t i = 0; i < of->losses; i++) {
		const struct loss *l = &p->losses[of->first_loss + i];

		add_loss(s, to, strtab_get(&p->strings, l->cause), l->count);
	}
}

int
merge_sum_begin(struct merge_sum *s, const char *path)
{
	if (read_file(&s->p, path) < 0)
		return -1;
	for (uint32_t i = 0; i < s->p.process_count; i++) {
		struct process *it = &s->p.processes[i];

		if (it->merged == 0)
			return -1;
		add_losses(s, i, &s->p, it);
		it->losses = 0;
	}
	s->p.loss_count = 0;
	return 0;
}

static bool
may_go(const struct profile *p)
{
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		if (it->state == PROCESS_RUNNING || it->phases > 0)
			return false;
		for (int m = 0; m < FOREIGN; m++)
			if (!it->has[m])
				return false;
	}
	return p->process_count > 0;
}

/* The sum that a process goes into; it may be new. */
static uint32_t
sum_of(struct merge_sum *s, const struct profile *p, const struct process *of)
{
	struct process new = { .exe = NONE,
		.id = NONE,
		.boot = NONE,
		.parent = NONE,
		.no_state = NONE,
		.ancestors = NONE,
		.source = NONE,
		.state = of->state,
		.start_ms = of->start_ms,
		.interval_min = of->interval_min };

	if (of->exe != NONE)
		new.exe = strtab_add(
			&s->p.strings, strtab_get(&p->strings, of->exe));
	if (of->ancestors != NONE)
		new.ancestors = strtab_add(
			&s->p.strings, strtab_get(&p->strings, of->ancestors));
	for (uint32_t i = 0; i < s->p.process_count; i++)
		if (s->p.processes[i].exe == new.exe &&
			s->p.processes[i].ancestors == new.ancestors &&
			s->p.processes[i].state == of->state)
			return i;
	return profile_process(&s->p, new);
}

static void
add_process(struct process *to, const struct process *from)
{
	to->merged += from->merged > 0 ? from->merged : 1;
	to->samples += from->samples;
	if (from->interval_min < to->interval_min)
		to->interval_min = from->interval_min;
	if (from->interval_max > to->interval_max)
		to->interval_max = from->interval_max;
	if (from->temp_ms > to->temp_ms)
		to->temp_ms = from->temp_ms;
	if (from->start_ms < to->start_ms)
		to->start_ms = from->start_ms;
	if (from->end_ms > to->end_ms)
		to->end_ms = from->end_ms;
}

static void
add_profile(struct merge_sum *s, const struct profile *p)
{
	uint32_t *to = xcalloc(p->process_count, sizeof *to);

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		to[i] = sum_of(s, p, it);
		add_process(&s->p.processes[to[i]], it);
		add_losses(s, to[i], p, it);
		GROW(s->was, s->was_count, s->was_capacity);
		s->was[s->was_count++] =
			xasprintf("%s/%s", strtab_get(&p->strings, it->boot),
				strtab_get(&p->strings, it->id));
	}
	profile_add_figures(&s->p, p, to);
	free(to);
}

int
merge_sum_add(struct merge_sum *s, const char *path)
{
	struct profile p;
	int result;

	profile_init(&p);
	result = read_file(&p, path);
	if (result == 0 && !may_go(&p))
		result = -1;
	if (result == 0) {
		runs_settle_peaks(&p);
		add_profile(s, &p);
	}
	profile_release(&p);
	return result;
}

void
merge_sum_end(struct merge_sum *s)
{
	struct profile *p = &s->p;

	for (uint32_t i = 0; i < p->process_count; i++) {
		struct process *it = &p->processes[i];

		it->first_loss = p->loss_count;
		for (size_t k = 0; k < s->loss_count; k++) {
			const struct merge_loss *l = &s->losses[k];
			char *cause;

			if (l->process != i)
				continue;
			cause = xstrdup(strtab_get(&p->strings, l->cause));
			profile_loss(p, cause, l->count);
			free(cause);
			it->losses++;
		}
	}
}
