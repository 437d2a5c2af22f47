/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that a preloaded allocator shim can do: jump on, through a pointer
 * in memory as ours does. What this costs over no shim is the price of being
 * there at all; what heapflame costs over this is heapflame's.
 * The pointers are filled in by the loader, so there is no first call to test
 * for. For glibc's allocator alone, by the names that it has besides.
 */
#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t size);
void *memalign(size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *p);

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *p);

/* volatile: else the compiler would call what it knows to be in there. */
static void *(*volatile next_malloc)(size_t) = __libc_malloc;
static void *(*volatile next_calloc)(size_t, size_t) = __libc_calloc;
static void *(*volatile next_realloc)(void *, size_t) = __libc_realloc;
static void *(*volatile next_memalign)(size_t, size_t) = __libc_memalign;
static void (*volatile next_free)(void *) = __libc_free;

void *
malloc(size_t size)
{
	return next_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return next_calloc(count, size);
}

void *
realloc(void *p, size_t size)
{
	return next_realloc(p, size);
}

void *
memalign(size_t alignment, size_t size)
{
	return next_memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return next_memalign(alignment, size);
}

void
free(void *p)
{
	next_free(p);
}
