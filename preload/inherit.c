/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child's live table is a copy of its parent's, whose entries are charged
 * to stacks of the parent's region. That region is still mapped here; it is
 * only read. Frees may come meanwhile from other threads of the child: the
 * charge word decides, as in thin.c.
 */
#include "inherit.h"

#include "control.h"
#include "counters.h"
#include "names.h"
#include "stacks.h"
#include "unloads.h"

struct walk {
	struct hf_region *from, *to;
};

/* The same name in the child's region. Phases are the parent's alone. */
static uint16_t
other_name(const struct walk *w, enum hfs_name_kind kind, uint16_t number)
{
	const char *text = number ? hf_names_text(w->from, kind, number) : NULL;

	return text ? hf_names_intern(w->to, kind, text) : 0;
}

/* The same stack in the child's region. */
static hfs_ref
translate(const struct walk *w, hfs_ref old)
{
	struct hfs_stack *s = hf_stacks_at(w->from, old);
	/* A module that is gone by now is none of the child's. */
	uint32_t last = hf_unloads_of((const uintptr_t *)s->pcs, s->depth);
	uint32_t unloads = last <= s->epoch ? last : s->epoch;
	struct hf_stack_key key = { .pcs = (const uintptr_t *)s->pcs,
		.depth = s->depth,
		.unloads = unloads,
		.epoch = s->epoch,
		.flags = s->flags,
		.thread = other_name(w, HFS_NAME_THREAD, s->thread),
		.label = other_name(w, HFS_NAME_LABEL, s->label),
		.hash = hf_stacks_hash((const uintptr_t *)s->pcs, s->depth) };

	return hf_stacks_intern(w->to, &key);
}

static bool
take_over(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct walk *w = data;
	struct hf_event event = { .size = e->size };
	union hf_charge new = e->charge;
	struct hfs_stack *s;
	hfs_ref ref;

	if (e->charge.generation == (w->to->generation & 127))
		return true; /* already one of ours */
	ref = e->charge.generation == (w->from->generation & 127)
		      ? translate(w, e->charge.stack)
		      : 0;
	if (!ref) { /* of a region that we do not know, or no room: of nobody */
		hf_live_drop(at, e->charge);
		return true;
	}
	s = hf_stacks_at(w->to, ref);
	hf_counters_weigh(&event, hf_control_interval(e->charge.interval));
	new.stack = ref;
	new.generation = w->to->generation & 127;
	new.inherited = 1;
	hf_counters_inherit(s, &event.weight);
	if (!hf_live_recharge(at, e->charge, new))
		hf_counters_disinherit(s, &event.weight);
	return true;
}

void
hf_inherit(struct hf_region *r)
{
	struct walk w = { r->before, r };

	if (!w.from)
		return;
	hf_live_each(take_over, &w);
}
