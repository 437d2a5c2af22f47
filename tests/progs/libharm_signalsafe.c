/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator that a signal handler may call at any moment, which no
 * allocator of a libc allows: slots of one size, claimed by a compare and swap
 * of their own flag. Preloaded behind the profiler it takes glibc's place, so
 * that a handler which interrupts the profiler's hook can allocate too.
 */
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT  4096
#define SLOTS 16384

static char slots[SLOTS][SLOT] __attribute__((aligned(SLOT)));
static atomic_char taken[SLOTS];
static atomic_uint next;

void *
malloc(size_t n)
{
	if (n > SLOT)
		goto none;
	for (unsigned tries = 0; tries < SLOTS; tries++) {
		/* Few slots, so that addresses come back soon. */
		unsigned i = atomic_fetch_add(&next, 1) % SLOTS;
		char no = 0;

		if (atomic_compare_exchange_strong(&taken[i], &no, 1))
			return slots[i];
	}
none:
	errno = ENOMEM;
	return NULL;
}

void
free(void *p)
{
	size_t i = (size_t)((char *)p - slots[0]) / SLOT;

	if (p && i < SLOTS)
		atomic_store(&taken[i], 0);
}

void *
calloc(size_t k, size_t n)
{
	void *p = malloc(k * n);

	return p ? memset(p, 0, k * n) : NULL;
}

void *
realloc(void *old, size_t n)
{
	void *p = old;

	if (!old || n > SLOT)
		p = malloc(n);
	return p; /* each slot is of the largest size */
}

void *
memalign(size_t a, size_t n)
{
	return a <= SLOT ? malloc(n) : NULL;
}

void *
aligned_alloc(size_t a, size_t n)
{
	return memalign(a, n);
}

int
posix_memalign(void **p, size_t a, size_t n)
{
	*p = memalign(a, n);
	return *p ? 0 : ENOMEM;
}

size_t
malloc_usable_size(void *p)
{
	return p ? SLOT : 0;
}
