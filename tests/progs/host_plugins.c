/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_plugins A B: loads A, lets it allocate, unloads it; the same with B;
 * thirty times in turn, so that one address is now A's and now B's. Prints
 * `same address` if that happened.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "truth.h"

/* A's blocks are of 1000 bytes and stay, B's of 10 and stay, too. */
static void *
use(const char *path, size_t n)
{
	void *library = dlopen(path, RTLD_NOW);
	void *(*f)(size_t);
	void *where;

	if (!library)
		truth_fail(dlerror());
	*(void **)&f = where = dlsym(library, "plugin_allocate");
	truth_keep(f(n));
	if (dlclose(library))
		truth_fail(dlerror());
	return where;
}

int
main(int argc, char **argv)
{
	void *before = NULL, *where;
	int same = 0;

	if (argc != 3)
		return 2;
	/* Both from one line: what differs is the plug-in alone. */
	for (int i = 0; i < 60; i++) {
		where = use(argv[1 + i % 2], i % 2 ? 10 : 1000);
		same += where == before;
		before = where;
	}
	printf("%s\n", same ? "same address" : "other addresses");
	return 0;
}
