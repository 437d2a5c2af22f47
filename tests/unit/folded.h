/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A struct shown for tests, from folded text: "root;...;leaf value" a line. A
 * frame may hold any byte but `;`, newline and NUL; what follows a tab in it
 * is its source file. Frames named "xmalloc..." are wrappers, those that begin
 * with `[` are not named. Every 100 bytes are one object; the variance is what
 * sampling small blocks every `interval` bytes gives.
 */
#ifndef FOLDED_H
#define FOLDED_H

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "profile.h"
#include "select.h"

struct folded {
	struct profile profile;
	struct shown shown; /* peak_space */
	/* It and peak_objects, once folded_columns() made them. */
	struct shown columns[2];
	size_t stack_capacity, frame_capacity;
};

static void
folded_frame(struct folded *f, const char *text, size_t length)
{
	const char *tab = memchr(text, '\t', length);
	struct function function = { .file = NONE, .module = NONE };
	struct frame frame = { 0 };
	struct strtab *s = &f->profile.strings;

	if (tab) {
		function.file = strtab_add_n(
			s, tab + 1, length - (size_t)(tab + 1 - text));
		length = (size_t)(tab - text);
		frame.line = (uint32_t)length;
	}
	function.name = strtab_add_n(s, text, length);
	function.named = length && *text != '[';
	frame.function = profile_function(&f->profile, function);
	GROW(f->shown.frames, f->shown.frame_count, f->frame_capacity);
	f->shown.frames[f->shown.frame_count++] =
		profile_frame(&f->profile, frame);
}

static bool
folded_is_wrapper(const struct folded *f, uint32_t at)
{
	const struct frame *frame = &f->profile.frames[f->shown.frames[at]];
	uint32_t name = f->profile.functions[frame->function].name;

	return !strncmp(strtab_get(&f->profile.strings, name), "xmalloc", 7);
}

static void
folded_line(struct folded *f, const char *line, size_t length, double interval)
{
	const char *end = line + length, *space = end;
	struct shown_stack stack = { .first = f->shown.frame_count };

	while (space > line && *space != ' ')
		space--;
	if (space == line)
		return;
	stack.value = atoll(space);
	for (const char *at = line; at <= space; at++) {
		const char *stop = memchr(at, ';', (size_t)(space - at));

		if (!stop)
			stop = space;
		folded_frame(f, at, (size_t)(stop - at));
		at = stop;
	}
	stack.depth = f->shown.frame_count - stack.first;
	for (stack.charge = stack.depth; stack.charge > 1; stack.charge--)
		if (!folded_is_wrapper(f, stack.first + stack.charge - 1))
			break;
	stack.bytes = stack.value;
	stack.objects = (stack.value + 99) / 100;
	stack.var = (double)stack.value * interval;
	GROW(f->shown.stacks, f->shown.stack_count, f->stack_capacity);
	f->shown.stacks[f->shown.stack_count++] = stack;
	f->shown.total += stack.value;
	f->shown.var += stack.var;
}

/* `exe` may be NULL. Lines must be sorted bytewise, as select.c leaves them. */
static void
folded_load(struct folded *f, const char *text, size_t length, double interval,
	const char *exe)
{
	*f = (struct folded){ 0 };
	profile_init(&f->profile);
	f->shown.profile = &f->profile;
	f->shown.metric = PEAK_SPACE;
	f->shown.exact = interval <= 0;
	f->shown.var_known = true;
	if (exe)
		profile_process(&f->profile,
			(struct process){
				.exe = strtab_add(&f->profile.strings, exe),
				.parent = NONE,
				.ancestors = NONE,
				.boot = NONE,
			});
	for (size_t i = 0; i < length;) {
		const char *stop = memchr(text + i, '\n', length - i);
		size_t n = stop ? (size_t)(stop - text) - i : length - i;

		folded_line(f, text + i, n, interval);
		i += n + 1;
	}
	f->shown.samples =
		interval > 0 ? (uint64_t)((double)f->shown.total / interval) + 1
			     : f->shown.stack_count;
	/* Not empty: what the writer says of an empty profile is another. */
	if (f->shown.stack_count)
		profile_row(&f->profile,
			profile_stack(&f->profile, NULL, 0, false), NONE, NONE,
			NONE, NONE);
}

/* For tree_build_columns. */
static void
folded_columns(struct folded *f)
{
	struct shown *objects = &f->columns[1];
	size_t size = f->shown.stack_count * sizeof *objects->stacks;

	f->columns[0] = *objects = f->shown;
	objects->metric = PEAK_OBJECTS;
	objects->total = 0;
	objects->stacks = xmalloc(size + 1);
	if (size)
		memcpy(objects->stacks, f->shown.stacks, size);
	for (uint32_t i = 0; i < objects->stack_count; i++) {
		objects->stacks[i].value = objects->stacks[i].objects;
		objects->total += objects->stacks[i].value;
	}
}

static void
folded_release(struct folded *f)
{
	free(f->columns[1].stacks);
	free(f->shown.frames);
	free(f->shown.stacks);
	profile_release(&f->profile);
}

#endif
