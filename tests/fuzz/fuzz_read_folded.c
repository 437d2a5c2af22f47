/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes whatever as folded stacks. */
#define _GNU_SOURCE /* memfd_create */
#include "replay.h"
#include "stream.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	stream_try(&reader_folded, "x.folded", bytes, length);
	return 0;
}
