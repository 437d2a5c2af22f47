/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever through the pprof reader and into another profile. With
 * -DSTANDALONE a program that replays the files named on its command line.
 */
#include <stddef.h>
#include <stdint.h>

#include "profile.h"
#include "read_pprof.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct input in = { "x.pb.gz", bytes, length };
	struct profile p, sum;

	if (!reader_pprof.recognises(&in))
		return 0;
	profile_init(&p);
	profile_init(&sum);
	if (pprof_read(&p, &in) == 0)
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
