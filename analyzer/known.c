/* SPDX-License-Identifier: Apache-2.0 */
#include "known.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "err.h"

struct rule {
	unsigned long most;
	regex_t module, function;
	bool constructor; /* instead of function */
};

struct rules {
	struct rule *list;
	size_t count;
};

static int
compile(regex_t *regex, const char *text, size_t length)
{
	size_t size = length + sizeof "^()$";
	char *whole = xmalloc(size);
	int rc;

	snprintf(whole, size, "^(%.*s)$", (int)length, text);
	rc = regcomp(regex, whole, REG_EXTENDED | REG_NOSUB);
	if (rc != 0)
		error("known_once.txt: '%.*s' is no expression", (int)length,
			text);
	free(whole);
	return rc == 0 ? 0 : -1;
}

static void
release(struct rules *r)
{
	for (size_t i = 0; i < r->count; i++) {
		regfree(&r->list[i].module);
		if (!r->list[i].constructor)
			regfree(&r->list[i].function);
	}
	free(r->list);
}

/* One line, NUL-terminated: MOST MODULE FUNCTION. */
static int
add(struct rules *r, const char *line)
{
	struct rule new = { 0 };
	char *module;
	const char *function;

	new.most = strtoul(line, &module, 10);
	if (new.most == 0 || *module != ' ')
		return error("known_once.txt: '%s' is no rule", line);
	module++;
	function = strchr(module, ' ');
	if (!function)
		return error("known_once.txt: '%s' is no rule", line);
	if (compile(&new.module, module, (size_t)(function - module)) < 0)
		return -1;
	function++;
	new.constructor = strcmp(function, "<constructor>") == 0;
	if (!new.constructor &&
		compile(&new.function, function, strlen(function)) < 0) {
		regfree(&new.module);
		return -1;
	}
	r->list = xrealloc(r->list, (r->count + 1) * sizeof *r->list);
	r->list[r->count++] = new;
	return 0;
}

static int
read_rules(struct rules *r)
{
	const char *text = (const char *)asset_known_once_txt;
	const char *end = text + asset_known_once_txt_size;
	int rc = 0;

	*r = (struct rules){ 0 };
	while (rc == 0 && text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop ? stop : end) - text);
		char *line = xmalloc(length + 1);

		memcpy(line, text, length);
		line[length] = '\0';
		if (length > 0 && *line != '#')
			rc = add(r, line);
		free(line);
		text += length + 1;
	}
	return rc;
}

/* Base name of the file that the location is in; "" if there is none. */
static const char *
module_of(const struct profile *p, const struct location *l)
{
	const char *path, *slash;

	if (l->module == NONE)
		return "";
	path = strtab_get(&p->strings, p->modules[l->module].path);
	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Is one of the functions at this location the rule's? */
static bool
is_there(const struct rule *r, const struct shown *s, const struct location *l)
{
	const struct profile *p = s->profile;

	for (uint32_t i = 0; i < l->depth; i++)
		if (regexec(&r->function,
			    shown_name(s, p->location_frames[l->first + i]), 0,
			    NULL, 0) == 0)
			return true;
	return false;
}

static bool
matches(const struct rule *r, const struct shown *s,
	const struct shown_stack *leak)
{
	const struct profile *p = s->profile;
	const struct stack *stack = &p->stacks[leak->stack];

	if (leak->samples > r->most * profile_processes(p))
		return false;
	for (uint32_t i = 0; i < stack->depth; i++) {
		const struct location *l =
			&p->locations[p->stack_locations[stack->first + i]];
		const char *module = module_of(p, l);

		if (regexec(&r->module, module, 0, NULL, 0) != 0)
			return r->constructor && i > 0 &&
			       strncmp(module, "ld-", 3) == 0;
		if (!r->constructor && is_there(r, s, l))
			return true;
	}
	return false;
}

static bool
is_known(const struct rules *r, const struct shown *s,
	const struct shown_stack *leak)
{
	for (size_t i = 0; i < r->count; i++)
		if (matches(&r->list[i], s, leak))
			return true;
	return false;
}

int
known_hide(struct shown *s, struct known_hidden *hidden)
{
	struct rules rules;
	uint32_t kept = 0;
	int rc = read_rules(&rules);

	*hidden = (struct known_hidden){ 0 };
	for (uint32_t i = 0; rc == 0 && i < s->stack_count; i++) {
		const struct shown_stack *it = &s->stacks[i];

		if (!is_known(&rules, s, it)) {
			s->stacks[kept++] = *it;
			continue;
		}
		hidden->bytes += it->bytes;
		hidden->objects += it->objects;
		s->total -= it->value;
		s->hundred -= it->value < 0 ? -it->value : it->value;
		s->var -= it->var;
		s->samples -= it->samples;
	}
	if (rc == 0)
		s->stack_count = kept;
	if (s->var < 0) /* what is left of a sum of doubles */
		s->var = 0;
	release(&rules);
	return rc;
}
