/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of no length while it is changed: a child that is forked in the midst of that
 * has nothing half-done.
 */
#include "kept.h"

#include <string.h>

#define KEPT_BYTES 32768

/* Its build-id and path follow. */
struct kept {
	uint32_t segments, build_id_length, path_length, size;
	struct hfs_segment segment[];
};

static char *kept;
static _Atomic uint32_t kept_bytes;
static uint32_t kept_epoch; /* in which they were loaded */
static bool kept_all, kept_by_loader;

bool
hf_kept_begin(void)
{
	if (!kept)
		kept = hf_state_private(KEPT_BYTES);
	kept_bytes = 0;
	return kept != NULL;
}

void
hf_kept_add(struct hf_modules_walk *w, const struct hf_found_module *m)
{
	size_t segments = m->segments * sizeof *m->segment;
	size_t size = sizeof(struct kept) + segments + m->build_id_length +
		      m->path_length;
	struct kept *k = (struct kept *)(kept + w->kept);
	char *rest = (char *)k->segment + segments;

	size = (size + 7) & ~(size_t)7;
	if (size > KEPT_BYTES - w->kept) {
		w->left_out = true;
		return;
	}
	*k = (struct kept){ m->segments, m->build_id_length, m->path_length,
		(uint32_t)size };
	memcpy(k->segment, m->segment, segments);
	memcpy(rest, m->build_id, m->build_id_length);
	memcpy(rest + m->build_id_length, m->path, m->path_length);
	w->kept += (uint32_t)size;
}

void
hf_kept_end(const struct hf_modules_walk *w)
{
	kept_epoch = w->epoch;
	kept_all = !w->left_out;
	kept_by_loader = w->by_loader;
	kept_bytes = w->kept;
}

bool
hf_kept_maps(uint32_t epoch, bool *all)
{
	bool there = kept_bytes > 0 && kept_epoch == epoch && !kept_by_loader;

	*all = there && kept_all;
	return there;
}

void
hf_kept_recall(struct hf_modules_walk *w)
{
	uint32_t bytes = kept_bytes;

	if (kept_epoch != w->epoch)
		return;
	for (uint32_t at = 0; at < bytes;) {
		struct kept *k = (struct kept *)(kept + at);
		const char *rest = (const char *)&k->segment[k->segments];
		struct hf_found_module m = { .segments = k->segments,
			.segment = k->segment,
			.build_id = (const unsigned char *)rest,
			.build_id_length = k->build_id_length,
			.path = rest + k->build_id_length,
			.path_length = k->path_length };

		hf_modules_found(w, &m);
		at += k->size;
	}
}
