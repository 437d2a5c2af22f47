/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever as a perf map, and its texts taken apart and shortened.
 * With -DSTANDALONE a program that replays the files named on its command line.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "perfmap.h"
#include "short_name.h"

#define WANTED 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct perfmap m = { (char *)(uintptr_t)bytes, length, 0 };
	struct perfmap_name wanted[WANTED] = { 0 };

	for (uint64_t i = 0; i < WANTED; i++)
		wanted[i].address = i < 32 ? i * 0x100 : UINT64_MAX / (96 - i);
	perfmap_find(&m, wanted, WANTED);
	for (int i = 0; i < WANTED; i++) {
		struct perfmap_function f;

		if (wanted[i].text == NULL)
			continue;
		f = perfmap_parse(wanted[i].text, wanted[i].length);
		free(short_name(f.name));
		free(f.name);
		free(f.file);
	}
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
