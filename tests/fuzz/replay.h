/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fuzz target includes: with -DSTANDALONE it is a program that
 * replays the files named on its command line, else libFuzzer's runtime has the
 * main function.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

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

#endif
