/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frame pointers only, for hosts that are built with them throughout. A frame
 * that does not look like one ends the stack, marked truncated: without unwind
 * tables the outermost frame can't be told from a broken chain.
 */
#include <string.h>

#include "readable.h"
#include "unwind.h"

static bool
start(void)
{
	return true;
}

static uintptr_t
word(uintptr_t at)
{
	uintptr_t w;

	memcpy(&w, (const void *)at, sizeof w);
	return w;
}

static void
capture(struct hf_capture *c)
{
	const struct hf_frame_link *hook = c->hook;
	uintptr_t sp = (uintptr_t)(hook + 1), bp = hook->bp, pc, next;

	if (!hf_unwind_add(c, hook->pc))
		return;
	hf_readable_begin((uintptr_t)hook);
	/* 0 is what _start and clone leave for the outermost frame. */
	while (bp != 0) {
		if (bp & 7 || bp < sp || bp - sp > 8 << 20 ||
			!hf_readable(bp) || !hf_readable(bp + 8)) {
			c->flags |= HFS_TRUNCATED;
			return;
		}
		pc = word(bp + 8);
		if (pc < 4096 || !hf_unwind_add(c, pc))
			return;
		next = word(bp);
		sp = bp + 16;
		bp = next;
	}
}

const struct hf_unwinder hf_unwind_fp = { "fp", false, start, capture };
