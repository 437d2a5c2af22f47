/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever through the heaptrack reader and into another profile.
 */
#include <stddef.h>
#include <stdint.h>

#include "profile.h"
#include "read.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct input in = { "heaptrack.a.1.zst", bytes, length };
	struct source s = { .name = in.name,
		.at = bytes,
		.end = bytes + length,
		.taken = length,
		.given = length,
		.ended = true };
	struct profile p, sum;

	if (!reader_heaptrack.recognises(&in))
		return 0;
	profile_init(&p);
	profile_init(&sum);
	if (reader_heaptrack.stream(&p, &s) == 0)
		profile_add(&sum, &p);
	profile_release(&sum);
	profile_release(&p);
	return 0;
}
