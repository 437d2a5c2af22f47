/* SPDX-License-Identifier: Apache-2.0 */
#include "readable.h"

#include <sys/auxv.h>

#define MOST_PAGES 256 /* of its own stack that a thread tries at once */

static uintptr_t first_thread_end;

void
hf_readable_start(void)
{
	uintptr_t random = getauxval(AT_RANDOM);

	first_thread_end = random ? (random & -HF_PAGE) + HF_PAGE : 0;
}

/* Where the stack that begins at sp ends, if it is the thread's own. */
static uintptr_t
native_end(uintptr_t sp)
{
	uintptr_t block = (uintptr_t)__builtin_thread_pointer();

	/* glibc puts the thread block at the top of the thread's stack. */
	return block > sp ? (block & -HF_PAGE) + HF_PAGE : first_thread_end;
}

/* Does `page` hang together with the thread's own stack? Then so it stays. */
static bool
is_native(struct hf_thread *t, uintptr_t page, uintptr_t end)
{
	uintptr_t known = t->native_low ? t->native_low : end;

	if (page >= end || (t->native_low && page >= t->native_low))
		return page < end;
	if (known - page > MOST_PAGES * HF_PAGE)
		return false;
	for (uintptr_t p = page; p < known; p += HF_PAGE)
		if (!hf_readable_probe(p))
			return false;
	t->native_low = page;
	return true;
}

void
hf_readable_begin(uintptr_t sp)
{
	struct hf_thread *t = &hf_thread;
	uintptr_t page = sp & -HF_PAGE, end = native_end(sp);

	t->stack_low = page;
	t->stack_high = page + HF_PAGE; /* the one that we stand on */
	if (is_native(t, page, end)) {
		t->stack_low = t->native_low;
		t->stack_high = end;
	}
}

bool
hf_readable_extend(uintptr_t at)
{
	struct hf_thread *t = &hf_thread;
	uintptr_t page = at & -HF_PAGE;

	if (at & 7)
		return false;
	/* Far away: another stack (we came through a signal frame), or rubbish
	 */
	if (at < t->stack_low || page - t->stack_high > HF_FAR_PAGES * HF_PAGE)
		return hf_readable_probe(page);
	for (uintptr_t p = t->stack_high; p <= page; p += HF_PAGE) {
		if (!hf_readable_probe(p))
			return false;
		t->stack_high = p + HF_PAGE;
	}
	return true;
}
