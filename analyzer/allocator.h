/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which allocators an ELF file brings, told from its symbols: one that stands
 * in for malloc, or others with a prefix of their own (_rjem_malloc), which no
 * preloaded library sees. Of jemalloc also how it is told to profile itself.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include <stdbool.h>

#define ALLOCATOR_PREFIXES   4
#define ALLOCATOR_PREFIX_MAX 24
#define ALLOCATOR_CONF_MAX   48

/* Where a file has a function named malloc. */
enum allocator_malloc {
	MALLOC_ELSEWHERE, /* nowhere */
	MALLOC_INSIDE, /* for itself alone: it exports none */
	MALLOC_EXPORTED /* for all who look the name up */
};

struct allocator {
	enum allocator_malloc malloc;
	bool wants_malloc; /* imports malloc, calloc, realloc or new */
	/* "_rjem_", "je_", "mi_", "tc_": of functions beside malloc. */
	char prefix[ALLOCATOR_PREFIXES][ALLOCATOR_PREFIX_MAX];
	int prefixes;
	/* Of a jemalloc inside: its prefix ("" if it has none), ... */
	bool jemalloc;
	char jemalloc_prefix[ALLOCATOR_PREFIX_MAX];
	/* ... the variable that it reads, and whether it can profile. */
	char conf[ALLOCATOR_CONF_MAX];
	bool can_profile;
};

/* False: can't be read, or is no 64-bit ELF file. */
bool allocator_look(struct allocator *a, const char *path);

/* Of a file that is jemalloc, tcmalloc or mimalloc, by its base name? */
bool allocator_is_library(const char *path);

#endif
