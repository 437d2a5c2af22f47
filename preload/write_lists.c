/* SPDX-License-Identifier: Apache-2.0 */
#include "write_lists.h"

#include <string.h>

#include "phases.h"
#include "write_head.h"

static void
put_names(struct hf_text *t, const struct hf_region *r)
{
	static const char kinds[HFS_NAME_KINDS] = { 't', 'l' };

	for (hfs_ref ref = r->header->newest_name; ref;) {
		const struct hfs_name *name = hf_state_at(r, ref);

		hf_text_string(t, "# name ");
		hf_text_byte(t, kinds[name->kind]);
		hf_put_number(t, ' ', name->number);
		hf_text_byte(t, ' ');
		hf_text_quoted(t, name->text, name->length);
		hf_text_byte(t, '\n');
		ref = name->older;
	}
}

static void
put_phases(struct hf_text *t, const struct hf_region *r)
{
	uint32_t n = atomic_load(&r->header->phase_count);

	for (uint32_t i = 1; i <= n; i++) {
		const struct hfs_phase *p = hf_phases_at(r, i);
		uint64_t end = atomic_load(&p->end_ns);

		hf_text_string(t, "# phase");
		hf_put_number(t, ' ', i);
		hf_put_number(t, ' ', p->start_ns);
		if (end)
			hf_put_number(t, ' ', end);
		else
			hf_text_string(t, " -");
		hf_put_number(t, ' ', atomic_load(&p->chooser.peak_ns));
		hf_text_byte(t, ' ');
		hf_text_quoted(t, p->name, strlen(p->name));
		hf_text_byte(t, '\n');
	}
}

static void
put_history(struct hf_text *t, const struct hfs_header *h)
{
	uint32_t n = atomic_load(&h->history_count);

	for (uint32_t i = 0; i < n; i++) {
		const struct hfs_moment *m = &h->history[i];

		hf_text_string(t, "# history");
		hf_put_number(t, ' ', m->ns);
		hf_put_number(t, ' ', m->live);
		hf_put_number(t, ' ', m->allocated);
		hf_put_number(t, ' ', m->rss);
		hf_text_byte(t, '\n');
	}
}

void
hf_write_lists(struct hf_text *t, const struct hf_region *r)
{
	put_names(t, r);
	put_phases(t, r);
	put_history(t, r->header);
}
