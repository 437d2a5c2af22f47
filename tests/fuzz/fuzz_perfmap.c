/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever as a perf map, and its texts taken apart and shortened.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "perfmap.h"
#include "replay.h"
#include "short_name.h"

#define WANTED 64

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
