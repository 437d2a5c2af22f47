/* SPDX-License-Identifier: Apache-2.0 */
#include "leaks.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "known.h"

static void
drop_small(struct shown *s, struct leaks_view *v)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		struct shown_stack stack = s->stacks[i];

		if (stack.bytes >= v->min_bytes) {
			s->stacks[kept++] = stack;
			continue;
		}
		v->small.bytes += stack.bytes;
		v->small.objects += stack.objects;
		s->total -= stack.value;
		s->hundred -= stack.value < 0 ? -stack.value : stack.value;
		s->var -= stack.var;
		s->samples -= stack.samples;
	}
	s->stack_count = kept;
	if (s->var < 0) /* what is left of a sum of doubles */
		s->var = 0;
}

void
leaks_view_release(struct leaks_view *v)
{
	suppressions_release(&v->suppressed);
	leak_ages_release(&v->ages);
}

int
leaks_find(struct shown *shown, struct profile *p, const struct selection *s,
	struct leaks_view *v, bool show_known)
{
	struct selection selection = *s;
	int status;

	selection.keep_rows = true;
	selection.metric = INUSE_SPACE;
	selection.keep_empty = true;
	/* The parent's to free. */
	selection.leave_inherited = true;
	/* Not what lived when a phase ended, nor what is gone since the base.
	 */
	selection.until_now = true;
	selection.only_grown = true;
	status = select_stacks(shown, p, &selection);
	/* What a base has taken away is not known by sample. */
	if (status == 0 && !shown->compared)
		leak_ages_find(&v->ages, shown);
	if (status < 0)
		return -1;
	if (!show_known && known_hide(shown, &v->known) < 0) {
		shown_release(shown);
		return -1;
	}
	suppressions_hide(&v->suppressed, shown);
	drop_small(shown, v);
	return 0;
}
