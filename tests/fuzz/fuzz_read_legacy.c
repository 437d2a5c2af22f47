/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever through the readers of gperftools' texts and of symbolized
 * profiles, and into another profile.
 */
#include <stddef.h>
#include <stdint.h>

#include "profile.h"
#include "read.h"
#include "replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct input in = { "tc.0003.heap", bytes, length };
	struct profile p, sum;
	struct head head = { 0 };
	const struct reader *reader = reader_legacy.recognises(&in)
					      ? &reader_legacy
					      : &reader_symbolized;

	if (!reader->recognises(&in))
		return 0;
	profile_init(&p);
	profile_init(&sum);
	reader->head(&head, &in);
	head_release(&head);
	sum.sum = SUM_PROCESSES | SUM_THREADS;
	if (reader->read(&p, &in) == 0) {
		profile_add(&sum, &p);
		reader->read(&sum, &in);
	}
	profile_release(&sum);
	profile_release(&p);
	return 0;
}
