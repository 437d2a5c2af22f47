/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_dlopen LIBRARY: a C program, without any C++ runtime, that loads a C++
 * library and calls it; the library throws and catches. 11 frames were cleaned.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "truth.h"

int
main(int argc, char **argv)
{
	void *library = argc == 2 ? dlopen(argv[1], RTLD_LAZY) : NULL;
	int (*f)(void);

	if (!library) {
		printf("dlopen: %s\n", dlerror());
		return 1;
	}
	*(void **)&f = dlsym(library, "throw_and_catch");
	for (int i = 0; i < 100; i++) {
		free(truth_keep(malloc(100000)));
		if (!f || f() != 11) {
			printf("throw_and_catch went wrong\n");
			return 1;
		}
	}
	printf("thrown and caught\n");
	return dlclose(library);
}
