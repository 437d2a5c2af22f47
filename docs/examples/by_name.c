/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without the header, as any language does that can look a function up by its
 * name, and in executables of fixed address (-no-pie):
 *
 *	cc -O2 -o by_name by_name.c -ldl
 *	heapflame run --sample 1 ./by_name
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

int
main(void)
{
	int (*mark)(const char *) =
		(int (*)(const char *))dlsym(RTLD_DEFAULT, "heapflame_mark");
	char *kept;

	if (mark)
		mark("the only case");
	kept = malloc(1 << 20);
	return kept == NULL;
}
