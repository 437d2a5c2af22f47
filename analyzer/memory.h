/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What resident memory is made of: our estimate of what lives, what the
 * allocator says of itself, what the kernel says of the process. The parts add
 * up to VmRSS, exactly.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "profile.h"

enum memory_part {
	MEMORY_LIVE, /* our estimate, with what was inherited by fork */
	MEMORY_ROUNDING, /* allocated, by the allocator, less that; can be
			    below 0, for the estimate has an error */
	MEMORY_FRAGMENTS, /* free, in pages that hold live blocks */
	MEMORY_CACHED, /* whole free pages that the allocator keeps */
	MEMORY_HELD, /* free in one of those ways: it does not say which */
	MEMORY_STACKS,
	MEMORY_OWN, /* heapflame's */
	MEMORY_OTHER, /* anonymous, by nobody named above */
	MEMORY_FILES,
	MEMORY_SHARED, /* without heapflame's */
	MEMORY_ABSENT, /* 0 or less: counted above and not in memory */
	MEMORY_PARTS
};

enum memory_verdict {
	VERDICT_LIVE,
	VERDICT_FRAGMENTATION,
	VERDICT_CACHED,
	VERDICT_HELD,
	VERDICT_NOT_HEAP,
	VERDICT_UNKNOWN /* not live; the allocator was not asked */
};

struct memory {
	uint32_t processes; /* that are in it; 0: nothing is known */
	int64_t rss, rss_peak;
	int64_t part[MEMORY_PARTS]; /* their sum is rss */
	double live_var;
	bool asked; /* each one's allocator was, and said what it handed out */
	bool ended; /* each one had */
	uint32_t allocator; /* its name; NONE: none, or several */
	enum memory_verdict verdict;
	/* The part that it is about, and for VERDICT_LIVE all allocated. */
	enum memory_part about;
	int64_t amount;
};

void memory_find(struct memory *m, const struct profile *p);

#endif
