/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files to series to runs. A series is the dumps of one process, in order; its
 * life spans from the process's start to its last dump. Only heads are looked
 * at until it is clear which dumps count: a server leaves hundreds.
 *
 * Lives that overlap are one run. The folder of a `heapflame run` is one run
 * whatever the times say: its processes belong to one command, and `make` with
 * nothing in its own heap has children that never overlap.
 */
#include "runs.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "runs_files.h"
#include "runs_read.h"

struct run {
	const char *folder; /* of a `heapflame run`, or NULL */
	const struct series *first; /* its first process */
	int64_t start_ms, end_ms;
};

struct plan {
	struct runs_files files;
	struct series *series;
	size_t series_count, series_capacity;
	struct run *runs;
	size_t run_count, run_capacity;
};

static char *origin; /* see runs_origin() */

const char *
runs_origin(void)
{
	return origin != NULL ? origin : ".";
}

static int
compare_files(const void *a, const void *b)
{
	const struct runs_file *x = a, *y = b;
	int order = strcmp(x->head.process, y->head.process);

	if (order != 0)
		return order;
	if (x->head.final != y->head.final)
		return x->head.final ? 1 : -1;
	if (x->head.seq != y->head.seq)
		return x->head.seq < y->head.seq ? -1 : 1;
	if (x->head.live != y->head.live)
		return x->head.live ? -1 : 1;
	if (x->head.end_ms != y->head.end_ms)
		return x->head.end_ms < y->head.end_ms ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int
compare_i64(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* Those of one run folder together, else by start. */
static int
compare_series(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	const char *f = x->files->run_folder, *g = y->files->run_folder;
	int order = strcmp(f != NULL ? f : "", g != NULL ? g : "");

	if (order == 0)
		order = compare_i64(x->start_ms, y->start_ms);
	return order != 0 ? order : compare_files(x->files, y->files);
}

/* When the process began: it says so, or its first dump is the best guess. */
static int64_t
start_of(const struct series *s)
{
	int64_t start = INT64_MAX;

	for (size_t i = 0; i < s->count; i++) {
		const struct head *h = &s->files[i].head;
		int64_t t = h->start_ms != 0 ? h->start_ms : h->end_ms;

		start = t < start ? t : start;
	}
	return start;
}

static void
find_series(struct plan *plan)
{
	struct runs_file *files = plan->files.list;
	size_t count = plan->files.count;

	if (count > 0)
		qsort(files, count, sizeof *files, compare_files);
	for (size_t i = 0; i < count;) {
		struct series s = { .files = &files[i] };

		for (; i < count && strcmp(files[i].head.process,
					    s.files->head.process) == 0;
			i++, s.count++)
			s.named |= files[i].named;
		s.start_ms = start_of(&s);
		s.end_ms = s.files[s.count - 1].head.end_ms;
		GROW(plan->series, plan->series_count, plan->series_capacity);
		plan->series[plan->series_count++] = s;
	}
	if (plan->series_count > 0)
		qsort(plan->series, plan->series_count, sizeof *plan->series,
			compare_series);
}

/* Does the process belong to the run before it in order? */
static bool
same_run(const struct run *run, const struct series *s)
{
	const char *folder = s->files->run_folder;

	if (run->folder != NULL || folder != NULL)
		return run->folder != NULL && folder != NULL &&
		       strcmp(run->folder, folder) == 0;
	return s->start_ms <= run->end_ms;
}

static void
find_runs(struct plan *plan)
{
	for (size_t i = 0; i < plan->series_count; i++) {
		struct series *s = &plan->series[i];
		struct run *run;

		if (s->named)
			continue;
		run = plan->run_count > 0 ? &plan->runs[plan->run_count - 1]
					  : NULL;
		if (run == NULL || !same_run(run, s)) {
			GROW(plan->runs, plan->run_count, plan->run_capacity);
			run = &plan->runs[plan->run_count++];
			*run = (struct run){ s->files->run_folder, s,
				s->start_ms, s->end_ms };
		}
		s->run = plan->run_count - 1;
		if (s->end_ms > run->end_ms)
			run->end_ms = s->end_ms;
	}
}

/* The one that began last. */
static size_t
newest_run(const struct plan *plan)
{
	size_t newest = 0;

	for (size_t i = 1; i < plan->run_count; i++) {
		const struct run *a = &plan->runs[i];
		const struct run *b = &plan->runs[newest];
		int order = compare_i64(a->start_ms, b->start_ms);

		if (order > 0 || (order == 0 && a->end_ms > b->end_ms))
			newest = i;
	}
	return newest;
}

static const char *
run_name(const struct run *run)
{
	const struct series *s = run->first;

	return run->folder != NULL ? run->folder : s->files[s->count - 1].path;
}

/* One line about the runs that are left out. */
static void
name_others(const struct plan *plan, size_t newest)
{
	enum { NAMED = 3 };
	size_t named = 0, others = plan->run_count - 1;
	char *list = xstrdup("");

	for (size_t i = plan->run_count; i-- > 0 && named < NAMED;) {
		char *longer;

		if (i == newest)
			continue;
		longer = xasprintf("%s%s'%s'", list, named > 0 ? ", " : "",
			run_name(&plan->runs[i]));
		free(list);
		list = longer;
		named++;
	}
	if (others > named)
		note("newest of %zu runs taken, '%s'; left out: %s and %zu more"
		     " (--all adds them)",
			plan->run_count, run_name(&plan->runs[newest]), list,
			others - named);
	else
		note("newest of %zu runs taken, '%s'; left out: %s"
		     " (--all adds %s)",
			plan->run_count, run_name(&plan->runs[newest]), list,
			others == 1 ? "it" : "them");
	free(list);
}

static void
set_origin(const struct series *s)
{
	const struct runs_file *last = &s->files[s->count - 1];
	const char *folder = s->files->run_folder;

	free(origin);
	origin = xstrdup(last->bundle	  ? last->bundle->path
			 : folder != NULL ? folder
					  : last->path);
}

/* The series of the first process; of those before it none could be read. */
static const struct series *
origin_of(
	const struct profile *p, const struct series *const *list, size_t count)
{
	const char *source = strtab_get(&p->strings, p->processes[0].source);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < list[i]->count; k++)
			if (strcmp(list[i]->files[k].path, source) == 0)
				return list[i];
	return list[0];
}

static int
load(struct profile *p, const struct plan *plan, bool all)
{
	size_t newest = newest_run(plan), count = 0;
	const struct series **list =
		xcalloc(plan->series_count, sizeof(struct series *));
	int status;

	if (plan->run_count > 1 && !all)
		name_others(plan, newest);
	for (size_t i = 0; i < plan->series_count; i++) {
		const struct series *s = &plan->series[i];

		if (s->named || all || s->run == newest)
			list[count++] = s;
	}
	status = runs_read(p, list, count);
	if (status == 0 && p->process_count > 0)
		set_origin(origin_of(p, list, count));
	free(list);
	return status;
}

static int
nothing_found(char *const *names, int count)
{
	if (count <= 1)
		error("no profile in '%s'", count == 1 ? names[0] : ".");
	else
		error("no profile in the %d folders named", count);
	hint("make one with: heapflame run ./program");
	hint("what runs now, or was killed: heapflame ls");
	return -1;
}

void
runs_settle_peaks(struct profile *p)
{
	double *above;
	bool any = false;

	for (uint32_t i = 0; i < p->process_count; i++)
		any |= p->processes[i].has[PEAK_SPACE];
	if (!any)
		return;
	above = xcalloc(p->process_count + 1, sizeof *above);
	for (uint32_t i = 0; i < p->row_count; i++)
		above[p->rows[i].process] += p->rows[i].v[INUSE_SPACE].sum -
					     p->rows[i].v[PEAK_SPACE].sum;
	for (uint32_t i = 0; i < p->row_count; i++) {
		struct row *r = &p->rows[i];

		if (!p->processes[r->process].has[PEAK_SPACE] ||
			above[r->process] <= 0)
			continue;
		r->v[PEAK_SPACE] = r->v[INUSE_SPACE];
		r->v[PEAK_OBJECTS] = r->v[INUSE_OBJECTS];
	}
	free(above);
}

static int
make_plan(struct plan *plan, char *const *names, int count)
{
	int status = 0;

	if (count == 0)
		status = runs_files_add(&plan->files, ".");
	for (int i = 0; i < count && status == 0; i++)
		status = runs_files_add(&plan->files, names[i]);
	if (status < 0)
		return -1;
	runs_files_drop_merged(&plan->files);
	find_series(plan);
	find_runs(plan);
	return 0;
}

static void
release_plan(struct plan *plan)
{
	free(plan->series);
	free(plan->runs);
	runs_files_release(&plan->files);
}

int
runs_load(struct profile *p, char *const *names, int count, bool all)
{
	struct plan plan = { 0 };
	int status = make_plan(&plan, names, count);

	if (status == 0) {
		status = load(p, &plan, all);
		if (status == 0 && p->process_count == 0)
			status = nothing_found(names, count);
		if (status == 0)
			runs_settle_peaks(p);
	}
	release_plan(&plan);
	return status;
}

int
runs_each(char *const *names, int count, bool all,
	int (*visit)(void *context, const struct runs_dump *d), void *context)
{
	struct plan plan = { 0 };
	int status = make_plan(&plan, names, count);
	struct runs_dump d = { 0 };
	size_t newest = status == 0 ? newest_run(&plan) : 0;

	for (size_t i = 0; i < plan.series_count && status == 0; i++) {
		const struct series *s = &plan.series[i];

		if (!s->named && !all && s->run != newest)
			continue;
		d.series = s;
		for (size_t k = 0; k < s->count && status == 0; k++) {
			d.file = &s->files[k];
			d.last = k + 1 == s->count;
			status = visit(context, &d);
		}
		d.process++;
	}
	if (status == 0 && d.process == 0)
		status = nothing_found(names, count);
	release_plan(&plan);
	return status;
}

int
runs_dump_read(const struct runs_dump *d, struct profile *p)
{
	bool loud = errors_are_warnings(!d->file->named);
	int status = runs_file_read(d->file, p);

	errors_are_warnings(loud);
	if (status == 0) {
		runs_complete_times(
			p, 0, d->series->start_ms, d->file->head.end_ms);
		runs_settle_peaks(p);
	}
	return status;
}
