/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plug-in that allocates from a function of its own. It is loaded under two
 * file names, as two plug-ins, one after the other at the same address.
 */
#include <stdlib.h>

void *plugin_allocate(size_t n);

void *
plugin_allocate(size_t n)
{
	void *p = malloc(n);

	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}
