/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever through the pprof reader and into another profile.
 */
#include <stddef.h>
#include <stdint.h>

#include "profile.h"
#include "read_pprof.h"
#include "replay.h"

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
