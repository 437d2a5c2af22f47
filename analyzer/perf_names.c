/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Lorg/x/Context;::call->Lorg/x/Script;::exec" is what a Java agent makes of
 * an inlined call: the function of the code, then those inlined into it.
 */
#define _GNU_SOURCE /* memmem */
#include "perf_names.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

#define INLINED_MOST 64 /* of one symbol; what is beyond is one name */

bool
perf_names_counts(const struct perf_frame *f)
{
	return f->symbol.at[0] != '(' ||
	       (f->symbol.length >= 11 &&
		       memcmp(f->symbol.at, "(anonymous ", 11) == 0);
}

/* "net/http.(*Client).Do" */
static bool
is_go_method(const char *name)
{
	const char *open = strstr(name, ".("), *close;

	return open && (close = strstr(open + 2, ").")) && close > open;
}

/* What stands in brackets says nothing that the name does not. */
static void
drop_parameters(char *name)
{
	static const char anonymous[] = "(anonymous namespace)";

	if (is_go_method(name))
		return;
	for (char *open = name; (open = strchr(open, '(')); open++)
		if (strncmp(open, anonymous, strlen(anonymous)) != 0) {
			*open = '\0';
			return;
		}
}

static void
tidy(char *name, bool java)
{
	char *to = name;

	for (char *c = name; *c; c++)
		if (*c == ';')
			*c = ':';
	drop_parameters(name);
	for (const char *c = name; *c; c++)
		if (*c != '"' && *c != '\'')
			*to++ = *c;
	*to = '\0';
	if (java && name[0] == 'L' && strchr(name, '/'))
		memmove(name, name + 1, strlen(name));
}

/* "[libc.so.6]" for what is not known but where it lies. Caller frees. */
static char *
unknown(struct perf_text module)
{
	const unsigned char *base =
		module.length ? memrchr(module.at, '/', module.length) : NULL;
	size_t length = module.length;
	const char *text = (const char *)module.at;

	if (base) {
		text = (const char *)base + 1;
		length -= (size_t)(base + 1 - module.at);
	}
	/* "[unknown]" and "[vdso]" have theirs already. */
	if (length > 1 && text[0] == '[' && text[length - 1] == ']')
		return xasprintf("%.*s", (int)length, text);
	return length ? xasprintf("[%.*s]", (int)length, text)
		      : xstrdup("[unknown]");
}

static bool
is_unknown(struct perf_text symbol)
{
	return symbol.length == 9 && memcmp(symbol.at, "[unknown]", 9) == 0;
}

static uint32_t
add_frame(struct profile *p, struct perf_text symbol, struct perf_text module,
	uint32_t number, bool inlined, bool java)
{
	struct function f = { .file = NONE,
		.module = number,
		.named = !is_unknown(symbol),
		.inlined = inlined };
	char *name;

	if (f.named) {
		name = xmalloc(symbol.length + 1);
		for (size_t i = 0; i < symbol.length; i++)
			name[i] = symbol.at[i] ? (char)symbol.at[i] : '?';
		name[symbol.length] = '\0';
		tidy(name, java);
	} else {
		name = unknown(module);
	}
	f.name = strtab_add(&p->strings, name);
	free(name);
	return profile_frame(
		p, (struct frame){ .function = profile_function(p, f) });
}

/* NONE, where there is none: "[unknown]", or perf's word for inlined code. */
static uint32_t
module_of(struct profile *p, struct perf_text module, bool *inlined)
{
	static const char word[] = "inlined";
	char *path;
	uint32_t number;

	*inlined = module.length == strlen(word) &&
		   memcmp(module.at, word, module.length) == 0;
	if (*inlined || module.length == 0 || is_unknown(module))
		return NONE;
	path = xmalloc(module.length + 1);
	for (size_t i = 0; i < module.length; i++)
		path[i] = module.at[i] ? (char)module.at[i] : '?';
	path[module.length] = '\0';
	number = profile_module(p, path, NULL);
	free(path);
	return number;
}

static uint32_t
add_location(struct profile *p, const struct perf_frame *f, bool java)
{
	uint32_t frames[INLINED_MOST], n = INLINED_MOST;
	struct perf_text left = f->symbol;
	bool inlined;
	uint32_t module = module_of(p, f->module, &inlined);

	/* From the last place down: innermost first is what is wanted. */
	while (n > 0) {
		const unsigned char *arrow =
			n == 1 ? NULL : memmem(left.at, left.length, "->", 2);
		struct perf_text one = left;

		if (arrow)
			one.length = (size_t)(arrow - left.at);
		if (one.length > 0) {
			bool outermost = n == INLINED_MOST;

			n--;
			frames[n] = add_frame(p, one, f->module, module,
				inlined || !outermost, java);
		}
		if (!arrow)
			break;
		left.length -= one.length + 2;
		left.at = arrow + 2;
	}
	if (n == INLINED_MOST)
		frames[--n] = add_frame(
			p, f->symbol, f->module, module, inlined, java);
	return profile_location_named(
		p, module, 0, frames + n, INLINED_MOST - n);
}

/* Its bytes with a NUL between them: none of the two holds one, or hardly. */
static size_t
make_key(struct perf_names *n, const struct perf_frame *f, bool java)
{
	size_t length = f->symbol.length + f->module.length + 2;

	if (length > n->capacity) {
		n->capacity = length * 2;
		n->key = xrealloc(n->key, n->capacity);
	}
	n->key[0] = java ? 'j' : ' ';
	memcpy(n->key + 1, f->symbol.at, f->symbol.length);
	n->key[1 + f->symbol.length] = '\0';
	if (f->module.length > 0)
		memcpy(n->key + 2 + f->symbol.length, f->module.at,
			f->module.length);
	return length;
}

uint32_t
perf_names_location(struct perf_names *n, struct profile *p,
	const struct perf_frame *f, bool java, bool may_add)
{
	size_t length = make_key(n, f, java);
	uint32_t hash = name_hash(n->key, length), location;

	location = name_cache_find(&n->known, n->key, length, hash);
	if (location != NAME_UNKNOWN)
		return location;
	if (!may_add)
		return NONE;
	location = add_location(p, f, java);
	name_cache_add(&n->known, n->key, length, hash, location);
	return location;
}

void
perf_names_release(struct perf_names *n)
{
	name_cache_release(&n->known);
	free(n->key);
	*n = (struct perf_names){ 0 };
}
