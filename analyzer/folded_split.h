/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of folded stacks to numbers: each distinct name has one, in order of
 * first use, and a stack is a slice of numbers. Knows no profile, so that it
 * can be done in a thread of its own.
 */
#ifndef FOLDED_SPLIT_H
#define FOLDED_SPLIT_H

#include "name_cache.h"
#include "source.h"

struct folded_stack {
	double count, before;
	size_t first; /* into numbers, root first */
	uint32_t depth;
	bool known; /* false: too deep, or its names are too many */
};

struct folded_name {
	size_t at, length; /* in bytes */
};

/* What a stretch of the file holds. `= {0}` is an empty one. */
struct folded_batch {
	struct folded_stack *stacks;
	uint32_t *numbers;
	/* Names that were not there before; the first has first_number. */
	struct folded_name *names;
	unsigned char *bytes;
	uint32_t first_number;
	size_t stack_count, number_count, name_count, byte_count;
	size_t stack_capacity, number_capacity, name_capacity, byte_capacity;
	uint64_t good, bad; /* lines */
	uint64_t taken; /* bytes of the file, up to its end at most */
	int status; /* 0, or -1 after error(): the last one then */
};

void folded_batch_release(struct folded_batch *b);

struct folded_frame {
	size_t end; /* of its name in the stack */
	uint32_t hash, number; /* of its name */
};

/* `= { .source = s, .two = ... }` is ready. */
struct folded_split {
	struct source *source;
	bool two; /* columns of counts */

	/* Private. */
	struct name_cache names; /* -> number */
	size_t scanned; /* bytes from source->at on that hold no newline */
	struct folded_frame *frames; /* of the line at hand, root first */
	size_t depth, capacity;
	const unsigned char *last; /* the stack of the line before, or NULL */
	size_t last_length;
};

/* Fills the batch anew. False: it was the last one. */
bool folded_split_next(struct folded_split *f, struct folded_batch *b);
void folded_split_release(struct folded_split *f);

#endif
