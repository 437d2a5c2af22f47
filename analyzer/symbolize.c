/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every address of a profile to frames, module by module, so that only one is
 * open at a time, and in order of addresses, so that neighbours find what is
 * already at hand. What can't be named keeps its place: "[module+0x1234]".
 */
#define _GNU_SOURCE /* setenv, isatty */
#include "symbolize.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "demangle.h"
#include "err.h"
#include "short_name.h"
#include "symbolize_debuginfod.h"
#include "symbolize_find.h"
#include "symbolize_jit.h"

#define DELETED " (deleted)"

/* Work beyond this many seconds is shown on a terminal. */
#define PATIENCE 2

/* Names of the symbols that came up last; a demangler is slow. */
#define NAMES_KEPT 16384

struct work {
	struct profile *p;
	uint32_t *order; /* locations without frames, by module and offset */
	uint32_t count, done;
	int64_t newest_ms; /* when the last process ended */
	struct timespec began;
	int percent; /* shown; -1: nothing */
	char *debug_path;

	/* The module at hand. */
	uint32_t module; /* or NONE */
	const char *base; /* of its path; points into text */
	char *text;
	struct symbolize_file *file; /* NULL: it can't be used */
	bool unnamed; /* some address of it has no name */
	struct {
		const char *symbol;
		uint32_t name;
	} names[NAMES_KEPT];
};

static const struct profile *sorted; /* for compare_locations() */

static int
compare_locations(const void *a, const void *b)
{
	const struct location *x = &sorted->locations[*(const uint32_t *)a];
	const struct location *y = &sorted->locations[*(const uint32_t *)b];

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void
plan(struct work *w)
{
	struct profile *p = w->p;

	w->order = xmalloc((size_t)p->location_count * sizeof *w->order);
	for (uint32_t i = 0; i < p->location_count; i++)
		if (p->locations[i].depth == 0)
			w->order[w->count++] = i;
	sorted = p;
	qsort(w->order, w->count, sizeof *w->order, compare_locations);
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].end_ms > w->newest_ms)
			w->newest_ms = p->processes[i].end_ms;
}

static void
show_progress(struct work *w)
{
	struct timespec now;
	int percent = (int)((uint64_t)w->done * 100 / w->count);

	if (percent == w->percent)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - w->began.tv_sec < PATIENCE || !isatty(STDERR_FILENO))
		return;
	w->percent = percent;
	fprintf(stderr, "\rheapflame: looking up names, %d %%", percent);
}

static void
end_progress(const struct work *w)
{
	if (w->percent >= 0)
		fputs("\r\033[K", stderr);
}

/* Made up by the kernel or by us: "[vdso]", "[no stack]"; not a file. */
static bool
is_pseudo(const char *path)
{
	return path[0] == '[';
}

/* The last component of the path, without what the kernel appends. */
static void
set_base(struct work *w, const char *path)
{
	size_t n, suffix = strlen(DELETED);
	const char *slash;

	w->text = xstrdup(path);
	n = strlen(w->text);
	if (n > suffix && strcmp(w->text + n - suffix, DELETED) == 0)
		w->text[n - suffix] = '\0';
	slash = strrchr(w->text, '/');
	w->base = slash != NULL && !is_pseudo(path) ? slash + 1 : w->text;
}

static const struct symbolize_options no_options;
static struct symbolize_places where = { &no_options, 0, NULL };

void
profile_symbolize_options(const struct symbolize_options *options)
{
	where.options = options;
	if (options->debuginfod)
		symbolize_debuginfod_check();
}

void
profile_symbolize_of(int pid, const char *root)
{
	where.pid = pid;
	where.root = root;
}

static void
open_module(struct work *w, uint32_t module)
{
	struct profile *p = w->p;
	struct module *m = &p->modules[module];
	const char *why = NULL, *path = strtab_get(&p->strings, m->path);
	struct symbolize_wanted wanted = { .newest_ms = w->newest_ms,
		.debug_path = w->debug_path };

	w->module = module;
	w->unnamed = false;
	set_base(w, path);
	if (is_pseudo(path))
		return;
	if (m->build_id != NONE)
		wanted.build_id = strtab_get(&p->strings, m->build_id);
	w->file = symbolize_find(&where, wanted, path, &why);
	m->missing = w->file == NULL;
	if (why != NULL)
		m->why = strtab_add(&p->strings, why);
}

static void
close_module(struct work *w)
{
	struct module *m = &w->p->modules[w->module];

	if (w->file != NULL && w->unnamed) {
		const char *why = symbolize_lacks(w->file);

		m->bare = why != NULL;
		m->why = strtab_add(&w->p->strings,
			why != NULL ? why : "some code belongs to no function");
	}
	symbolize_close(w->file);
	w->file = NULL;
	free(w->text);
	w->text = NULL;
	w->module = NONE;
	memset(w->names, 0, sizeof w->names);
}

static uint32_t
name_of(struct work *w, const char *symbol)
{
	size_t i = ((uintptr_t)symbol * 0x9e3779b97f4a7c15u) >> 50;
	char *name;

	if (w->names[i].symbol != symbol) {
		name = demangle(symbol);
		w->names[i].symbol = symbol;
		w->names[i].name = strtab_add(&w->p->strings, name);
		free(name);
	}
	return w->names[i].name;
}

static void
add_frame(
	struct profile *p, struct location *l, struct function f, uint32_t line)
{
	struct frame frame = { profile_function(p, f), line };
	uint32_t id = profile_frame(p, frame);

	if (l->depth++ == 0)
		l->first = p->location_frame_count;
	GROW32(p->location_frames, p->location_frame_count);
	p->location_frames[p->location_frame_count++] = id;
}

static void
add_unnamed(struct work *w, struct location *l, uint64_t address)
{
	struct profile *p = w->p;
	struct function f = { .file = NONE, .module = l->module };
	char *name;

	if (l->module == NONE)
		name = xasprintf("[0x%" PRIx64 "]", address);
	else if (!is_pseudo(w->base))
		name = xasprintf("[%s+0x%" PRIx64 "]", w->base, address);
	else if (address == 0)
		name = xstrdup(w->base);
	else /* "[vdso]": put it before the bracket */
		name = xasprintf("%.*s+0x%" PRIx64 "]",
			(int)strcspn(w->base, "]"), w->base, address);
	f.name = strtab_add(&p->strings, name);
	free(name);
	add_frame(p, l, f, 0);
	w->unnamed = true;
}

/*
 * What stands for a function without a name: where it begins, so that all
 * addresses in it are one function; else the return address itself.
 */
static uint64_t
shown_address(struct work *w, uint64_t address)
{
	uint64_t start = symbolize_function_start(w->file, address);

	return start != 0 ? start : address + 1;
}

/* l->offset is a return address: the call ends one byte before. */
static void
add_frames(struct work *w, struct location *l)
{
	struct profile *p = w->p;
	const struct place *places;
	uint64_t address = 0;
	size_t count = 0;

	if (w->file != NULL && l->offset > 0 &&
		symbolize_address(w->file, l->offset - 1, &address))
		count = symbolize_places(w->file, address, &places);
	for (size_t i = 0; i < count; i++) {
		const char *source = places[i].source;
		struct function f = { .name = name_of(w, places[i].symbol),
			.file = source != NULL ? strtab_add(&p->strings, source)
					       : NONE,
			.module = l->module,
			.named = true,
			.inlined = places[i].inlined };

		add_frame(p, l, f, places[i].line);
	}
	if (count == 0)
		add_unnamed(w, l,
			address != 0 ? shown_address(w, address) : l->offset);
}

/*
 * Nothing is ever downloaded behind the user's back, so libdwfl must not see
 * this variable. Returns what it was; the caller frees.
 */
static char *
hide_debuginfod(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	char *copy = urls != NULL ? xstrdup(urls) : NULL;

	unsetenv("DEBUGINFOD_URLS");
	return copy;
}

/* Where programs leave perf maps: in their own /tmp. */
static void
name_jit(struct profile *p)
{
	const char *roots[4];
	int n = 0;

	if (where.root != NULL)
		roots[n++] = where.root;
	if (where.options->sysroot != NULL)
		roots[n++] = where.options->sysroot;
	roots[n++] = "";
	roots[n] = NULL;
	symbolize_jit(p, where.options, roots);
}

static void
name_all(struct work *w)
{
	clock_gettime(CLOCK_MONOTONIC, &w->began);
	plan(w);
	for (; w->done < w->count; w->done++) {
		struct location *l = &w->p->locations[w->order[w->done]];

		if (l->module != w->module) {
			if (w->module != NONE)
				close_module(w);
			if (l->module != NONE)
				open_module(w, l->module);
		}
		add_frames(w, l);
		show_progress(w);
	}
	if (w->module != NONE)
		close_module(w);
	end_progress(w);
}

static uint32_t
short_function(struct profile *p, uint32_t function)
{
	struct function f = p->functions[function];
	char *name;

	if (!f.named)
		return function;
	name = short_name(strtab_get(&p->strings, f.name));
	f.name = strtab_add(&p->strings, name);
	free(name);
	return profile_function(p, f);
}

/* Also of frames that came with their names. Twice changes nothing. */
static void
shorten_names(struct profile *p)
{
	uint32_t count = p->function_count;
	uint32_t *known = xmalloc((size_t)count * sizeof *known + 1);

	memset(known, 0xff, (size_t)count * sizeof *known); /* NONE */
	for (uint32_t i = 0; i < p->location_frame_count; i++) {
		struct frame f = p->frames[p->location_frames[i]];

		if (f.function >= count)
			continue;
		if (known[f.function] == NONE)
			known[f.function] = short_function(p, f.function);
		f.function = known[f.function];
		p->location_frames[i] = profile_frame(p, f);
	}
	free(known);
}

static bool
has_name(const struct profile *p, const struct location *l)
{
	for (uint32_t i = 0; i < l->depth; i++) {
		uint32_t frame = p->location_frames[l->first + i];

		if (p->functions[p->frames[frame].function].named)
			return true;
	}
	return false;
}

/*
 * A bundle has told that some code has no name; but now there are other places
 * to look.
 */
static void
forget_unnamed(struct profile *p)
{
	for (uint32_t i = 0; i < p->location_count; i++) {
		struct location *l = &p->locations[i];
		struct module *m =
			l->module == NONE ? NULL : &p->modules[l->module];

		if (m == NULL || m->facts == NONE || l->named || has_name(p, l))
			continue;
		l->depth = 0;
		m->why = NONE;
		m->bare = m->missing = false;
	}
}

static bool
looks_elsewhere(const struct symbolize_options *o)
{
	return o->debug_dirs != NULL || o->sysroot != NULL || o->debuginfod;
}

void
profile_symbolize(struct profile *p)
{
	struct work w = { .p = p, .module = NONE, .percent = -1 };
	char *urls = where.options->debuginfod ? NULL : hide_debuginfod();

	if (looks_elsewhere(where.options))
		forget_unnamed(p);
	name_jit(p);
	w.debug_path = symbolize_debug_path(&where);
	name_all(&w);
	if (where.options->short_names)
		shorten_names(p);
	free(w.order);
	free(w.debug_path);
	if (urls != NULL)
		setenv("DEBUGINFOD_URLS", urls, 1);
	free(urls);
}
