/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A location without module is an address, and processes may have made other
 * code at the same one: each process's map is asked for what is in its own
 * stacks, and where two name a place differently it stays without a name. A
 * forked child runs its parent's code, so the parent's map is asked, too. A pid
 * comes round again: a map that was not written in the process's time is not
 * its own.
 */
#include "symbolize_jit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "perfmap.h"

/* A map is written to until its process ends, which may take a while. */
#define AFTER_MS  60000
#define BEFORE_MS 2000

#define UNDECIDED NONE
#define DISPUTED  (NONE - 1)

struct work {
	struct profile *p;
	const struct symbolize_options *options;
	const char *const *roots;
	uint32_t *frames; /* a location each: its frame, or one of the above */
	uint32_t *seen; /* a location each: by which process last, plus 1 */
	struct perfmap_name *wanted;
	uint32_t *locations; /* of wanted, by address */
	size_t count;
	const char *why;
};

static bool
is_wanted(const struct location *l)
{
	return l->module == NONE && l->depth == 0 && l->offset > 0;
}

/* Is a map that was changed then one of a process that lived so long? */
static bool
is_of_its_time(const struct perfmap *m, int64_t start_ms, int64_t end_ms)
{
	return (start_ms == 0 || m->changed_ms >= start_ms - BEFORE_MS) &&
	       (end_ms == 0 || m->changed_ms <= end_ms + AFTER_MS);
}

static bool
read_map(struct work *w, struct perfmap *m, const char *path, int64_t start_ms,
	int64_t end_ms)
{
	const char *why;

	if (perfmap_read(m, path, false, &why)) {
		if (is_of_its_time(m, start_ms, end_ms))
			return true;
		why = "the perf map is of another process with that pid";
		perfmap_release(m);
	}
	if (why != NULL)
		w->why = why;
	return false;
}

/* The one that the user has named, as it is. */
static bool
read_named(struct work *w, struct perfmap *m, int pid)
{
	const char *name = w->options->perf_map, *why;
	struct stat st;
	char *path = stat(name, &st) == 0 && S_ISDIR(st.st_mode)
			     ? xasprintf("%s/perf-%d.map", name, pid)
			     : xstrdup(name);
	bool found = perfmap_read(m, path, true, &why);

	if (!found)
		w->why = why != NULL ? why : "there is no such perf map";
	free(path);
	return found;
}

static bool
read_map_of(struct work *w, struct perfmap *m, int pid, int64_t start_ms,
	int64_t end_ms)
{
	bool found = false;

	if (w->options->perf_map != NULL)
		return read_named(w, m, pid);
	for (size_t i = 0; !found && w->roots[i] != NULL; i++) {
		char *path = xasprintf("%s/tmp/perf-%d.map", w->roots[i], pid);

		found = read_map(w, m, path, start_ms, end_ms);
		free(path);
	}
	return found;
}

/* What stands for the function in the profile. */
static uint32_t
frame_of(struct profile *p, const struct perfmap_name *n)
{
	struct perfmap_function text = perfmap_parse(n->text, n->length);
	struct function f = { .name = strtab_add(&p->strings, text.name),
		.file = text.file != NULL ? strtab_add(&p->strings, text.file)
					  : NONE,
		.module = NONE,
		.named = true };
	struct frame frame = { profile_function(p, f), text.line };

	free(text.name);
	free(text.file);
	return profile_frame(p, frame);
}

static void
take_names(struct work *w, const struct perfmap *m)
{
	perfmap_find(m, w->wanted, w->count);
	for (size_t i = 0; i < w->count; i++) {
		uint32_t *known = &w->frames[w->locations[i]], frame;

		if (w->wanted[i].text == NULL)
			continue;
		frame = frame_of(w->p, &w->wanted[i]);
		*known = *known == UNDECIDED || *known == frame ? frame
								: DISPUTED;
	}
}

/* "<pid>-<start>", the start in hex ms; false: there is no parent. */
static bool
parent_of(const struct profile *p, const struct process *it, int *pid,
	int64_t *start_ms)
{
	return it->parent != NONE &&
	       sscanf(strtab_get(&p->strings, it->parent), "%d-%" SCNx64, pid,
		       (uint64_t *)start_ms) == 2 &&
	       *pid > 0;
}

static void
name_process(struct work *w, const struct process *it)
{
	bool goes_on =
		it->state == PROCESS_RUNNING || it->state == PROCESS_UNTOLD;
	int64_t end_ms = goes_on ? 0 : it->end_ms, start;
	struct perfmap m;
	int parent;

	if (it->pid <= 0 && w->options->perf_map == NULL)
		return;
	if (read_map_of(w, &m, it->pid, it->start_ms, end_ms) ||
		(parent_of(w->p, it, &parent, &start) &&
			read_map_of(w, &m, parent, start, 0))) {
		take_names(w, &m);
		perfmap_release(&m);
	}
}

static const struct profile *sorted; /* for the comparisons */

static int
compare_locations(const void *a, const void *b)
{
	uint64_t x = sorted->locations[*(const uint32_t *)a].offset;
	uint64_t y = sorted->locations[*(const uint32_t *)b].offset;

	return x < y ? -1 : x > y;
}

static int
compare_rows(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	uint32_t p = sorted->rows[x].process, q = sorted->rows[y].process;

	if (p != q)
		return p < q ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void
add_row(struct work *w, const struct row *r)
{
	const struct stack *s = &w->p->stacks[r->stack];

	for (uint32_t i = 0; i < s->depth; i++) {
		uint32_t l = w->p->stack_locations[s->first + i];

		if (w->seen[l] == r->process + 1 ||
			!is_wanted(&w->p->locations[l]))
			continue;
		w->seen[l] = r->process + 1;
		w->locations[w->count++] = l;
	}
}

/* The places that were gathered, in the map of their process. */
static void
name_gathered(struct work *w, uint32_t process)
{
	qsort(w->locations, w->count, sizeof *w->locations, compare_locations);
	for (size_t i = 0; i < w->count; i++) /* the call, not the return */
		w->wanted[i] = (struct perfmap_name){
			.address = w->p->locations[w->locations[i]].offset - 1
		};
	if (w->count > 0)
		name_process(w, &w->p->processes[process]);
	w->count = 0;
}

static void
name_all(struct work *w)
{
	struct profile *p = w->p;
	uint32_t *rows = xmalloc(((size_t)p->row_count + 1) * sizeof *rows);

	for (uint32_t i = 0; i < p->row_count; i++)
		rows[i] = i;
	qsort(rows, p->row_count, sizeof *rows, compare_rows);
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[rows[i]];

		add_row(w, r);
		if (i + 1 == p->row_count ||
			p->rows[rows[i + 1]].process != r->process)
			name_gathered(w, r->process);
	}
	free(rows);
}

/* Returns whether some stayed without a name. */
static bool
give_frames(struct work *w)
{
	struct profile *p = w->p;
	bool left = false;

	for (uint32_t i = 0; i < p->location_count; i++) {
		struct location *l = &p->locations[i];

		if (!is_wanted(l))
			continue;
		if (w->frames[i] >= DISPUTED) {
			left = true;
			continue;
		}
		l->first = p->location_frame_count;
		l->depth = 1;
		GROW32(p->location_frames, p->location_frame_count);
		p->location_frames[p->location_frame_count++] = w->frames[i];
	}
	return left;
}

void
symbolize_jit(struct profile *p, const struct symbolize_options *o,
	const char *const *roots)
{
	struct work w = { .p = p, .options = o, .roots = roots };
	size_t n = (size_t)p->location_count + 1;
	uint32_t any = 0;

	while (any < p->location_count && !is_wanted(&p->locations[any]))
		any++;
	if (any == p->location_count)
		return;
	sorted = p;
	w.frames = xmalloc(n * sizeof *w.frames);
	memset(w.frames, 0xff, n * sizeof *w.frames); /* UNDECIDED */
	w.seen = xcalloc(n, sizeof *w.seen);
	w.wanted = xmalloc(n * sizeof *w.wanted);
	w.locations = xmalloc(n * sizeof *w.locations);
	name_all(&w);
	if (give_frames(&w))
		p->no_module_why = strtab_add(&p->strings,
			w.why != NULL ? w.why
				      : "made at run time, and no perf map "
					"names it (node --perf-basic-prof, "
					"python3 -X perf write one)");
	free(w.frames);
	free(w.seen);
	free(w.wanted);
	free(w.locations);
}
