/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_paths BITS [LIBRARY]: takes and frees 100 bytes by each of 2^BITS ways,
 * which are stacks of BITS frames; keeps 10 bytes by every 64th. Then loads the
 * library and calls its plugin_use.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#include "truth.h"

static uint32_t count;

static void __attribute__((noinline)) take(uint32_t way, int bits)
{
	if (bits == 0) {
		free(truth_keep(malloc(100)));
		if (count++ % 64 == 0)
			truth_keep(malloc(10));
	} else if (way & 1) {
		take(way >> 1, bits - 1);
	} else {
		take(way >> 1, bits - 1);
		__asm__ volatile("nop"); /* another place to return to */
	}
	__asm__ volatile("" : : : "memory"); /* no tail call */
}

int
main(int argc, char **argv)
{
	int bits = argc >= 2 ? atoi(argv[1]) : 0;
	int (*use)(int);
	void *library;

	for (uint32_t way = 0; way < 1u << bits; way++)
		take(way, bits);
	if (argc == 3) {
		library = truth_keep(dlopen(argv[2], RTLD_NOW));
		use = (int (*)(int))truth_keep(dlsym(library, "plugin_use"));
		use(3);
	}
	return 0;
}
