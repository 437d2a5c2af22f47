/* SPDX-License-Identifier: Apache-2.0 */
/* Names by module and address, sorted, so that the same gives the same bytes.
 */
#define _GNU_SOURCE /* qsort_r */
#include "write_bundle.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "coverage_facts.h"
#include "err.h"
#include "package.h"
#include "read_bundle.h"
#include "text.h"

struct names {
	const struct profile *p;
	FILE *out;
	uint32_t *modules; /* of p, sorted; behind them NONE, for no file */
	uint32_t *locations; /* of p, sorted by module and offset */
	uint32_t location_count;
	struct package_file *packages; /* by module; of bare ones */
	uint32_t *functions; /* numbers of those of p, plus 1; 0: none yet */
	uint32_t function_count;
};

static const char *
text_of(const struct profile *p, uint32_t id)
{
	return id == NONE ? "" : strtab_get(&p->strings, id);
}

static int
compare_modules(const void *x, const void *y, void *context)
{
	const struct profile *p = context;
	const struct module *a = &p->modules[*(const uint32_t *)x];
	const struct module *b = &p->modules[*(const uint32_t *)y];
	int order = strcmp(text_of(p, a->path), text_of(p, b->path));

	return order != 0 ? order
			  : strcmp(text_of(p, a->build_id),
				    text_of(p, b->build_id));
}

static int
compare_locations(const void *x, const void *y, void *context)
{
	const struct profile *p = context;
	const struct location *a = &p->locations[*(const uint32_t *)x];
	const struct location *b = &p->locations[*(const uint32_t *)y];

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* A word of a line; "-" where there is none. */
static void
put_word(FILE *out, const char *text)
{
	putc(' ', out);
	if (text == NULL)
		putc('-', out);
	else if (*text == '\0')
		fputs("%00", out);
	else
		text_word(out, text);
}

static void
put_string(FILE *out, const struct profile *p, uint32_t id)
{
	put_word(out, id == NONE ? NULL : strtab_get(&p->strings, id));
}

static void
put_module(struct names *n, uint32_t module)
{
	const struct module *m;
	char *facts;

	putc('m', n->out);
	if (module == NONE) {
		fputs(" - -", n->out);
		put_string(n->out, n->p, n->p->no_module_why);
		fputs(" -\n", n->out);
		return;
	}
	m = &n->p->modules[module];
	put_string(n->out, n->p, m->path);
	put_string(n->out, n->p, m->build_id);
	put_string(n->out, n->p, m->why);
	facts = coverage_facts_text(n->p, module, n->packages[module].package);
	put_word(n->out, facts);
	putc('\n', n->out);
	free(facts);
}

/* A function's line stands before the first that refers to it. */
static void
put_function(struct names *n, uint32_t function)
{
	const struct function *f = &n->p->functions[function];

	if (n->functions[function] != 0)
		return;
	n->functions[function] = ++n->function_count;
	putc('f', n->out);
	put_string(n->out, n->p, f->name);
	put_string(n->out, n->p, f->file);
	fprintf(n->out, " %s%s\n",
		f->named     ? "n"
		: f->inlined ? ""
			     : "-",
		f->inlined ? "i" : "");
}

static void
put_location(struct names *n, const struct location *l)
{
	const struct profile *p = n->p;
	/* The innermost of too many are as good as none. */
	uint32_t begin =
		l->depth > BUNDLE_DEPTH_MAX ? l->depth - BUNDLE_DEPTH_MAX : 0;

	for (uint32_t i = begin; i < l->depth; i++)
		put_function(n,
			p->frames[p->location_frames[l->first + i]].function);
	fprintf(n->out, "l %" PRIx64, l->offset);
	for (uint32_t i = begin; i < l->depth; i++) {
		const struct frame *f =
			&p->frames[p->location_frames[l->first + i]];

		fprintf(n->out, " %" PRIu32 " %" PRIu32,
			n->functions[f->function] - 1, f->line);
	}
	putc('\n', n->out);
}

/* What came with its names has them in its dump. */
static void
sort_all(struct names *n)
{
	const struct profile *p = n->p;

	for (uint32_t i = 0; i < p->module_count; i++)
		n->modules[i] = i;
	if (p->module_count > 0)
		qsort_r(n->modules, p->module_count, sizeof *n->modules,
			compare_modules, (void *)p);
	for (uint32_t i = 0; i < p->location_count; i++)
		if (!p->locations[i].named && p->locations[i].depth > 0)
			n->locations[n->location_count++] = i;
	if (n->location_count > 0)
		qsort_r(n->locations, n->location_count, sizeof *n->locations,
			compare_locations, (void *)p);
}

/* Where the locations of that module begin. */
static uint32_t
first_of(const struct names *n, uint32_t module)
{
	uint32_t low = 0, high = n->location_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (n->p->locations[n->locations[middle]].module < module)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of files without debug information, as info asks for them. */
static void
find_packages(struct names *n)
{
	const struct profile *p = n->p;
	struct package_file *files =
		xcalloc((size_t)p->module_count + 1, sizeof *files);
	size_t count = 0;

	for (uint32_t i = 0; i < p->module_count; i++)
		if (p->modules[i].bare && p->modules[i].facts == NONE)
			files[count++].path =
				strtab_get(&p->strings, p->modules[i].path);
	packages_find(files, count);
	count = 0;
	for (uint32_t i = 0; i < p->module_count; i++)
		if (p->modules[i].bare && p->modules[i].facts == NONE)
			n->packages[i] = files[count++];
	free(files);
}

void
write_bundle_symbols(FILE *out, const struct profile *p)
{
	struct names n = { .p = p, .out = out };

	n.modules = xcalloc((size_t)p->module_count + 1, sizeof *n.modules);
	n.locations =
		xcalloc((size_t)p->location_count + 1, sizeof *n.locations);
	n.functions =
		xcalloc((size_t)p->function_count + 1, sizeof *n.functions);
	n.packages = xcalloc((size_t)p->module_count + 1, sizeof *n.packages);
	sort_all(&n);
	find_packages(&n);
	for (uint32_t i = 0; i <= p->module_count; i++) {
		uint32_t module = i == 0 ? NONE : n.modules[i - 1];

		put_module(&n, module);
		for (uint32_t k = first_of(&n, module);
			k < n.location_count &&
			p->locations[n.locations[k]].module == module;
			k++)
			put_location(&n, &p->locations[n.locations[k]]);
	}
	for (uint32_t i = 0; i < p->module_count; i++)
		free(n.packages[i].package);
	free(n.packages);
	free(n.modules);
	free(n.locations);
	free(n.functions);
}
