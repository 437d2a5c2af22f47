/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever through the heaptrack reader and into another profile.
 * With -DSTANDALONE a program that replays the files named on its command line.
 */
#include <stddef.h>
#include <stdint.h>

#include "profile.h"
#include "read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

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

#ifdef STANDALONE
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	enum { MOST = 1 << 24 };
	uint8_t *bytes = malloc(MOST);

	if (bytes == NULL || argc < 2)
		return 1;
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");

		if (f == NULL)
			return 1;
		LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, MOST, f));
		fclose(f);
	}
	free(bytes);
	return 0;
}
#endif
