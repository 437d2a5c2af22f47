/* SPDX-License-Identifier: Apache-2.0 */
#include "readable.h"

void
hf_readable_begin(uintptr_t sp)
{
	struct hf_thread *t = &hf_thread;
	uintptr_t page = sp & -HF_PAGE;

	if (sp >= t->stack_low && sp < t->stack_high)
		return;
	/* Deeper than ever before on the same stack: adjoin the pages. */
	if (sp < t->stack_low && t->stack_low - page <= 64 * HF_PAGE) {
		for (uintptr_t p = page; p < t->stack_low; p += HF_PAGE)
			if (!hf_readable_probe(p))
				goto another;
		t->stack_low = page;
		return;
	}
another:
	t->stack_low = page;
	t->stack_high = page + HF_PAGE; /* the one that we stand on */
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
