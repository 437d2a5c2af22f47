/* SPDX-License-Identifier: Apache-2.0 */
#include "write_pprof_samples.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_metric.h"

/* In the order that Go writes them in; of each pair all or none is there. */
static const enum metric usual_four[] = { ALLOC_OBJECTS, ALLOC_SPACE,
	INUSE_OBJECTS, INUSE_SPACE };
static const enum metric others[] = { PEAK_OBJECTS, PEAK_SPACE, TEMP_OBJECTS,
	TEMP_SPACE };

static bool
has(const struct profile *p, enum metric m)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].has[m])
			return true;
	return false;
}

static void
add_metric(struct pprof_samples *s, const struct profile *p, enum metric m)
{
	if (has(p, m))
		s->metrics[s->count++] = m;
}

/* One that was asked for comes with the other of its pair. */
static int
choose_asked(struct pprof_samples *s, const struct profile *p,
	const struct selection *selection)
{
	int m = metric_choose(p, selection);

	if (m < 0)
		return -1;
	if (m < FOREIGN) {
		add_metric(s, p, metric_objects((enum metric)m));
		add_metric(s, p, metric_space((enum metric)m));
	} else {
		add_metric(s, p, (enum metric)m);
	}
	for (int i = 0; i < s->count; i++)
		if (s->metrics[i] == (enum metric)m)
			s->usual = i;
	return 0;
}

static int
choose_metrics(struct pprof_samples *s, const struct profile *p,
	const struct selection *selection)
{
	enum metric usual = INUSE_SPACE;

	if (selection->metric >= 0 || selection->metric_name)
		return choose_asked(s, p, selection);
	for (size_t i = 0; i < 4; i++)
		add_metric(s, p, usual_four[i]);
	for (uint32_t i = 0; i < p->foreign_count; i++)
		add_metric(s, p, (enum metric)(FOREIGN + i));
	for (size_t i = 0; s->count == 0 && i < 4; i += 2) {
		add_metric(s, p, others[i]);
		add_metric(s, p, others[i + 1]);
	}
	if (s->count == 0)
		return error("these files hold no metric at all");
	if (p->usual_metric >= 0)
		usual = (enum metric)p->usual_metric;
	s->usual = s->count - 1;
	for (int i = 0; i < s->count; i++)
		if (s->metrics[i] == usual)
			s->usual = i;
	return 0;
}

/* Does any row tell one group of that kind from another? */
static bool
is_told(const struct profile *p, enum select_by by)
{
	if (by == BY_PROCESS)
		return p->process_count > 1;
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];

		if ((by == BY_THREAD && r->thread != NONE) ||
			(by == BY_LABEL && r->label != NONE) ||
			(by == BY_PHASE && r->phase != NONE))
			return true;
	}
	return false;
}

static void
hide(struct pprof_samples *s, const struct profile *p, struct selection *sel)
{
	static const enum select_by all[] = { BY_THREAD, BY_LABEL, BY_PHASE,
		BY_PROCESS };

	/* What was inherited by fork is shown to those who ask by process. */
	if (!select_is_by(sel, BY_PROCESS))
		sel->leave_inherited = true;
	/* With processes first, select.c would put their ancestors before. */
	for (int i = 0; i < 4; i++) {
		bool wanted =
			is_told(p, all[i]) ||
			(i == 0 && sel->bys == 0 && is_told(p, BY_PROCESS));

		if (select_is_by(sel, all[i]) || !wanted)
			continue;
		s->hidden[s->hidden_count++] = all[i];
		sel->by[sel->bys++] = all[i];
	}
}

static uint64_t
hash_frames(const uint32_t *frames, uint32_t depth)
{
	uint64_t h = depth;

	for (uint32_t i = 0; i < depth; i++) {
		h = (h ^ frames[i]) * 0x9fb21c651e98df25u;
		h ^= h >> 35;
	}
	return h;
}

static uint32_t *
slot_of(const struct pprof_samples *s, const uint32_t *frames, uint32_t depth)
{
	uint32_t mask = s->slot_count - 1;
	uint32_t i = (uint32_t)hash_frames(frames, depth) & mask;

	for (; s->slots[i] != 0; i = (i + 1) & mask) {
		const struct pprof_sample *at = &s->samples[s->slots[i] - 1];

		if (at->depth == depth &&
			memcmp(at->frames, frames, depth * sizeof *frames) == 0)
			break;
	}
	return &s->slots[i];
}

static void
make_slots(struct pprof_samples *s)
{
	size_t most = 0;

	for (int i = 0; i < s->shown_count; i++)
		most += s->shown[i].stack_count;
	for (s->slot_count = 64; s->slot_count / 2 < most;)
		s->slot_count *= 2;
	s->slots = xcalloc(s->slot_count, sizeof *s->slots);
}

static void
add_shown(struct pprof_samples *s, int metric)
{
	const struct shown *shown = &s->shown[metric];

	for (uint32_t i = 0; i < shown->stack_count; i++) {
		const struct shown_stack *stack = &shown->stacks[i];
		const uint32_t *frames = shown->frames + stack->first;
		uint32_t *slot = slot_of(s, frames, stack->depth);

		if (*slot == 0) {
			GROW(s->samples, s->sample_count, s->sample_capacity);
			s->samples[s->sample_count++] = (struct pprof_sample){
				.frames = frames,
				.depth = stack->depth,
				.roots = stack->roots - s->hidden_count,
				.stack = stack->stack,
			};
			*slot = (uint32_t)s->sample_count;
		}
		s->samples[*slot - 1].values[metric] = stack->value;
	}
}

int
pprof_samples_init(struct pprof_samples *s, struct profile *p,
	const struct selection *selection)
{
	struct selection sel = *selection;

	memset(s, 0, sizeof *s);
	if (choose_metrics(s, p, selection) < 0)
		return -1;
	hide(s, p, &sel);
	/* All frames are written: only a module is chosen by who is charged. */
	sel.show_wrappers = !select_is_by(&sel, BY_MODULE);
	sel.metric_name = NULL;
	for (; s->shown_count < s->count; s->shown_count++) {
		sel.metric = (int)s->metrics[s->shown_count];
		if (select_stacks(&s->shown[s->shown_count], p, &sel) < 0)
			return -1;
	}
	make_slots(s);
	for (int i = 0; i < s->count; i++)
		add_shown(s, i);
	return 0;
}

void
pprof_samples_release(struct pprof_samples *s)
{
	for (int i = 0; i < s->shown_count; i++)
		shown_release(&s->shown[i]);
	free(s->samples);
	free(s->slots);
}
