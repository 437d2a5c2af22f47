/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From files to one profile. A reader a format, chosen by content; adding one:
 * write read_x.c with a struct reader, add it to the table in read.c. A reader
 * knows no writer, and nothing of gzip and zstd, which source.c unpacks.
 */
#ifndef READ_H
#define READ_H

#include "profile.h"
#include "source.h"

/* A whole file in memory, and what to call it in messages. */
struct input {
	const char *name;
	const unsigned char *bytes; /* not NUL-terminated */
	size_t length;
};

/* What tells one dump of a process from the next, without its stacks. */
struct head {
	char *process; /* equal for all dumps of one process */
	uint64_t seq; /* a later dump of the process has a higher one */
	bool live; /* a live state: older than a dump of the same seq */
	bool final; /* the dump at the process's end: newer than all */
	int64_t start_ms, end_ms; /* what it covers, wall clock; 0: not known */
	/* Of merged processes: keys (`process`) of some that are in it. */
	char **was;
	size_t was_count;
};

struct reader {
	const char *format; /* "heapflame dump or jemalloc heap_v2" */
	/* Only the first INPUT_START bytes need be there. */
	bool (*recognises)(const struct input *in);
	/*
	 * Adds to p. 0, or -1 after error(); p is then not to be used, unless
	 * `atomic` is set: then it has the rows and processes that it had.
	 */
	bool atomic;
	int (*read)(struct profile *p, const struct input *in);
	/*
	 * The same from front to back, for texts that may be larger than
	 * memory. A reader has one of the two.
	 */
	int (*stream)(struct profile *p, struct source *s);
	/*
	 * Fills *h (zeroed by the caller) from the first bytes of a file; the
	 * more there are, the more is found. True: more would not help. NULL:
	 * nothing in a file of this format tells of its process.
	 */
	bool (*head)(struct head *h, const struct input *in);
	/*
	 * How many bytes from its start are wanted; may rise as there are more
	 * of them. NULL: the whole file.
	 */
	size_t (*extent)(const struct input *in);
};

#define INPUT_START 4096

extern const struct reader reader_heapv2, reader_live;
extern const struct reader reader_heaptrack, reader_pprof, reader_perf;
extern const struct reader reader_folded; /* the weakest: asked last */
extern const struct reader reader_legacy, reader_symbolized;

/*
 * What a foreign format leaves open of a process: nothing known, a snapshot.
 * name is the file's; the id is what stands behind its last slash.
 */
struct process read_foreign_process(struct profile *p, const char *name);

/*
 * How large the file is that these bytes come from: of a packed one, that is
 * being read by read_file, less than what came out of it.
 */
uint64_t read_taken(const struct input *in);

/*
 * Adds one file, read by its content, to p. 0, or -1 after one line on stderr:
 * then p has the rows and processes that it had, unless it had none.
 */
int read_file(struct profile *p, const char *path);

/* The same of a part of a file; what readers see of its name is part->name. */
int read_part(struct profile *p, const struct part *part);

/*
 * How many bytes from its start a file is read for; UINT64_MAX: all. 0, or -1
 * after error(), also where it is no profile.
 */
int read_extent(const char *path, uint64_t *extent);

/*
 * The head of one file. What its content does not tell comes from the file
 * itself: end_ms is then the time of its last change, and process its path.
 * What can be read only once (a pipe) is left alone. 0, or -1 after one line on
 * stderr. head_release frees what h holds. Of a part: changed_ms.
 */
int read_head(struct head *h, const char *path);
int read_part_head(struct head *h, const struct part *part, int64_t changed_ms);
void head_release(struct head *h);

#endif
