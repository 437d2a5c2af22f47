/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plug-in that allocates wherever the loader lets it run: in its constructor,
 * in its destructor, in the constructor of its thread-local block.
 */
#include <stdlib.h>
#include <string.h>

int plugin_use(int n);

static char *kept;
static __thread char *mine;

static void *
take(size_t n)
{
	void *p = malloc(n);

	__asm__ volatile("" : "+r"(p) : : "memory");
	if (p)
		memset(p, 0x5a, n);
	return p;
}

static void __attribute__((constructor)) begin(void)
{
	for (size_t i = 1; i < 20; i++)
		free(take(i * 10));
	kept = (char *)take(500);
}

static void __attribute__((destructor)) finish(void)
{
	free(take(300));
	free(kept);
}

/* 0 if all is as it should be. */
int
plugin_use(int n)
{
	int wrong;

	if (!mine)
		mine = (char *)take(64);
	wrong = kept[n % 500] != 0x5a || mine[n % 64] != 0x5a;
	free(mine);
	mine = NULL;
	return wrong;
}
