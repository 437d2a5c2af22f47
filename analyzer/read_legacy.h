/* SPDX-License-Identifier: Apache-2.0 */
/* The text profiles of gperftools: "heap profile: ...". */
#ifndef READ_LEGACY_H
#define READ_LEGACY_H

#include "heapv2_symbols.h"
#include "read.h"

/*
 * Reads the text, which is all or the end of in. symbols: NULL, or names that
 * came with it. -1 after error(): p has no more processes and rows than before.
 */
int legacy_read(struct profile *p, const struct input *in, struct scan text,
	const struct heapv2_symbols *symbols);

/* What the file's name says of its process. */
bool legacy_head(struct head *to, const struct input *in);

/* How the figures of a file are to be taken. */
enum legacy_kind { LEGACY_HEAP, LEGACY_GROWTH, LEGACY_FRAGMENTATION };

/* The first line: "heap profile: n: s [n: s] @ type/period". */
struct legacy_head {
	enum legacy_kind kind;
	uint64_t interval; /* to scale with; 0: every allocation was seen */
	uint64_t counts[4];
	bool ever; /* the second pair tells of what was ever allocated */
};

/* False, after nothing was said: it is of no kind that is known. */
bool legacy_first_line(struct legacy_head *h, struct scan line);

#endif
