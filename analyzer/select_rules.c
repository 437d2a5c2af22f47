/* SPDX-License-Identifier: Apache-2.0 */
#include "select_rules.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "select_match.h"

#define FOUND_OUT (1u << SELECT_RULES)

const char *const select_rule_names[SELECT_RULES] = {
	[RULE_FOCUS] = "focus",
	[RULE_IGNORE] = "ignore",
	[RULE_HIDE] = "hide",
	[RULE_SHOW] = "show",
	[RULE_SHOW_FROM] = "show-from",
};

int
rules_init(struct rules *r, const struct profile *p, const struct selection *s)
{
	*r = (struct rules){ .p = p };
	for (int i = 0; i < SELECT_RULES; i++) {
		if (!s->rules[i])
			continue;
		r->match[i] = match_new(
			(const char *const *)s->rules[i], select_rule_names[i]);
		if (!r->match[i]) {
			rules_release(r);
			return -1;
		}
		r->any = true;
	}
	return 0;
}

void
rules_release(struct rules *r)
{
	for (int i = 0; i < SELECT_RULES; i++)
		match_free(r->match[i]);
	free(r->known);
	*r = (struct rules){ 0 };
}

static bool
is_match(const struct rules *r, int rule, const struct function *f)
{
	const struct strtab *strings = &r->p->strings;
	struct match *m = r->match[rule];

	if (match_any(m, strtab_get(strings, f->name)))
		return true;
	if (f->file != NONE && match_any(m, strtab_get(strings, f->file)))
		return true;
	return f->module != NONE &&
	       match_any(m, strtab_get(strings, r->p->modules[f->module].path));
}

static void
make_room(struct rules *r)
{
	uint32_t n = r->p->function_count;

	if (n <= r->capacity)
		return;
	n += n / 2;
	r->known = xrealloc(r->known, n);
	memset(r->known + r->capacity, 0, n - r->capacity);
	r->capacity = n;
}

static bool
matches(struct rules *r, int rule, uint32_t frame)
{
	uint32_t function = r->p->frames[frame].function;
	unsigned known;

	make_room(r);
	known = r->known[function];
	if (!known) {
		known = FOUND_OUT;
		for (int i = 0; i < SELECT_RULES; i++)
			if (r->match[i] &&
				is_match(r, i, &r->p->functions[function]))
				known |= 1u << i;
		r->known[function] = (unsigned char)known;
	}
	return known >> rule & 1;
}

static bool
any_matches(struct rules *r, int rule, const uint32_t *frames, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		if (matches(r, rule, frames[i]))
			return true;
	return false;
}

/* Keeps the frames that match, or those that do not. */
static uint32_t
keep(struct rules *r, int rule, bool matching, uint32_t *frames, uint32_t depth)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < depth; i++)
		if (matches(r, rule, frames[i]) == matching)
			frames[n++] = frames[i];
	return n;
}

static uint32_t
cut_callers(struct rules *r, uint32_t *frames, uint32_t depth)
{
	uint32_t first = 0;

	while (first < depth && !matches(r, RULE_SHOW_FROM, frames[first]))
		first++;
	memmove(frames, frames + first, (depth - first) * sizeof *frames);
	return depth - first;
}

bool
rules_apply(struct rules *r, uint32_t *frames, uint32_t *depth)
{
	if (r->match[RULE_FOCUS] && !any_matches(r, RULE_FOCUS, frames, *depth))
		return false;
	if (r->match[RULE_IGNORE] &&
		any_matches(r, RULE_IGNORE, frames, *depth))
		return false;
	if (r->match[RULE_HIDE])
		*depth = keep(r, RULE_HIDE, false, frames, *depth);
	if (r->match[RULE_SHOW]) {
		*depth = keep(r, RULE_SHOW, true, frames, *depth);
		if (*depth == 0)
			return false;
	}
	if (r->match[RULE_SHOW_FROM]) {
		*depth = cut_callers(r, frames, *depth);
		if (*depth == 0)
			return false;
	}
	return true;
}
