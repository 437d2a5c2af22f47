/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader looks names up in the order of loading, with the C library last:
 * another library's malloc behind the profiler's is the one that it calls. A
 * dump lists modules by where they lie, which tells no order. How a library was
 * loaded (RTLD_DEEPBIND) stands in no file; that it was loaded by dlopen shows
 * in that nobody needs it.
 */
#include "coverage.h"

#include <stdlib.h>
#include <string.h>

#include "coverage_facts.h"
#include "err.h"
#include "program.h"
#include "strtab.h"

/* What is asked of a file beside what stands in it. */
struct looked {
	struct coverage_facts facts;
	bool is_needed; /* by another one: not loaded by dlopen */
	bool in_stacks;
};

static bool
is_shim(const char *path)
{
	return strncmp(program_base_name(path), "libheapflame", 12) == 0;
}

static const char *
path_of(const struct profile *p, uint32_t module)
{
	return strtab_get(&p->strings, p->modules[module].path);
}

/* All that the modules ask the loader for, each name once. */
static void
add_names(struct strtab *needed, const struct looked *l)
{
	const char *at = l->facts.names;

	while (at && *at) {
		size_t length = strcspn(at, "\n");

		strtab_add_n(needed, at, length);
		at += length + (at[length] == '\n');
	}
}

static bool
is_among(struct strtab *names, uint32_t count, const char *name)
{
	return strtab_add(names, name) < count;
}

static void
find_needed(struct looked *l, uint32_t count, const struct profile *p)
{
	struct strtab needed = { 0 };
	uint32_t names;

	for (uint32_t i = 0; i < count; i++)
		add_names(&needed, &l[i]);
	names = needed.count;
	for (uint32_t i = 0; i < count; i++)
		l[i].is_needed =
			is_among(&needed, names,
				program_base_name(path_of(p, i))) ||
			(l[i].facts.soname &&
				is_among(&needed, names, l[i].facts.soname));
	strtab_release(&needed);
}

static void
find_used(struct looked *l, const struct profile *p)
{
	for (uint32_t i = 0; i < p->location_count; i++)
		if (p->locations[i].module != NONE)
			l[p->locations[i].module].in_stacks = true;
}

/* The C library's is there whoever stands before it. */
static bool
is_libc(const char *path)
{
	return strncmp(program_base_name(path), "libc.so", 7) == 0 ||
	       strncmp(program_base_name(path), "libc-2", 6) == 0;
}

static enum coverage_kind
kind_of(const struct coverage_file *file, const struct looked *l,
	const char *path, bool *is_found)
{
	const struct allocator *a = &file->allocator;

	if (!l->facts.here || is_shim(path))
		return COVERAGE_PLAIN;
	if (l->facts.is_program && a->malloc != MALLOC_ELSEWHERE)
		return COVERAGE_PROGRAM_MALLOC;
	if (a->malloc == MALLOC_EXPORTED) {
		if (!*is_found) {
			*is_found = true;
			return COVERAGE_MALLOC;
		}
		return is_libc(path) ? COVERAGE_PLAIN : COVERAGE_OTHER_MALLOC;
	}
	if (a->prefixes > 0 || a->jemalloc)
		return COVERAGE_PREFIXED;
	if (a->wants_malloc && !l->facts.is_program && !l->is_needed &&
		!l->in_stacks)
		return COVERAGE_IDLE;
	return COVERAGE_PLAIN;
}

/*
 * Does a library other than the C library, linked or preloaded, have one? A
 * plug-in with a malloc of its own is no such thing.
 */
static bool
other_malloc(const struct coverage *c, const struct looked *l,
	const struct profile *p)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const char *path = path_of(p, i);

		if (l[i].facts.here && !l[i].facts.is_program &&
			!is_shim(path) && !is_libc(path) &&
			(l[i].is_needed || allocator_is_library(path)) &&
			c->files[i].allocator.malloc == MALLOC_EXPORTED)
			return true;
	}
	return false;
}

void
coverage_find(struct coverage *c, const struct profile *p)
{
	struct looked *l = xcalloc(p->module_count + 1, sizeof *l);
	bool is_found = false, has_other;

	*c = (struct coverage){ .count = p->module_count };
	c->files = xcalloc(p->module_count + 1, sizeof *c->files);
	for (uint32_t i = 0; i < p->module_count; i++) {
		c->files[i].module = i;
		coverage_facts_find(&l[i].facts, p, i);
		c->files[i].allocator = l[i].facts.allocator;
		c->unknown += !l[i].facts.here && *path_of(p, i) == '/';
	}
	find_needed(l, p->module_count, p);
	find_used(l, p);
	has_other = other_malloc(c, l, p);
	/*
	 * The C library comes last in the order of search, but before what is
	 * loaded later, whatever their places in memory, which is what modules
	 * are listed by.
	 */
	for (int libc = 1; libc >= 0; libc--)
		for (uint32_t i = 0; i < p->module_count; i++)
			if (is_libc(path_of(p, i)) == libc &&
				!(libc && has_other))
				c->files[i].kind = kind_of(&c->files[i], &l[i],
					path_of(p, i), &is_found);
	for (uint32_t i = 0; i < p->module_count; i++)
		coverage_facts_release(&l[i].facts);
	for (uint32_t i = 0; i < p->process_count; i++)
		c->foreign |= !p->processes[i].has[PEAK_SPACE];
	free(l);
}

void
coverage_release(struct coverage *c)
{
	free(c->files);
	*c = (struct coverage){ 0 };
}

/* Is the second what an allocator in the first says of itself? */
static bool
is_beside(const struct process *it, const struct process *other)
{
	return it->pid > 0 && other->pid == it->pid &&
	       other->rss_anonymous == 0;
}

double
coverage_live(const struct profile *p, uint32_t process)
{
	const struct process *it = &p->processes[process];
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];

		if (r->process == process ||
			is_beside(it, &p->processes[r->process]))
			sum += r->v[INUSE_SPACE].sum + r->inherited_space.sum;
	}
	return sum;
}
