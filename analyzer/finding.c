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
copy_frame(const struct profile *p, uint32_t frame)
{
	const struct function *f = &p->functions[p->frames[frame].function];
	uint32_t file = f->file;

	return (struct finding_frame){
		.function = xstrdup(strtab_get(&p->strings, f->name)),
		.file = file == NONE ? NULL
				     : xstrdup(strtab_get(&p->strings, file)),
		.line = p->frames[frame].line,
	};
}

void
finding_take_frames(struct finding *f, const struct profile *p,
	const uint32_t *frames, uint32_t depth)
{
	struct finding_stack *to = &f->stack;

	to->frames = xcalloc((size_t)depth + 1, sizeof *to->frames);
	for (uint32_t i = depth; i > 0; i--)
		to->frames[to->depth++] = copy_frame(p, frames[i - 1]);
}

void
finding_take_stack(
	struct finding *f, const struct shown *s, const struct shown_stack *k)
{
	f->stack.value = (double)k->value;
	finding_take_frames(f, s->profile, s->frames + k->first, k->charge);
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
