/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaks in the shape that LeakSanitizer has made familiar, so that people and
 * tools that read the one can read the other. What it calls indirect is not
 * known here: pointers are never followed.
 */
#define _GNU_SOURCE /* qsort_r */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "color.h"
#include "err.h"
#include "text.h"
#include "units.h"
#include "write.h"
#include "write_leaks.h"

/* A site that holds 3 N goes unseen with probability e^-3, about 5 %. */
#define UNSEEN 3

/* What becomes more is what somebody must look at. */
static int
rank(enum leak_kind kind)
{
	return kind == LEAK_ACCUMULATES ? 0 : kind == LEAK_UNTOLD ? 1 : 2;
}

/* By kind, largest first, then as they were sorted. */
static int
compare(const void *x, const void *y, void *ages)
{
	const struct shown_stack *a = *(const struct shown_stack *const *)x;
	const struct shown_stack *b = *(const struct shown_stack *const *)y;
	int order = rank(leak_age_of(ages, a)->kind) -
		    rank(leak_age_of(ages, b)->kind);

	if (order != 0)
		return order;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->objects != b->objects)
		return a->objects > b->objects ? -1 : 1;
	return a < b ? -1 : a > b;
}

const struct shown_stack **
leaks_in_order(const struct shown *s, const struct leaks_view *v)
{
	struct leak_ages ages = v->ages;
	const struct shown_stack **list = xcalloc(s->stack_count, sizeof *list);

	for (uint32_t i = 0; i < s->stack_count; i++)
		list[i] = &s->stacks[i];
	if (s->stack_count > 0)
		qsort_r(list, s->stack_count, sizeof *list, compare, &ages);
	return list;
}

uint32_t
leaks_listed(const struct shown *s, const struct leaks_view *v)
{
	return v->top > 0 && (uint32_t)v->top < s->stack_count
		       ? (uint32_t)v->top
		       : s->stack_count;
}

int64_t
leaks_objects(const struct shown *s)
{
	int64_t objects = 0;

	for (uint32_t i = 0; i < s->stack_count; i++)
		objects += s->stacks[i].objects;
	return objects;
}

static const char *
why_not_ended(enum process_state state)
{
	return state == PROCESS_KILLED ? "was killed"
	       : state == PROCESS_UNTOLD
		       ? "does not say whether it ended"
		       : "had not ended when its last dump was made";
}

/* Processes that had not ended; at most a few are named. */
static void
write_not_ended(FILE *out, const struct profile *p)
{
	uint32_t others = 0, named = 0;

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];
		char *exe;

		if (it->state == PROCESS_ENDED)
			continue;
		if (++named > 3) {
			others++;
			continue;
		}
		exe = text_visible(strtab_get(
			&p->strings, it->exe == NONE ? it->id : it->exe));
		fprintf(out, "note: '%s'", exe);
		if (it->pid > 0)
			fprintf(out, " (pid %d)", it->pid);
		fprintf(out,
			" %s: this lives, which does not mean that it "
			"leaked\n",
			why_not_ended(it->state));
		free(exe);
	}
	if (others > 0)
		fprintf(out, "note: and so with %u more processes\n", others);
}

static void
write_limit(FILE *out, const struct shown *s)
{
	char n[UNITS_MAX], unseen[UNITS_MAX];

	if (s->exact)
		return;
	fprintf(out,
		"note: sampled at %s: a site under %s may be unseen; "
		"--sample 1 sees all\n",
		units_bytes(n, (int64_t)s->interval_max, false),
		units_bytes(
			unseen, (int64_t)(UNSEEN * s->interval_max), false));
}

/* Where the frame is: "file:line", else "(module+0x1234) (BuildId: ...)". */
static void
write_where(FILE *out, const struct profile *p, uint32_t frame,
	const struct location *l)
{
	const struct frame *f = &p->frames[frame];
	uint32_t file = p->functions[f->function].file;
	const struct module *m =
		l->module == NONE ? NULL : &p->modules[l->module];
	char *text;

	if (file != NONE) {
		text = text_visible(strtab_get(&p->strings, file));
		if (f->line > 0)
			fprintf(out, " %s:%u", text, f->line);
		else
			fprintf(out, " %s", text);
		free(text);
	} else if (m) {
		text = text_visible(strtab_get(&p->strings, m->path));
		fprintf(out, " (%s+0x%" PRIx64 ")", text, l->offset);
		free(text);
		if (m->build_id != NONE)
			fprintf(out, " (BuildId: %s)",
				strtab_get(&p->strings, m->build_id));
	}
}

/* A stack being written: the frames that are shown, and how many are done. */
struct writing {
	FILE *out;
	const struct shown *s;
	const uint32_t *frames; /* root first */
	uint32_t left; /* not written yet; the next one is the last of them */
	uint32_t n; /* lines written */
};

/*
 * One call; several lines if functions were inlined into it, fewer if some are
 * hidden: those that are shown come in the same order.
 */
static void
write_location(struct writing *w, uint32_t location)
{
	const struct profile *p = w->s->profile;
	const struct location *l = &p->locations[location];

	for (uint32_t i = 0; i < l->depth; i++) {
		uint32_t frame = p->location_frames[l->first + i];
		char *name;

		if (w->left == 0 || w->frames[w->left - 1] != frame)
			continue;
		w->left--;
		name = text_visible(shown_name(w->s, frame));
		fprintf(w->out, "    #%u 0x%" PRIx64 " in %s", w->n++,
			l->offset, name);
		free(name);
		write_where(w->out, p, frame, l);
		putc('\n', w->out);
	}
}

/* Is the outermost of them what stands for callers that are missing? */
static bool
is_cut_off(const struct writing *w)
{
	return w->left > 0 &&
	       strcmp(shown_name(w->s, w->frames[0]), "[truncated]") == 0;
}

void
write_leak_stack(
	FILE *out, const struct shown *s, const struct shown_stack *leak)
{
	const struct profile *p = s->profile;
	const struct stack *stack = &p->stacks[leak->stack];
	struct writing w = {
		.out = out,
		.s = s,
		.frames = s->frames + leak->first + leak->roots,
		.left = leak->depth - leak->roots,
	};

	for (uint32_t i = 0; i < stack->depth; i++)
		write_location(&w, p->stack_locations[stack->first + i]);
	if (stack->depth == 0)
		fputs("    (no stack)\n", out);
	else if (is_cut_off(&w))
		fputs("    (cut off here)\n", out);
	else if (w.n == 0)
		fputs("    (all of it is hidden)\n", out);
	/* The process, thread, ... of --by: outermost, as in every view. */
	for (uint32_t i = leak->roots; i > 0; i--) {
		char *name = text_visible(
			shown_name(s, s->frames[leak->first + i - 1]));

		fprintf(out, "    #%u 0x0 in %s\n", w.n++, name);
		free(name);
	}
}

static void
write_hidden(FILE *out, const struct leaks_view *v)
{
	char least[UNITS_MAX];

	if (v->known.objects > 0)
		fprintf(out,
			"note: %" PRId64 " known one-time allocation%s of libc "
			"and libstdc++ hidden (%" PRId64 " bytes)\n",
			v->known.objects, v->known.objects == 1 ? "" : "s",
			v->known.bytes);
	if (v->small.objects > 0)
		fprintf(out,
			"note: %" PRId64 " object%s left out (%" PRId64
			" bytes), of leaks under %s\n",
			v->small.objects, v->small.objects == 1 ? "" : "s",
			v->small.bytes,
			units_bytes(least, v->min_bytes, false));
}

#define RULE "-----------------------------------------------------\n"

/* Those that were used, as LeakSanitizer lists them. */
static void
write_used(FILE *out, const struct suppressions *s)
{
	if (suppressions_objects(s) == 0)
		return;
	fputs("\n" RULE "Suppressions used:\n"
	      "  count      bytes template\n",
		out);
	for (size_t i = 0; i < s->count; i++) {
		const struct suppression *it = &s->list[i];
		char *pattern;

		if (it->objects == 0)
			continue;
		pattern = text_visible(it->pattern);
		fprintf(out, "%7" PRId64 " %10" PRId64 " %s\n", it->objects,
			it->bytes, pattern);
		free(pattern);
	}
	fputs(RULE, out);
}

int64_t
write_leaks(FILE *out, const struct shown *s, const struct leaks_view *v)
{
	const struct shown_stack **list = leaks_in_order(s, v);
	uint32_t n = leaks_listed(s, v);
	int64_t objects = leaks_objects(s);
	bool ended = profile_all_ended(s->profile);

	write_text_head(out, s, true);
	write_not_ended(out, s->profile);
	write_limit(out, s);
	write_hidden(out, v);
	write_leak_kinds(out, s, v);
	for (uint32_t i = 0; i < n; i++) {
		bool grey = v->color &&
			    amount_is_noise(s, list[i]->value, list[i]->var);

		fprintf(out,
			"\n%s%s of %" PRId64 " byte(s) in %" PRId64
			" object(s) allocated from:\n",
			grey ? COLOR_GREY : "",
			ended ? "Direct leak" : "Live block", list[i]->bytes,
			list[i]->objects);
		write_leak_stack(out, s, list[i]);
		write_leak_error(out, s, list[i]);
		write_leak_age(out, leak_age_of(&v->ages, list[i]));
		fputs(grey ? COLOR_END : "", out);
	}
	if (n < s->stack_count)
		fprintf(out, "\nOmitting %u more leak(s); --top 0 shows all.\n",
			s->stack_count - n);
	write_used(out, &v->suppressed);
	fprintf(out,
		"\nSUMMARY: heapflame: %" PRId64 " byte(s) %s in %" PRId64
		" allocation(s).\n",
		s->total, ended ? "leaked" : "live", objects);
	free(list);
	return objects;
}
