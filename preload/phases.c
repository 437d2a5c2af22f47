/* SPDX-License-Identifier: Apache-2.0 */
#include "phases.h"

struct hfs_phase *
hf_phases_at(const struct hf_region *r, uint32_t number)
{
	return number ? hf_state_at(r, r->header->phases[number - 1]) : NULL;
}

static void
copy_name(char to[HFS_NAME_MAX], const char *from)
{
	size_t n = 0;

	for (; from[n] && n < HFS_NAME_MAX - 1; n++)
		to[n] = from[n];
	/* Not in the midst of a character. */
	if (from[n])
		while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80)
			n--;
	to[n] = '\0';
}

/* `open` is who may end it: one of those who try at once. */
static void
end(struct hf_region *r, uint32_t open, uint64_t since)
{
	struct hfs_phase *p = hf_phases_at(r, open);

	if (p)
		atomic_store(&p->end_ns, since ? since : 1);
}

bool
hf_phases_begin(struct hf_region *r, const char *name, uint64_t now_ns)
{
	struct hfs_header *h = r->header;
	uint32_t number = atomic_load(&h->phase_count);
	uint64_t since = now_ns - h->start_ns;
	struct hfs_phase *p;
	hfs_ref ref, none = 0;

	if (number == HFS_PHASES)
		return false;
	ref = hf_state_alloc(r, sizeof *p);
	if (!ref)
		return false;
	if (!hf_state_in_file(r, ref))
		hf_state_lost(r, HFS_LOST_STATE);
	p = hf_state_at(r, ref);
	p->number = number + 1;
	p->start_ns = since;
	copy_name(p->name, name);
	/* Two that mark at once: the first one's stands. */
	if (!atomic_compare_exchange_strong(&h->phases[number], &none, ref)) {
		/* It may have been interrupted here, for long. */
		atomic_compare_exchange_strong(
			&h->phase_count, &number, number + 1);
		return false;
	}
	atomic_compare_exchange_strong(
		&h->phase_count, &(uint32_t){ number }, number + 1);
	end(r, atomic_exchange(&h->phase_open, number + 1), since);
	return true;
}

void
hf_phases_end(struct hf_region *r, uint64_t now_ns)
{
	uint32_t open = atomic_exchange(&r->header->phase_open, 0);

	end(r, open, now_ns - r->header->start_ns);
}
