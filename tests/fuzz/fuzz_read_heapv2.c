/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever through the heap_v2 reader and into another profile.
 */
#include <stddef.h>
#include <stdint.h>

#include "profile.h"
#include "read.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct input in = { "je.1.2.i3.heap", bytes, length };
	struct profile p, sum;
	struct head head = { 0 };

	if (!reader_heapv2.recognises(&in))
		return 0;
	profile_init(&p);
	profile_init(&sum);
	reader_heapv2.head(&head, &in);
	head_release(&head);
	sum.sum = SUM_PROCESSES | SUM_THREADS;
	if (reader_heapv2.read(&p, &in) == 0) {
		profile_add(&sum, &p);
		reader_heapv2.read(&sum, &in);
	}
	profile_release(&sum);
	profile_release(&p);
	return 0;
}
