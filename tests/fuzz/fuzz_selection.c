/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any words whatever, a line each, as the command line of a command that shows
 * a part of a profile; what they select of a small profile is added up.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/by_hand.h"
#include "args.h"
#include "replay.h"
#include "write.h"

#define WORDS_MOST 64

/* A process with phases; bytes of `times` as many. */
static void
fill(struct profile *p, int times)
{
	uint32_t x = hand_process(p, times, PROCESS_ENDED, 4096);
	uint32_t worker = strtab_add(&p->strings, "worker"), phase = NONE;

	p->processes[x].first_phase = p->phase_count;
	for (uint64_t i = 0; i < 3; i++) {
		static const char *const names[] = { "load", "serve", "load" };

		phase = profile_phase(p,
			(struct phase){ strtab_add(&p->strings, names[i]),
				i * 1000, i < 2 ? (i + 1) * 1000 : PHASE_OPEN,
				i * 1000 + 500 });
		profile_row(p, hand_stack(p, "main;run:12;xmalloc", i > 1), x,
			worker, NONE, phase)
			->v[INUSE_SPACE] = (struct value){ 1000 * times, 1e5 };
	}
	p->processes[x].phases = 3;
	hand_live(p, x, "main;std::vector<int, A<B> >::push_back(int const&)",
		70000.4 * times, 12);
	hand_live(p, x, "main;[prog+0x1234];operator new(unsigned long)",
		12345.6, 3);
	hand_live(p, x, "", 99, 1);
	if (times > 1)
		hand_live(p, x, "main;only_here", 7, 7);
}

/* The figures that every output relies on. */
static void
check(const struct shown *s)
{
	int64_t total = 0;

	for (uint32_t i = 0; i < s->stack_count; i++) {
		const struct shown_stack *stack = &s->stacks[i];

		total += stack->value;
		if (stack->depth == 0 || stack->charge == 0 ||
			stack->charge > stack->depth ||
			stack->roots >= stack->depth)
			abort();
	}
	if (total != s->total || s->selected > s->whole)
		abort();
	/* Each of them was rounded for itself. */
	if (llabs(s->total + s->shrunk - s->selected + s->base_total) > 2)
		abort();
}

static void
show(struct args *a, struct profile *p)
{
	struct shown s;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	if (select_stacks(&s, p, &a->selection) < 0)
		return;
	check(&s);
	out = open_memstream(&text, &size);
	if (out) {
		write_text_head(out, &s, a->exact);
		write_json(out, &s, NULL, false, a->top);
		fclose(out);
	}
	free(text);
	shown_release(&s);
}

/* argv of the lines; returns how many. Caller frees the copy. */
static int
split(char *copy, size_t length, char *argv[WORDS_MOST + 2])
{
	static char name[] = "x";
	int argc = 0;

	argv[argc++] = name;
	for (size_t at = 0; at < length && argc <= WORDS_MOST;) {
		argv[argc++] = copy + at;
		while (at < length && copy[at] != '\n')
			at++;
		copy[at++] = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct args a = { .accept = ARGS_METRIC | ARGS_BYTES | ARGS_WRAPPERS |
				    ARGS_BY | ARGS_TOP | ARGS_SELECT };
	char *copy = xmalloc(length + 1), *argv[WORDS_MOST + 2];
	struct profile p;

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	if (args_parse(&a, NULL, split(copy, length, argv), argv) == 0) {
		profile_init(&p);
		fill(&p, 3);
		/* The list of wrappers takes longer than all the rest. */
		a.selection.show_wrappers |= !a.selection.wrappers;
		/* Any file's name is this. */
		if (a.selection.base)
			fill(a.selection.base, 1);
		show(&a, &p);
		profile_release(&p);
		args_release(&a);
	}
	free(copy);
	return 0;
}
