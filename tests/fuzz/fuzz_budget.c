/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes whatever as a budget file. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "budget.h"
#include "err.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct budget b = { .path = xstrdup("heapflame.budget") };
	FILE *in;

	if (length == 0) {
		free(b.path);
		return 0;
	}
	in = fmemopen((void *)(uintptr_t)bytes, length, "r");
	if (in == NULL)
		abort();
	messages_keep();
	if (budget_read_stream(&b, in) == 0)
		(void)budget_finish(&b);
	free(messages_kept());
	fclose(in);
	budget_release(&b);
	return 0;
}
