/* SPDX-License-Identifier: Apache-2.0 */
#include "finding.h"

#include <math.h>
#include <stdlib.h>

#include "err.h"

struct finding *
findings_add(struct findings *f, const char *check)
{
	GROW(f->list, f->count, f->capacity);
	f->list[f->count] = (struct finding){ .check = check, .before = NAN };
	return &f->list[f->count++];
}

static void
release(struct finding *f)
{
	for (uint32_t i = 0; i < f->stack.depth; i++) {
		free(f->stack.frames[i].function);
		free(f->stack.frames[i].file);
	}
	free(f->stack.frames);
	free(f->subject);
	free(f->metric);
	free(f->why);
}

void
findings_release(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		release(&f->list[i]);
	free(f->list);
	*f = (struct findings){ 0 };
}

static struct finding_frame
copy_frame(const struct shown *s, uint32_t frame)
{
	const struct profile *p = s->profile;
	uint32_t file = p->functions[p->frames[frame].function].file;

	return (struct finding_frame){
		.function = xstrdup(shown_name(s, frame)),
		.file = file == NONE ? NULL
				     : xstrdup(strtab_get(&p->strings, file)),
		.line = p->frames[frame].line,
	};
}

void
finding_take_stack(
	struct finding *f, const struct shown *s, const struct shown_stack *k)
{
	struct finding_stack *to = &f->stack;

	to->value = (double)k->value;
	to->var = k->var;
	to->frames = xcalloc(k->charge + 1, sizeof *to->frames);
	for (uint32_t i = k->charge; i > 0; i--)
		to->frames[to->depth++] =
			copy_frame(s, s->frames[k->first + i - 1]);
}

size_t
findings_count(const struct findings *f, enum verdict v)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->list[i].verdict == v;
	return n;
}

enum verdict
findings_verdict(const struct findings *f)
{
	if (findings_count(f, VERDICT_FAILS) > 0)
		return VERDICT_FAILS;
	return findings_count(f, VERDICT_UNDECIDED) > 0 ? VERDICT_UNDECIDED
							: VERDICT_HOLDS;
}
