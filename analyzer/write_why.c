/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `info --why`, of a profile: each finding is a line, what is the matter and,
 * behind a colon or a dash, what to do.
 */
#define _GNU_SOURCE /* vasprintf */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "err.h"
#include "text.h"
#include "units.h"
#include "write.h"

#define SAMPLES_WANTED	2000 /* 2% of error in the whole */
#define SAMPLES_FEW	400 /* 5% */
#define SAMPLES_MANY	2000000 /* no better than a tenth of them */
#define LIVE_FEW	100 /* 10% */
#define LIVE_WANTED	400
#define LINES_MAX	8 /* of one kind */
#define EXPLAINED_LEAST 0.5
#define SHARE_LEAST	0.01 /* of the samples, or of the frames */

struct why {
	FILE *out;
	const struct profile *p;
	int lines; /* said */
};

static void say(struct why *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One line, whatever is in the names. */
static void
say(struct why *w, const char *format, ...)
{
	char *text = NULL, *visible;
	va_list list;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		abort();
	va_end(list);
	visible = text_visible(text);
	fprintf(w->out, "%s\n", visible);
	free(visible);
	free(text);
	w->lines++;
}

/* "server (pid 42)"; valid until the next call. */
static const char *
who(const struct profile *p, const struct process *it)
{
	static char text[256];
	const char *exe = strtab_get(&p->strings, it->exe);
	const char *slash = strrchr(exe, '/');

	snprintf(text, sizeof text, "%.200s (pid %d)",
		it->exe == NONE ? "a process"
		: slash		? slash + 1
				: exe,
		it->pid);
	return text;
}

/*
 * The interval at which so many samples would have been about as many as
 * wanted: a power of two, or 1, every allocation.
 */
static uint64_t
fitting(uint64_t interval, uint64_t samples, double samples_wanted)
{
	double wanted = (double)interval * (double)samples / samples_wanted;
	uint64_t fit = 1;

	while ((double)fit * 2 <= wanted)
		fit *= 2;
	return fit < 64 ? 1 : fit;
}

/* "16K", as HEAPFLAME_SAMPLE takes it. */
static const char *
as_option(uint64_t interval)
{
	static char text[32];
	static const char units[] = "KMG";
	int unit = -1;

	while (unit < 2 && interval >= 1024 && interval % 1024 == 0) {
		interval /= 1024;
		unit++;
	}
	snprintf(text, sizeof text, "%llu%.1s", (unsigned long long)interval,
		unit < 0 ? "" : &units[unit]);
	return text;
}

static uint64_t
live_samples(const struct profile *p, uint32_t process)
{
	uint64_t live = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		if (p->rows[i].process == process)
			live += p->rows[i].samples_live;
	return live;
}

static void
why_interval(struct why *w, uint32_t process)
{
	const struct process *it = &w->p->processes[process];
	uint64_t n = it->interval_max, live = live_samples(w->p, process);
	uint64_t taken = it->samples > 0 ? it->samples : live;
	char interval[UNITS_MAX], count[UNITS_MAX];

	units_bytes(interval, (int64_t)n, false);
	units_count(count, (int64_t)taken);
	if (it->dormant)
		say(w,
			"%s: is dormant, what it allocates now is not seen: "
			"'heapflame ctl PID start' wakes it",
			who(w->p, it));
	if (taken == 0 && it->dormant)
		return;
	if (taken == 0)
		say(w,
			"%s: nothing was sampled: it allocated little beside "
			"the interval of %s, or not by malloc: "
			"HEAPFLAME_SAMPLE=1 counts every allocation",
			who(w->p, it), n > 0 ? interval : "sampling");
	else if (n <= 1)
		return;
	else if (taken < SAMPLES_FEW)
		say(w,
			"%s: only %s samples at %s, an error of %.0f%% in the "
			"whole: HEAPFLAME_SAMPLE=%s would fit",
			who(w->p, it), count, interval,
			100 / sqrt((double)taken),
			as_option(fitting(n, taken, SAMPLES_WANTED)));
	else if (live > 0 && live < LIVE_FEW)
		say(w,
			"%s: only %d of the samples live, an error of %.0f%% "
			"in what lives: HEAPFLAME_SAMPLE=%s would fit",
			who(w->p, it), (int)live, 100 / sqrt((double)live),
			as_option(fitting(n, live, LIVE_WANTED)));
	else if (taken > SAMPLES_MANY)
		say(w,
			"%s: %s samples at %s are more than are of use, and "
			"slow it down: HEAPFLAME_SAMPLE=%s would fit",
			who(w->p, it), count, interval,
			as_option(fitting(n, taken, SAMPLES_WANTED)));
}

static void
why_losses(struct why *w, const struct process *it)
{
	static const struct {
		const char *cause, *text;
	} known[] = {
		{ "busy", "samples fell into the profiler itself (signal "
			  "handlers): nothing to do" },
		{ "live_full", "samples found the live table full: "
			       "HEAPFLAME_MEMORY=256M gives it room" },
		{ "stack_full", "samples found the table of stacks full: "
				"HEAPFLAME_MEMORY=256M gives it room" },
		{ "unwind_busy", "samples have no stack, another thread was "
				 "in the unwinder: HEAPFLAME_UNWIND=cfi" },
		{ "unwind_fork", "samples in a forked child have no stack: "
				 "HEAPFLAME_UNWIND=cfi" },
		{ "dump", "dumps could not be written: is the folder of "
			  "HEAPFLAME_PREFIX writable, the disk not full, and "
			  "fork allowed?" },
		{ "memory", "samples were lost because no memory could be "
			    "had: raise the limit (ulimit -v, the cgroup's)" },
		{ "module", "times a loaded file found no room: what it "
			    "allocates has no names" },
		{ "state", "stacks found no room in the live state: make room "
			   "in /dev/shm, or HEAPFLAME_LIVE=FOLDER" },
	};
	char count[UNITS_MAX];

	for (uint32_t i = 0; i < it->losses; i++) {
		const struct loss *l = &w->p->losses[it->first_loss + i];
		const char *cause = strtab_get(&w->p->strings, l->cause);

		for (size_t k = 0; k < sizeof known / sizeof *known; k++)
			if (l->count > 0 && strcmp(cause, known[k].cause) == 0)
				say(w, "%s: %s %s", who(w->p, it),
					units_count(count, (int64_t)l->count),
					known[k].text);
	}
}

static void
why_end(struct why *w, const struct process *it)
{
	if (it->state == PROCESS_RUNNING && it->merged == 0)
		say(w,
			"%s: was running when last heard of: a later dump, or "
			"'heapflame report PID', shows more; if it was "
			"killed, what 'heapflame ls' names",
			who(w->p, it));
	if (it->state == PROCESS_KILLED && it->signal > 0)
		say(w,
			"%s: killed by signal %d: this is what it held then, "
			"and perhaps was about to free",
			who(w->p, it), it->signal);
	if (it->no_state != NONE)
		say(w,
			"%s: had no live state, so that a kill would have lost "
			"all: %s (HEAPFLAME_LIVE names another folder)",
			who(w->p, it),
			strtab_get(&w->p->strings, it->no_state));
}

static void
why_unexplained(struct why *w, uint32_t process)
{
	const struct process *it = &w->p->processes[process];
	double all = (double)it->rss_anonymous, live;
	char bytes[UNITS_MAX];

	if (all <= 8 << 20 || !it->has[INUSE_SPACE])
		return;
	live = coverage_live(w->p, process);
	if (live < EXPLAINED_LEAST * all)
		say(w,
			"%s: what lives is %.0f%% of %s of anonymous memory: "
			"see 'heapflame report', which splits the rest into "
			"free, stacks and mmap",
			who(w->p, it), 100 * live / all,
			units_bytes(bytes,
				it->rss_anonymous > INT64_MAX
					? INT64_MAX
					: (int64_t)it->rss_anonymous,
				false));
}

/* Does the file say anything of a heap? */
static bool
is_of_heap(const struct process *it)
{
	for (int m = 0; m < FOREIGN; m++)
		if (it->has[m])
			return true;
	return false;
}

static void
why_process(struct why *w, uint32_t process)
{
	const struct process *it = &w->p->processes[process];

	if (!is_of_heap(it)) {
		say(w,
			"%s: not a profile of a heap, so there is nothing to "
			"tell of the profiler",
			strtab_get(&w->p->strings, it->id));
		return;
	}
	why_interval(w, process);
	why_losses(w, it);
	why_end(w, it);
	why_unexplained(w, process);
}

static void
why_processes(struct why *w)
{
	uint32_t count = w->p->process_count;

	if (count == 0)
		say(w, "the files hold no process: were they written by "
		       "heapflame or an allocator?");
	for (uint32_t i = 0; i < count && i < LINES_MAX; i++)
		why_process(w, i);
	if (count > LINES_MAX)
		say(w,
			"%u more processes were not looked at: name their "
			"files",
			(unsigned)(count - LINES_MAX));
}

static uint64_t
weight(const struct row *r)
{
	return r->samples > 0 ? r->samples : r->samples_live;
}

/* Samples whose stack is cut off: at the limit of depth, or in a module. */
struct cut {
	double all, deep, shallow;
	uint32_t deepest;
	double *modules; /* of shallow ones: where they end; the last: JIT */
};

static void
count_cut(struct cut *c, const struct profile *p)
{
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct stack *s = &p->stacks[p->rows[i].stack];

		if (s->truncated && s->depth > c->deepest)
			c->deepest = s->depth;
	}
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct stack *s = &p->stacks[p->rows[i].stack];
		double n = (double)weight(&p->rows[i]);
		uint32_t module;

		c->all += n;
		if (!s->truncated || s->depth == 0)
			continue;
		if (s->depth == c->deepest && s->depth >= 16) {
			c->deep += n;
			continue;
		}
		c->shallow += n;
		module = p->locations[p->stack_locations[s->first + s->depth -
							 1]]
				 .module;
		c->modules[module == NONE ? p->module_count : module] += n;
	}
}

static void
why_truncated(struct why *w)
{
	const struct profile *p = w->p;
	struct cut c = { .modules = xcalloc(
				 (size_t)p->module_count + 1, sizeof(double)) };
	uint32_t worst = 0;

	count_cut(&c, p);
	for (uint32_t i = 1; i <= p->module_count; i++)
		if (c.modules[i] > c.modules[worst])
			worst = i;
	if (c.deep > SHARE_LEAST * c.all)
		say(w,
			"%.0f%% of the samples have stacks of more than %u "
			"frames, which were cut off: HEAPFLAME_DEPTH=512",
			100 * c.deep / c.all, (unsigned)c.deepest);
	if (c.shallow > SHARE_LEAST * c.all)
		say(w,
			"%.0f%% of the samples have stacks that end too "
			"early, most of them in %s: build that with "
			"-fasynchronous-unwind-tables or "
			"-fno-omit-frame-pointer",
			100 * c.shallow / c.all,
			worst == p->module_count
				? "code made at run time"
				: strtab_get(
					  &p->strings, p->modules[worst].path));
	free(c.modules);
}

static void
why_file(struct why *w, const struct coverage *c, const struct coverage_file *f)
{
	const char *path =
		strtab_get(&w->p->strings, w->p->modules[f->module].path);
	const char *remedy = f->allocator.jemalloc && f->allocator.can_profile
				     ? "'heapflame run' has that jemalloc "
				       "profile itself"
				     : "build it to use malloc";

	switch (f->kind) {
	case COVERAGE_PROGRAM_MALLOC:
		say(w,
			"'%s' brings a malloc of its own, which no preloaded "
			"library sees: %s",
			path, c->foreign ? "its own dumps are here" : remedy);
		break;
	case COVERAGE_PREFIXED:
		say(w, "'%s' has an allocator of its own (%smalloc): %s", path,
			f->allocator.prefixes > 0 ? f->allocator.prefix[0] : "",
			c->foreign ? "its own dumps are here" : remedy);
		break;
	case COVERAGE_OTHER_MALLOC:
		say(w,
			"'%s' has a malloc, too: what was loaded with "
			"RTLD_DEEPBIND or linked with -Bsymbolic uses it and "
			"is not seen: load and link it without",
			path);
		break;
	case COVERAGE_IDLE:
		say(w,
			"'%s' was loaded later and is in no stack: idle, or "
			"loaded with RTLD_DEEPBIND, which bypasses the "
			"profiler: load it without",
			path);
		break;
	case COVERAGE_PLAIN:
	case COVERAGE_MALLOC:
		break;
	}
}

static void
why_coverage(struct why *w)
{
	struct coverage c;
	int idle = 0;

	coverage_find(&c, w->p);
	for (uint32_t i = 0; i < c.count; i++) {
		if (c.files[i].kind == COVERAGE_IDLE && ++idle > LINES_MAX)
			continue;
		why_file(w, &c, &c.files[i]);
	}
	coverage_release(&c);
}

/* Names: what lacks most, and a word on the row that says more. */
static void
why_names(struct why *w)
{
	const struct profile *p = w->p;
	double all = 0, unnamed = 0;

	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct stack *s = &p->stacks[p->rows[i].stack];
		double n = (double)weight(&p->rows[i]);

		for (uint32_t k = 0; k < s->depth; k++) {
			const struct location *l =
				&p->locations[p->stack_locations[s->first + k]];
			const struct frame *f =
				l->depth == 0 ? NULL
					      : &p->frames[p->location_frames
								   [l->first]];

			all += n;
			if (f != NULL && !p->functions[f->function].named)
				unnamed += n;
		}
	}
	if (unnamed > SHARE_LEAST * all)
		say(w,
			"%.0f%% of the frames have no name: 'heapflame info' "
			"says for each module why, and what would help",
			100 * unnamed / all);
}

void
write_why(FILE *out, const struct profile *p)
{
	struct why w = { out, p, 0 };

	why_processes(&w);
	why_truncated(&w);
	why_coverage(&w);
	why_names(&w);
	if (w.lines == 0)
		fputs("nothing is missing that these files tell of\n", out);
}
