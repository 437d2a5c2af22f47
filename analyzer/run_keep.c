/* SPDX-License-Identifier: Apache-2.0 */
#include "run_keep.h"

#include <stdint.h>
#include <time.h>

#define EVERY_MS 1000
#define SOON_MS	 100 /* when processes end one after the other */
#define SHARE	 50 /* at most one part in so many of the time is spent */

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int
run_keep_tick(struct run_keep *k)
{
	int64_t start = now_us(), least;
	size_t found = run_states_collect(&k->states, NULL);
	int ms = found > 0 ? SOON_MS : EVERY_MS;

	least = (now_us() - start) * SHARE / 1000;
	return least > ms ? (int)(least < 60000 ? least : 60000) : ms;
}

void
run_keep_end(struct run_keep *k, int status)
{
	run_states_collect(&k->states, &status);
}
