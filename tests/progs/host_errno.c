/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that watches its errno: whatever succeeds must leave it alone, also
 * where a sample is taken. Prints each function that did not; exit 1 then.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "truth.h"

#define MARK 4242

static int wrong;

static void
check(const char *what)
{
	if (errno != MARK) {
		printf("%s changed errno to %d\n", what, errno);
		wrong++;
	}
	errno = MARK;
}

static void
family(size_t n)
{
	void *p = truth_keep(malloc(n)), *q;

	check("malloc");
	p = truth_keep(realloc(p, 3 * n));
	check("realloc");
	q = truth_keep(calloc(2, n));
	check("calloc");
	free(p);
	check("free");
	free(q);
	check("free");
	free(truth_keep(memalign(64, n)));
	check("memalign");
	free(truth_keep(aligned_alloc(64, n * 64)));
	check("aligned_alloc");
	if (posix_memalign(&p, 64, n))
		truth_fail("posix_memalign failed");
	check("posix_memalign");
	free(truth_keep(reallocarray(p, n, 2)));
	check("reallocarray");
	free(truth_keep(valloc(n)));
	check("valloc");
	malloc_usable_size(NULL);
	free(NULL);
	check("free(NULL)");
}

int
main(void)
{
	errno = MARK;
	for (size_t i = 1; i < 20000 && !wrong; i++)
		family(1 + i % 3000);
	return wrong != 0;
}
