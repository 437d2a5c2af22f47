/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C allocation family, each function from a site of its own, some blocks
 * kept and some given back. Nothing else in here allocates, so that the totals
 * are known to the byte as well.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "truth.h"

static volatile size_t huge = SIZE_MAX / 4;

static void
by_malloc(void)
{
	for (size_t i = 1; i <= 100; i++) {
		void *p = TOOK(malloc(i * 7), i * 7);

		if (i % 3)
			free(GAVE(p));
	}
}

static void
by_malloc_zero(void)
{
	void *p = TOOK(malloc(0), 0);

	free(GAVE(p));
	TOOK(malloc(0), 0);
}

static void
by_calloc(void)
{
	for (size_t i = 1; i <= 50; i++) {
		char *p = (char *)TOOK(calloc(i, 24), i * 24);

		for (size_t k = 0; k < i * 24; k++)
			if (p[k])
				truth_fail("calloc: not zero");
		if (i & 1)
			free(GAVE(p));
	}
}

/* Shrinking a small block and growing it back stays where it is in glibc. */
static void
by_realloc_in_place(void)
{
	char *p = (char *)TOOK(malloc(4000), 4000);

	for (size_t n = 3990; n > 3900; n -= 10) {
		GAVE(p);
		p = (char *)TOOK(realloc(p, n), n);
	}
}

/* A block in between makes it move; its content must come along. */
static void
by_realloc_moved(void)
{
	char *p = (char *)TOOK(malloc(100), 100);

	memset(p, 'x', 100);
	for (size_t n = 2000; n < 400000; n = n * 3 / 2) {
		void *fence = TOOK(malloc(64), 64);

		GAVE(p);
		p = (char *)TOOK(realloc(p, n), n);
		if (p[0] != 'x' || p[99] != 'x')
			truth_fail("realloc: content lost");
		if (n % 2)
			free(GAVE(fence));
	}
}

static void
by_realloc_null(void)
{
	TOOK(realloc(NULL, 333), 333);
	free(GAVE(TOOK(realloc(NULL, 777), 777)));
}

/* glibc gives the block back and returns NULL. */
static void
by_realloc_to_zero(void)
{
	void *p = TOOK(malloc(555), 555);

	GAVE(p);
	if (realloc(p, 0))
		truth_fail("realloc(p, 0) returned a block");
	TOOK(malloc(11), 11);
}

static void
failed(const char *what, void *p)
{
	if (truth_keep(p) || errno != ENOMEM)
		truth_fail(what);
	errno = 0;
}

/* What fails was not allocated, and a block that stayed is still there. */
static void
by_failures(void)
{
	char *volatile p = (char *)TOOK(malloc(1234), 1234);
	void *q = NULL;

	errno = 0;
	failed("malloc: should have failed with ENOMEM", malloc(huge * 3));
	failed("calloc: should have failed with ENOMEM", calloc(huge, 16));
	failed("realloc: should have failed", realloc(p, huge * 3));
	failed("reallocarray: should have failed", reallocarray(p, huge, 16));
	if (posix_memalign(&q, 3, 64) != EINVAL || q)
		truth_fail("posix_memalign: should have refused 3");
	if (posix_memalign(&q, 64, huge * 3) != ENOMEM || q)
		truth_fail("posix_memalign: should have failed");
	memset(p, 1, 1234);
}

static void *
aligned_at(void *p, size_t alignment)
{
	if ((uintptr_t)p % alignment)
		truth_fail("a block is not aligned");
	return p;
}

static void
by_memalign(void)
{
	for (size_t a = 16; a <= 4096; a *= 2) {
		void *p = TOOK(aligned_at(memalign(a, 3 * a), a), 3 * a);

		if (a & 0x550)
			free(GAVE(p));
	}
}

static void
by_aligned_alloc(void)
{
	TOOK(aligned_at(aligned_alloc(256, 1024), 256), 1024);
	free(GAVE(TOOK(aligned_alloc(64, 640), 640)));
}

static void
by_posix_memalign(void)
{
	void *p = NULL;

	for (size_t a = 8; a <= 8192; a *= 4) {
		if (posix_memalign(&p, a, a + 5))
			truth_fail("posix_memalign failed");
		TOOK(aligned_at(p, a), a + 5);
	}
	free(GAVE(p));
}

static void
by_valloc(void)
{
	TOOK(aligned_at(valloc(5000), 4096), 5000);
}

/* pvalloc rounds up to pages itself; what was asked for is what counts. */
static void
by_pvalloc(void)
{
	TOOK(aligned_at(pvalloc(6000), 4096), 6000);
}

static void
by_reallocarray(void)
{
	void *p = TOOK(reallocarray(NULL, 10, 30), 300);

	GAVE(p);
	p = TOOK(reallocarray(p, 100, 30), 3000);
	if (malloc_usable_size(p) < 3000)
		truth_fail("malloc_usable_size: too small");
}

int
main(void)
{
	by_malloc();
	by_malloc_zero();
	by_calloc();
	by_realloc_in_place();
	by_realloc_moved();
	by_realloc_null();
	by_realloc_to_zero();
	by_failures();
	by_memalign();
	by_aligned_alloc();
	by_posix_memalign();
	by_valloc();
	by_pvalloc();
	by_reallocarray();
	free(NULL);
	truth_print(1, 1);
	return 0;
}
