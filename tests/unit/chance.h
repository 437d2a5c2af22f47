/* SPDX-License-Identifier: Apache-2.0 */
/* Chance that is the same in each run: splitmix64. */
#ifndef CHANCE_H
#define CHANCE_H

#include <stdint.h>

/* Between 0 and 1, neither. Moves *state on, which is the seed at first. */
static double
random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

#endif
