/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names that a profile may bring along, as jeprof and pprof write it:
 *   --- symbol
 *   binary=/path
 *   0x<address> name[--name]...	the function, then what is inlined in it
 *   ---
 *   --- heap
 * and behind that the profile itself. They count more than what is found in
 * files: who wrote them had the right ones.
 */
#ifndef HEAPV2_SYMBOLS_H
#define HEAPV2_SYMBOLS_H

#include "profile.h"
#include "read.h"
#include "scan.h"

/* `= {0}` is an empty one. */
struct heapv2_symbols {
	struct heapv2_symbol *list;
	size_t count, capacity;
	uint32_t *frames;
	uint32_t frame_count;
	uint32_t binary; /* of "binary=", a string; or NONE */
};

void heapv2_symbols_release(struct heapv2_symbols *s);

/*
 * Takes the lines off the front of *text, up to and with the "--- heap" or
 * whatever it is called; names become functions of p. False: it ends before.
 */
bool heapv2_symbols_read(struct heapv2_symbols *s, struct profile *p,
	const struct input *in, struct scan *text);

/*
 * The named location of an address of a stack: a caller's call ends one byte
 * before it. NONE: it has no name there. offset and module go into it.
 */
uint32_t heapv2_symbols_find(const struct heapv2_symbols *s, struct profile *p,
	uint64_t address, bool leaf, struct location place);

#endif
