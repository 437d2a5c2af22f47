/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_turns TURNS STAYING COMING...: loads and unloads the plug-ins COMING in
 * turn, and after each turn allocates 100 bytes through STAYING, which stays,
 * and 10 of its own, by one of eight ways. Prints what it took so.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "truth.h"

static void *(*staying)(size_t);

static void __attribute__((noinline)) allocate(int depth)
{
	if (depth > 0) {
		allocate(depth - 1);
	} else {
		truth_keep(staying(100));
		truth_keep(malloc(10));
	}
	__asm__ volatile("" : : : "memory"); /* no tail call */
}

int
main(int argc, char **argv)
{
	int turns = argc > 3 ? atoi(argv[1]) : 0;
	void *library = turns ? dlopen(argv[2], RTLD_NOW) : NULL;

	if (!library)
		return 2;
	*(void **)&staying = dlsym(library, "plugin_allocate");
	for (int i = 0; i < turns; i++) {
		library = dlopen(argv[3 + i % (argc - 3)], RTLD_NOW);
		if (!library || dlclose(library))
			truth_fail(dlerror());
		allocate(i % 8);
	}
	printf("staying %d own %d\n", turns * 100, turns * 10);
	return 0;
}
