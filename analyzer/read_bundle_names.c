/* SPDX-License-Identifier: Apache-2.0 */
/* From the names in a bundle to the frames of a profile. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "facts.h"
#include "read_bundle.h"
#include "read_bundle_symbols.h"

/*
 * More functions than addresses are inlined ones. They are some few an address
 * in any program; beyond, somebody wants our memory.
 */
#define FRAMES_TIMES 16
#define FRAMES_SLACK ((uint64_t)1 << 20)

struct naming {
	const struct bundle_symbols *b;
	struct profile *p;
	uint32_t *strings; /* of the bundle to those of p; plus 1, 0: not yet */
	const struct named_module **modules; /* of p to the bundle's, or NULL */
	const struct named_module *no_file; /* code that is in none, or NULL */
};

static uint32_t
string_of(struct naming *n, uint32_t id)
{
	if (id == NONE)
		return NONE;
	if (n->strings[id] == 0)
		n->strings[id] = strtab_add(&n->p->strings,
					 strtab_get(&n->b->strings, id)) +
				 1;
	return n->strings[id] - 1;
}

static void
find_modules(struct naming *n)
{
	struct profile *p = n->p;

	for (uint32_t i = 0; i < p->module_count; i++) {
		struct module *m = &p->modules[i];
		const struct named_module *known = bundle_symbols_module(n->b,
			strtab_get(&p->strings, m->path),
			strtab_get(&p->strings, m->build_id));

		n->modules[i] = known;
		if (known == NULL)
			continue;
		m->why = string_of(n, known->why);
		m->facts = string_of(n, known->facts);
		m->bare = facts_has(strtab_get(&p->strings, m->facts), "bare");
		m->missing =
			facts_has(strtab_get(&p->strings, m->facts), "missing");
	}
	n->no_file = bundle_symbols_module(n->b, "", "");
	if (n->no_file != NULL)
		p->no_module_why = string_of(n, n->no_file->why);
}

static void
name_location(struct naming *n, struct location *l)
{
	struct profile *p = n->p;
	const struct named_module *m =
		l->module == NONE ? n->no_file : n->modules[l->module];
	const struct named_location *known =
		m == NULL ? NULL : bundle_symbols_location(n->b, m, l->offset);

	if (known == NULL)
		return;
	l->first = p->location_frame_count;
	l->depth = known->depth;
	for (uint32_t i = 0; i < known->depth; i++) {
		const struct named_frame *frame =
			&n->b->frames[known->first + i];
		const struct named_function *named =
			&n->b->functions[frame->function];
		const struct function f = { .name = string_of(n, named->name),
			.file = string_of(n, named->file),
			.module = l->module,
			.named = named->named,
			.inlined = named->inlined };
		uint32_t id = profile_frame(p,
			(struct frame){ profile_function(p, f), frame->line });

		GROW32(p->location_frames, p->location_frame_count);
		p->location_frames[p->location_frame_count++] = id;
	}
}

/* All frames of all stacks. */
static uint64_t
count_frames(const struct profile *p)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < p->stack_location_count; i++)
		sum += p->locations[p->stack_locations[i]].depth;
	return sum;
}

static void
keep_outermost(struct profile *p)
{
	warning("a bundle has more inlined functions than any program: they "
		"are left out");
	for (uint32_t i = 0; i < p->location_count; i++) {
		struct location *l = &p->locations[i];

		if (l->named || l->depth < 2)
			continue;
		l->first += l->depth - 1;
		l->depth = 1;
	}
}

void
bundle_symbols_apply(const struct bundle_symbols *b, struct profile *p)
{
	struct naming n = { .b = b, .p = p };

	if (b == NULL)
		return;
	n.strings = xcalloc((size_t)b->strings.count + 1, sizeof *n.strings);
	n.modules = xcalloc((size_t)p->module_count + 1, sizeof *n.modules);
	find_modules(&n);
	for (uint32_t i = 0; i < p->location_count; i++)
		if (p->locations[i].depth == 0)
			name_location(&n, &p->locations[i]);
	if (count_frames(p) >
		FRAMES_TIMES * p->stack_location_count + FRAMES_SLACK)
		keep_outermost(p);
	free(n.strings);
	free(n.modules);
}
