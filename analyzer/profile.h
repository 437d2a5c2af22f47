/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every reader finds and every writer shows, in one shape.
 *
 * A profile is a set of rows; a row is one stack in one process with its
 * values. Values are unbiased estimates as doubles, beside their variances;
 * they become integers once, in select.c, and every total printed afterwards
 * is the sum of printed integers.
 *
 * Everything is held by index into arrays that the profile owns, strings by
 * their id in its strtab; a profile is let go in one call.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strtab.h"

enum metric {
	INUSE_SPACE,
	INUSE_OBJECTS,
	ALLOC_SPACE,
	ALLOC_OBJECTS,
	PEAK_SPACE,
	PEAK_OBJECTS,
	TEMP_SPACE,
	TEMP_OBJECTS,
	/* Here begin those that a foreign file names itself, up to METRICS. */
	FOREIGN
};

#define FOREIGN_MAX 4
#define METRICS	    (FOREIGN + FOREIGN_MAX)

/* "inuse_space", ...; the words of the field and of --metric. */
extern const char *const metric_names[FOREIGN];

/* The one of those of that name, or -1. */
int metric_parse(const char *name);

/* True for the four that count bytes of heap. */
bool metric_is_space(enum metric m);

/* What a figure is of. */
enum unit { UNIT_BYTES, UNIT_OBJECTS, UNIT_NANOSECONDS, UNIT_OTHER };

/* A metric that a file brings along: "cpu" in "nanoseconds". Strings' ids. */
struct foreign_metric {
	uint32_t name, unit;
};

#define NONE UINT32_MAX /* no module, no string, no process */

/* A loaded file. Two rows of dumps with equal path and build-id are one. */
struct module {
	uint32_t path; /* as the target saw it */
	uint32_t build_id; /* lower-case hex; NONE if not known */
	/* What symbolize.c found; read after profile_symbolize only. */
	uint32_t why; /* why names are missing, in words; NONE: all is well */
	/* What its file says of itself, from a bundle; NONE: ask the file. */
	uint32_t facts;
	bool bare; /* its file is here, and has no debug information */
	bool missing; /* its file is not here, or another one */
};

/*
 * A return address. With a module: offset in the file that is mapped there
 * (what /proc/PID/maps calls offset, plus the distance into the mapping);
 * without: the address itself. Callers' calls end one byte before it. 0 in
 * formats that have names only.
 */
struct location {
	uint32_t module; /* or NONE */
	bool named; /* its frames came with it and are part of what it is */
	uint64_t offset;
	/* After profile_symbolize: its frames, innermost inlined one first. */
	uint32_t first, depth; /* into location_frames */
};

/* A place in the source, or what could be said of it. Deduplicated. */
struct frame {
	uint32_t function; /* index into functions */
	uint32_t line; /* 0: not known */
};

struct function {
	uint32_t name; /* demangled, or "[module+0x1234]" */
	uint32_t file; /* source file, or NONE */
	uint32_t module; /* or NONE */
	bool named; /* false for "[module+0x1234]" and "[unknown]" */
	bool inlined;
};

struct stack {
	uint32_t first; /* into stack_locations; leaf first */
	uint32_t depth;
	bool truncated; /* frames towards the root are missing */
};

enum process_state {
	PROCESS_ENDED,
	PROCESS_RUNNING,
	PROCESS_KILLED,
	PROCESS_UNTOLD, /* its file knows no processes */
	PROCESS_STATES
};

/* "running when last heard of", ... */
extern const char *const process_state_words[PROCESS_STATES];

/* What an allocator said of itself, in bytes; SIZE_UNKNOWN: it did not. */
#define SIZE_UNKNOWN UINT64_MAX

struct process_allocator {
	bool asked; /* false: nothing below holds */
	uint64_t ns; /* when, since the process's start; 0: with all the rest */
	uint32_t name; /* "glibc", "jemalloc", ... */
	uint64_t allocated; /* handed out, with its rounding up */
	uint64_t active; /* pages that hold what is handed out */
	uint64_t resident; /* in memory, with its own data */
	uint64_t retained; /* address space that it keeps */
	uint64_t free; /* free blocks that it keeps */
	uint64_t mapped; /* blocks that have a mapping of their own */
};

/* What a dump or a live state says of the process that it is of. */
struct process {
	uint32_t exe; /* path it was started by; NONE if not known */
	uint32_t id; /* "<pid>-<start>"; for foreign dumps their file name's */
	uint32_t boot; /* boot id; NONE if not known */
	uint32_t parent; /* id of the one it was forked from, or NONE */
	uint32_t ancestors; /* "make/gcc", from the first; or NONE */
	uint32_t no_state; /* why it had no live state, or NONE */
	uint32_t source; /* file that the figures come from */
	int pid;
	uint32_t rows_in; /* its rows are another's, plus 1; 0: its own */
	uint32_t merged; /* so many processes as one; 0: it is one */
	enum process_state state;
	int signal; /* that killed it; 0: none, or it is not known */
	int64_t start_ms, end_ms; /* wall clock; 0 if not known */
	/* N in bytes; 1: every allocation was recorded; 0: not known. */
	uint64_t interval_min, interval_max;
	uint64_t samples; /* taken */
	uint64_t thinned; /* of those, given up alive when N rose */
	uint64_t lived_ns; /* from its start to what is told; 0: not known */
	uint64_t rss, rss_peak; /* bytes; 0 if not known */
	/* Of rss, all 0 if rss_anonymous is: not known. */
	uint64_t rss_anonymous, rss_file, rss_shared;
	uint64_t rss_stacks; /* of threads, part of anonymous; 0: not looked */
	uint64_t own; /* bytes that the profiler has mapped */
	struct process_allocator allocator;
	uint64_t temp_ms; /* freed within it is short-lived; 0: not known */
	/* Its stacks begin with their thread's name, unless --by says it. */
	bool threads_are_roots;
	bool has[METRICS]; /* which metrics its files hold */
	uint32_t first_loss, losses; /* into losses */
	uint32_t first_phase, phases; /* into phases, in order of time */
	uint32_t first_moment, moments; /* into history, in order of time */
	/* Live samples that its dump lists (section 5 of FORMAT), in live[]. */
	uint32_t first_sample, samples_live;
	bool lists_all; /* that live, there: not as many as there was room for
			 */
	bool cut; /* its file was cut off, and what is missing is not known */
	bool dormant; /* it runs, and what it allocates now is not seen */
};

struct loss {
	uint32_t cause;
	uint64_t count;
};

#define PHASE_OPEN UINT64_MAX

/* From a mark to the next one, or to a stop. Times since the process began. */
struct phase {
	uint32_t name;
	uint64_t start_ns, end_ns; /* PHASE_OPEN: it had not ended */
	uint64_t peak_ns;
};

/* The trend: estimates, and VmRSS, at one time. */
struct moment {
	uint64_t ns; /* since the process's start */
	uint64_t live, allocated, rss; /* bytes */
};

/* One live sample, as the dump lists it. */
struct live_sample {
	uint64_t id;
	uint64_t size;
	uint64_t birth_ns; /* since the process's start */
	uint64_t interval; /* N by which it was sampled; 0: not known */
	uint32_t row;
	bool inherited;
};

struct value {
	double sum;
	double var; /* 0: exact */
};

struct row {
	uint32_t stack;
	uint32_t process;
	uint32_t thread, label; /* strings, or NONE */
	uint32_t phase; /* into profile->phases, or NONE */
	struct value v[METRICS];
	/*
	 * Of what was allocated in the row's phase: at that phase's own
	 * maximum, and live when it ended, which is now if it is open. 0
	 * without a phase.
	 */
	struct value phase_peak_space, phase_peak_objects;
	struct value phase_end_space, phase_end_objects;
	uint64_t samples_phase_end;
	uint64_t samples; /* allocated, live, at N of their own */
	uint64_t samples_live;
	struct value inherited_space, inherited_objects;
	double freed_objects, lifetime_ns; /* sum over the freed objects */
	uint64_t reallocs; /* samples */
	uint64_t size_min, size_max;
	uint64_t first_ns, last_ns; /* since the process's start */
};

/*
 * What nobody asks for, set in `sum` before anything is read: rows that differ
 * in it only are one. So a thousand processes need no more rows than one.
 */
enum { SUM_PROCESSES = 1, SUM_THREADS = 2 };

struct profile {
	unsigned sum; /* SUM_*; 0: everything stays apart */
	struct strtab strings;
	struct module *modules;
	struct location *locations;
	struct frame *frames;
	struct function *functions;
	struct stack *stacks;
	uint32_t *stack_locations;
	uint32_t *location_frames;
	struct process *processes;
	struct loss *losses;
	struct phase *phases;
	struct moment *history;
	struct live_sample *live;
	struct row *rows;
	struct foreign_metric foreign[FOREIGN_MAX];
	uint32_t foreign_count;
	/* The one that the first file with a word on it puts first. */
	int usual_metric; /* -1: none */
	/* What that one was before, in files of two columns; -1: none. */
	int before_metric;
	uint32_t module_count, location_count, frame_count, function_count;
	uint32_t stack_count, stack_location_count, location_frame_count;
	uint32_t process_count, loss_count, live_count, row_count;
	uint32_t phase_count, moment_count;
	/* As module.why, of code that is in no file. Read after symbolizing. */
	uint32_t no_module_why;
	struct profile_index *index; /* the hash tables; private to profile.c */
};

/* Empty; release takes it back to nothing. Running out of memory ends us. */
void profile_init(struct profile *p);
void profile_release(struct profile *p);

/* No more rows or stacks come: what finds equal ones is let go. */
void profile_complete(struct profile *p);

/*
 * Rows and stacks are let go, where what is shown has been selected and the
 * profile is wanted for its names only.
 */
void profile_forget_rows(struct profile *p);

/*
 * No processes, all figures 0, for the same files to be read once more: what
 * has been interned and symbolized stays, under the same index.
 */
void profile_restart(struct profile *p);

/*
 * The same without its rows, for other files to be read: stacks and names that
 * are known stay known, and take what all files together need.
 */
void profile_clear(struct profile *p);

/* Each returns the index of the equal thing, added if it was not there. */
uint32_t profile_module(struct profile *p, const char *path,
	const char *build_id); /* build_id may be NULL */
uint32_t profile_location(struct profile *p, uint32_t module, uint64_t offset);
/*
 * One whose frames are known already, innermost inlined one first; `offset` as
 * in struct location, or 0. depth >= 1. Not symbolized again.
 */
uint32_t profile_location_named(struct profile *p, uint32_t module,
	uint64_t offset, const uint32_t *frames, uint32_t depth);
uint32_t profile_stack(struct profile *p, const uint32_t *locations,
	uint32_t depth, bool truncated);
/* The same, but nothing is added: NONE if there is no such stack. */
uint32_t profile_find_stack(const struct profile *p, const uint32_t *locations,
	uint32_t depth, bool truncated);
uint32_t profile_function(struct profile *p, struct function f);
uint32_t profile_frame(struct profile *p, struct frame f);

/*
 * The metric of a file's own of that name and unit, added if it was not there:
 * an index into row.v and process.has. -1: there is no room for another one.
 */
int profile_foreign_metric(
	struct profile *p, const char *name, const char *unit);

/* Multiplies the figures of all such metrics, of a profile that is loaded. */
void profile_scale_foreign(struct profile *p, double factor);

/* "peak_space", or the name that the file gave; and what it counts. */
const char *profile_metric_name(const struct profile *p, enum metric m);
enum unit profile_metric_unit(const struct profile *p, enum metric m);
/* "bytes", "objects", "nanoseconds", or the file's own word; what is a mere
 * "count" is counted in the metric's name. */
const char *profile_metric_unit_name(const struct profile *p, enum metric m);

/* A cause of loss, appended; process->first_loss and losses name a range. */
void profile_loss(struct profile *p, const char *cause, uint64_t count);
/* Of all of that loss's cause, if it is the first of that cause; else 0. */
uint64_t profile_loss_sum(const struct profile *p, uint32_t loss);

/*
 * Appended: process->first_phase and phases, first_moment and moments name
 * ranges. A phase's name is an id in p->strings. Returns the phase's index.
 */
uint32_t profile_phase(struct profile *p, struct phase phase);
void profile_moment(struct profile *p, struct moment moment);

/* A new process; process->id and the like are ids in p->strings. */
uint32_t profile_process(struct profile *p, struct process process);

/*
 * Under SUM_PROCESSES, when all is known of a process but its rows: from now on
 * they are those of the first one that is of the same program and has the same
 * metrics, unless something in it is told of its own rows (phases, a peak,
 * resident memory).
 */
void profile_join(struct profile *p, uint32_t process);

/*
 * The row of that stack, process, thread, label and phase, added with zeros
 * if it was not there. The pointer holds until the next call.
 */
struct row *profile_row(struct profile *p, uint32_t stack, uint32_t process,
	uint32_t thread, uint32_t label, uint32_t phase);

/* Is there a row of that stack? key: its process, thread, label and phase. */
bool profile_has_row(const struct profile *p, const uint32_t *locations,
	uint32_t depth, bool truncated, struct row key);

/* Figures of one row added to another's; whose rows they are is not looked at.
 */
void row_add(struct row *into, const struct row *from);

/*
 * Sets the variances of the objects at the peak and at the phase's, which dumps
 * don't hold, from the figures beside them. docs/SAMPLING.md, section 4.
 */
void row_guess_objects_at_peak(struct row *r);

/* Everything of `from` is added to `into`; processes stay apart. */
void profile_add(struct profile *into, const struct profile *from);

/*
 * Only figures: those of process i of `from` to process to[i] of `into`.
 * Phases, live samples and the trend stay behind.
 */
void profile_add_figures(
	struct profile *into, const struct profile *from, const uint32_t *to);

/* Did every process end, so that what lives in it is lost for good? */
bool profile_all_ended(const struct profile *p);

/* The smallest and largest N in it, of processes that were sampled; 0: none. */
void profile_intervals(
	const struct profile *p, uint64_t *least, uint64_t *most);

/* How many processes there are, those that were merged into one counted. */
uint64_t profile_processes(const struct profile *p);

#endif
