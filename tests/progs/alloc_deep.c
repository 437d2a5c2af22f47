/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc_deep LIBRARY now|deep: has a plug-in allocate, bound as everyone is
 * (now), or to what it needs itself (deep: RTLD_DEEPBIND).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char **argv)
{
	int deep = argc == 3 && strcmp(argv[2], "deep") == 0;
	void *library =
		argc == 3
			? dlopen(argv[1], RTLD_NOW | (deep ? RTLD_DEEPBIND : 0))
			: NULL;
	void *(*allocate)(size_t);
	void *own = malloc(1000);

	if (!library) {
		fprintf(stderr, "alloc_deep: %s\n", dlerror());
		return 1;
	}
	*(void **)&allocate = dlsym(library, "deep_allocate");
	for (int i = 0; allocate && i < 5000; i++)
		memset(allocate(4096), 1, 4096);
	return !allocate || !own;
}
