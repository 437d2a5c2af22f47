/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sites: three places that differ in what they do, until a line comes on stdin:
 * keeps() holds 3 MiB from the start, churns() allocates much and holds
 * little, grows() holds 16 KiB more every 10 ms, to 16 MiB at the most.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "truth.h"

static void *kept[48], *grown[1024];

static void
keeps(int i)
{
	kept[i] = truth_keep(malloc(64 << 10));
}

static void
churns(void)
{
	for (int i = 0; i < 1000; i++)
		free(truth_keep(malloc(1000)));
}

static void
grows(int i)
{
	grown[i] = truth_keep(malloc(16 << 10));
}

int
main(void)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	for (int i = 0; i < 48; i++)
		keeps(i);
	for (int i = 0; poll(&in, 1, 10) == 0; i++) {
		churns();
		if (i < 1024)
			grows(i);
	}
	return 0;
}
