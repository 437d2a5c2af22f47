/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle: dumps of a run and the names that they need in one file
 * (docs/FORMAT.md section 11). It is opened by its name, not by read_file(),
 * for it stands for many files.
 */
#ifndef READ_BUNDLE_H
#define READ_BUNDLE_H

#include "profile.h"
#include "read.h"

#define BUNDLE_VERSION 1

/* Of the archive: this first, then names, then the dumps in the same order. */
#define BUNDLE_LIST    "heapflame-bundle"
#define BUNDLE_SYMBOLS "symbols.zst"
#define BUNDLE_DUMPS   "dumps/"

/* Functions at one address, inlined into one another. */
#define BUNDLE_DEPTH_MAX 256

struct bundle_member {
	char *name; /* the path by which it was bundled */
	const char *run_folder; /* likewise; NULL: it was in none */
	bool named; /* by itself, not found in a folder */
	bool running; /* its process ran then; of live states */
	int64_t changed_ms;
	uint64_t offset, length; /* of its bytes in the bundle */
};

struct bundle {
	char *path;
	struct bundle_member *members;
	size_t count, capacity;
	char **folders; /* of runs */
	size_t folder_count, folder_capacity;
	struct bundle_symbols *symbols;
};

/* Does that file begin as a bundle does? No message. */
bool bundle_is(const char *path);

/* NULL after error(). What is cut off costs a warning. */
struct bundle *bundle_open(const char *path);
void bundle_free(struct bundle *b);

/* As read_file() and read_head(), of a member; its names are looked up. */
int bundle_read(const struct bundle *b, size_t member, struct profile *p);
int bundle_head(const struct bundle *b, size_t member, struct head *h);

/* From a part of a file; NULL after error(). */
struct bundle_symbols *bundle_symbols_read(const struct part *part);
void bundle_symbols_free(struct bundle_symbols *b);

/*
 * Frames for what has none yet, and of modules why names are missing and what
 * their files say of themselves.
 */
void bundle_symbols_apply(const struct bundle_symbols *b, struct profile *p);

#endif
