/* SPDX-License-Identifier: Apache-2.0 */
/* A dump as text: docs/FORMAT.md is what it must be. Runs in the helper. */
#ifndef HF_WRITE_DUMP_H
#define HF_WRITE_DUMP_H

#include "state.h"
#include "text.h"

struct hf_dump_reason {
	char kind; /* i, t, m, f */
	uint32_t number, sequence;
	uint64_t wall_ms, now_ns;
	const char *no_state; /* why there is no live state, or NULL */
};

/*
 * Writes all of it; out->failed tells whether something did not get through.
 * Returns the live bytes, fixed point.
 */
uint64_t hf_write_dump(struct hf_text *out, struct hf_region *r,
	const struct hf_dump_reason *why);

#endif
