/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writers, one a format, and where their output goes.
 *
 * Output is byte-identical for the same input. Names are escaped by each
 * writer: a symbol can't inject markup into SVG, or escape codes into a
 * terminal.
 */
#ifndef WRITE_H
#define WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "known.h"
#include "leaks_age.h"
#include "reading.h"
#include "select.h"
#include "suppress.h"
#include "tree.h"

/*
 * Where output goes. path "-": stdout. Else a temporary file beside `path`,
 * renamed over it by output_commit; output_abandon removes it. A path that is
 * not a regular file (/dev/full, a pipe) is written directly.
 * `stream` is NULL after an error, which has been said.
 */
struct output {
	FILE *stream;
	char *path, *temporary;
	char *buffer; /* the stream's, which is closed before it is freed */
};
int output_open(struct output *o, const char *path);
int output_commit(struct output *o); /* 0, or -1 after error() */
void output_abandon(struct output *o);

/*
 * Has somebody led stdout to where output is wanted: a pipe or a file? Not so a
 * terminal, /dev/null, and the socket that a service's stdout is.
 */
bool output_is_wanted(void);

struct svg_palette;

struct svg_change;

struct svg_options {
	const char *title; /* NULL: "Heap flame graph" */
	const char *subtitle; /* NULL: metric, total, program */
	const char *name_type; /* what stands before a name; NULL: nothing */
	const char *notes; /* a line of the page; NULL: none */
	const struct svg_palette *palette; /* svg_color.h; NULL: the usual */
	int width; /* pixels; 0: 1200 */
	int row; /* pixels from row to row; 0: 17, and more in a high window */
	double min_width; /* pixels; frames below are pooled; 0: 1 */
	bool min_percent; /* min_width is in percent of all */
	const char *font; /* of labels; part of a style sheet; NULL: usual */
	double font_size; /* pixels; 0: 12 */
	double font_width; /* of a character, in font sizes; 0: as it is */
	const char *ground; /* "#rrggbb", and what stands on it; NULL: light or
			       dark, as the system has it */
	double whole; /* what shares and widths are of, if it is more */
	bool icicle; /* the root on top */
	bool negate; /* of a difference: see diff_tree.h */
	bool reverse; /* flame.h: begin with the callers of leaves */
	const struct svg_change *change; /* svg_change.h: it is a difference */
	/* Drawn where no script runs: callers of leaf; NULL: as the data. */
	const struct tree *callers;
	const struct svg_change *callers_change; /* of a difference */
};
/* --minwidth: "0.5", "0.5px", "0.1%"; NULL: as it is. -1 after error(). */
int svg_options_min_width(struct svg_options *o, const char *text);
int write_svg(FILE *out, const struct tree *t, const struct svg_options *o);

struct text_options {
	bool exact; /* plain digits instead of KiB, MiB */
	bool by_cum; /* sort by cum instead of flat */
	int top; /* rows; 0: all */
	int columns; /* of the terminal, names are shortened; 0: whole names */
	bool color; /* grey what is not to be told from zero */
	double prune; /* tree: share of the total below which a branch is not
			 shown; 0.01 is one percent */
};

/*
 * The head of every text: program, metric, total with its error, samples,
 * processes in the first line, then what the reader must be warned of.
 */
void write_text_head(FILE *out, const struct shown *s, bool exact);

/* Parts of it: "server (pid 42)"; a warning if many samples were lost. */
void write_text_program(FILE *out, const struct profile *p);
void write_text_losses(FILE *out, const struct profile *p);

/*
 * What a selection left, and what a base took away: "focus 'x': 12.3 MiB of
 * 45.6 MiB, 27.0%; base 'old.heap': less 8.0 MiB", without a newline; "" where
 * all is shown. What strangers named is made visible. Caller frees.
 */
char *selection_words(const struct shown *s);

/* The same as lines of the head. */
void write_text_selection(FILE *out, const struct shown *s, bool exact);

/*
 * Says on stderr what a picture or folded stacks had to leave out, which hold
 * no negative values.
 */
void selection_note_shrunk(const struct shown *s);

/* The table of functions alone, and the tree of the heaviest chains alone. */
void write_text_table(
	FILE *out, const struct shown *s, const struct text_options *o);
void write_text_tree(
	FILE *out, const struct tree *t, const struct text_options *o);

/*
 * What resident memory is made of, a sentence that says what most of it is, and
 * an empty line; nothing where the files do not tell.
 */
void write_text_memory(FILE *out, const struct shown *s, bool exact);

/* The sentences, a line each, and an empty line; nothing if there are none. */
void write_text_reading(FILE *out, const struct reading *r);

/* With --by: what each of its groups holds, and an empty line; else nothing. */
void write_text_groups(
	FILE *out, const struct shown *s, const struct text_options *o);

/* heapflame-report/1. reading NULL: none. top 0: all rows. */
void write_json(FILE *out, const struct shown *s, const struct reading *reading,
	bool by_cum, int top);

/* What leaves leaks out, and how many of the others are listed. */
struct leaks_view {
	struct known_hidden known; /* of libc and libstdc++ */
	struct known_hidden small; /* below min_bytes */
	int64_t min_bytes;
	struct suppressions suppressed;
	struct leak_ages ages;
	int top; /* 0: all */
	bool color; /* grey what is not to be told from zero */
};

/*
 * What lives, by stack, what still accumulates first, in LeakSanitizer's shape;
 * s shows inuse_space, with keep_empty, without what is left out. Returns how
 * many objects live.
 */
int64_t write_leaks(
	FILE *out, const struct shown *s, const struct leaks_view *v);
int64_t write_leaks_json(
	FILE *out, const struct shown *s, const struct leaks_view *v);

/* A test case a leak, failed; a passed one if there is none. */
void write_leaks_junit(
	FILE *out, const struct shown *s, const struct leaks_view *v);

/* A file for --suppressions that hides all of them, by who decided. */
void write_suppressions(FILE *out, const struct shown *s);

/*
 * Parts of write_info: whose malloc it is and which allocators the profile
 * can't have seen; how much of a process's anonymous memory it explains.
 */
void write_coverage(FILE *out, const struct profile *p);
void write_coverage_share(
	FILE *out, const struct profile *p, uint32_t process, bool exact);

/* A row a module: its share, how much of it has names, what would help. */
void write_info_modules(FILE *out, const struct profile *p);

/*
 * A line for each thing that explains why a profile shows nothing or too
 * little, with what to do; one that says so if there is none.
 */
void write_why(FILE *out, const struct profile *p);

/* Processes, sampling, losses, and a row a module; p has its symbols. */
void write_info(FILE *out, const struct profile *p, bool exact);

/*
 * root;...;leaf value, sorted bytewise. `;` in names becomes `:`, control
 * characters `?`, and what is no UTF-8 U+FFFD.
 */
int write_folded(FILE *out, const struct shown *s);

/*
 * speedscope's format: each metric that the files hold is a profile, or the one
 * that was asked for. 0, or -1 after error().
 */
int write_speedscope(FILE *out, struct profile *p, const struct selection *s);

/*
 * A trace for Perfetto and chrome://tracing of all dumps of each process, which
 * it reads itself, as runs_load() takes them. 0, or -1 after error().
 */
struct trace_input {
	char *const *files;
	int count;
	bool all;
	int top; /* functions, and stacks, that have tracks; 0: all */
	/* Its rules and wrappers count, not its metric and phases. */
	const struct selection *selection;
};
int write_trace(FILE *out, const struct trace_input *in);

/* heapflame-profile/1: all that is known. 0, or -1 after error(). */
int write_profile_json(FILE *out, struct profile *p);

/*
 * jemalloc heap_v2, for jeprof: inuse and alloc, all processes added up. The
 * addresses are of an address space made up here, in which every module lies
 * alone; its MAPPED_LIBRARIES says where.
 */
int write_heapv2(FILE *out, const struct profile *p);

/*
 * pprof's profile.proto, gzip: Go's four types of the heap, as far as they are
 * there, and a file's own ones; of a chosen metric its pair alone. What --by
 * does not name of threads, labels, phases and processes becomes labels. Frames
 * are added to p. 0, or -1 after error(): then nothing was written.
 */
int write_pprof(FILE *out, struct profile *p, const struct selection *s);

/*
 * A dump as the shim writes it (docs/FORMAT.md), of a profile that holds one
 * process; without live samples, and of made-up addresses, too.
 */
int write_dump(FILE *out, const struct profile *p, uint64_t sequence);

/*
 * Processes of a run as one file, docs/FORMAT.md section 10, which read_file
 * reads back without loss. id: of the file; was: keys of those that came in
 * last. 0 or -1.
 */
struct merged {
	const struct profile *p; /* rows without phases */
	const char *id;
	char *const *was;
	size_t was_count;
};
int write_merged(FILE *out, const struct merged *m);

#endif
