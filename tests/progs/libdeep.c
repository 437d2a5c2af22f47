/* SPDX-License-Identifier: Apache-2.0 */
/* A plug-in that calls malloc from a function of its own: see alloc_deep.c. */
#include <stdlib.h>

void *deep_allocate(size_t n);

void *
deep_allocate(size_t n)
{
	void *p = malloc(n);

	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}
