/* SPDX-License-Identifier: Apache-2.0 */
/* What stands before the first stack; and the shapes that all lines share. */
#include "write_head.h"

#include <fcntl.h>
#include <string.h>

#include "counters.h"
#include "maps.h"
#include "options.h"
#include "stacks.h"
#include "write_lists.h"

void
hf_put_key(struct hf_text *t, const char *key)
{
	hf_text_string(t, "# ");
	hf_text_string(t, key);
	hf_text_byte(t, ' ');
}

static void
put_text(struct hf_text *t, const char *key, const char *value)
{
	hf_put_key(t, key);
	hf_text_quoted(t, value, strlen(value));
	hf_text_byte(t, '\n');
}

void
hf_put_number(struct hf_text *t, char before, uint64_t n)
{
	hf_text_byte(t, before);
	hf_text_number(t, n);
}

/* samples,bytes,objects,variance,variance with that character between. */
void
hf_put_sums(struct hf_text *t, const struct hf_sums *s, char between)
{
	hf_text_number(t, s->samples);
	hf_text_byte(t, between);
	hf_text_fixed(t, s->bytes, HF_BYTES_SHIFT);
	hf_text_byte(t, between);
	hf_text_fixed(t, s->objects, HF_OBJECTS_SHIFT);
	hf_text_byte(t, between);
	hf_text_double(t, s->var_bytes);
	hf_text_byte(t, between);
	hf_text_double(t, s->var_objects);
}

/* "  t*: n: s [n: s]" */
static void
put_t_line(struct hf_text *t, const char *thread, struct hf_solved live,
	struct hf_solved alloc)
{
	hf_text_string(t, "  t");
	hf_text_string(t, thread);
	hf_text_string(t, ": ");
	hf_text_number(t, live.n);
	hf_text_string(t, ": ");
	hf_text_number(t, live.s);
	hf_text_string(t, " [");
	hf_text_number(t, alloc.n);
	hf_text_string(t, ": ");
	hf_text_number(t, alloc.s);
	hf_text_string(t, "]\n");
}

void
hf_put_t_lines(struct hf_text *t, struct hf_solved live, struct hf_solved alloc)
{
	put_t_line(t, "*", live, alloc);
	put_t_line(t, "0", live, alloc);
}

static void
put_identity(struct hf_text *t, const struct hfs_header *h,
	const struct hf_dump_reason *why)
{
	char kind[2] = { why->kind, '\0' };
	static const char *const unwinders[] = { "cfi", "libunwind", "fp" };

	hf_text_string(t, "# heapflame 1\n");
	put_text(t, "id", h->id);
	put_text(t, "boot", h->boot);
	put_text(t, "host", h->host);
	put_text(t, "exe", h->exe);
	if (h->parent[0])
		put_text(t, "parent", h->parent);
	if (h->ancestors_known && h->ancestors[0])
		put_text(t, "ancestors", h->ancestors);
	if (why->no_state)
		put_text(t, "nostate", why->no_state);
	hf_text_string(t, "# time");
	hf_put_number(t, ' ', h->start_wall_ms);
	hf_put_number(t, ' ', why->wall_ms);
	hf_put_number(t, ' ', h->start_ns);
	hf_put_number(t, ' ', why->now_ns);
	hf_text_string(t, "\n# reason ");
	hf_text_string(t, kind);
	hf_put_number(t, ' ', why->number);
	hf_put_number(t, ' ', why->sequence);
	hf_text_string(t, "\n# unwind ");
	hf_text_string(t, unwinders[hf_options.unwind]);
	hf_put_number(t, ' ', hf_options.depth);
	hf_text_byte(t, '\n');
}

static void
put_intervals(struct hf_text *t, const struct hfs_header *h)
{
	uint32_t n =
		atomic_load_explicit(&h->interval_count, memory_order_acquire);

	for (uint32_t i = 0; i < n; i++) {
		hf_text_string(t, "# interval");
		hf_put_number(t, ' ', i);
		hf_put_number(t, ' ', h->intervals[i].bytes);
		hf_put_number(t, ' ', h->intervals[i].since_ns);
		hf_text_byte(t, '\n');
	}
}

static void
put_totals(struct hf_text *t, struct hf_region *r)
{
	const struct hfs_header *h = r->header;
	struct hf_sums alloc, live;
	struct hf_peak peak = { 0 };

	for (hfs_ref ref = hf_stacks_first(r); ref;) {
		struct hfs_stack *s = hf_stacks_at(r, ref);
		struct hf_peak p =
			hf_counters_peak(&h->chooser, s, &s->at_peak);

		peak.bytes += p.bytes;
		peak.objects += p.objects;
		peak.var_bytes += p.var_bytes;
		ref = hf_stacks_after(r, ref);
	}
	hf_solve_totals(r, &alloc, &live);
	hf_text_string(t, "# samples");
	hf_put_number(t, ' ', alloc.samples);
	hf_put_number(t, ' ', live.samples);
	hf_put_number(t, ' ', atomic_load(&h->thinned));
	hf_text_string(t, "\n# total ");
	hf_put_sums(t, &alloc, ' ');
	hf_text_byte(t, ' ');
	hf_put_sums(t, &live, ' ');
	hf_text_string(t, "\n# peak ");
	hf_text_fixed(t, (uint64_t)peak.bytes, HF_BYTES_SHIFT);
	hf_text_byte(t, ' ');
	hf_text_fixed(t, (uint64_t)peak.objects, HF_OBJECTS_SHIFT);
	hf_text_byte(t, ' ');
	hf_text_double(t, peak.var_bytes);
	hf_put_number(t, ' ', atomic_load(&h->chooser.peak_ns));
	hf_text_byte(t, '\n');
}

static void
put_losses(struct hf_text *t, const struct hfs_header *h)
{
	static const char *const causes[HFS_LOSSES] = { "early", "busy",
		"live_full", "stack_full", "unwind_busy", "unwind_fork", "dump",
		"memory", "module", "state" };

	for (int i = 0; i < HFS_LOSSES; i++) {
		uint64_t n = atomic_load(&h->lost[i]);

		if (n == 0)
			continue;
		hf_put_key(t, "lost");
		hf_text_string(t, causes[i]);
		hf_put_number(t, ' ', n);
		hf_text_byte(t, '\n');
	}
}

static void
put_known(struct hf_text *t, uint64_t n)
{
	if (n == UINT64_MAX)
		hf_text_string(t, " -");
	else
		hf_put_number(t, ' ', n);
}

static void
put_allocator(struct hf_text *t, const struct hfs_allocator *a)
{
	hf_put_key(t, "allocator");
	hf_text_string(t, a->name);
	put_known(t, a->allocated);
	put_known(t, a->active);
	put_known(t, a->resident);
	put_known(t, a->retained);
	put_known(t, a->free_bytes);
	put_known(t, a->mapped);
	hf_text_byte(t, '\n');
}

static void
put_rss(struct hf_text *t, const struct hfs_header *h)
{
	if (h->rss.ns) {
		hf_text_string(t, "# rss");
		hf_put_number(t, ' ', h->rss.rss);
		hf_put_number(t, ' ', h->rss.anonymous);
		hf_put_number(t, ' ', h->rss.file);
		hf_put_number(t, ' ', h->rss.shared);
		hf_put_number(t, ' ', h->rss.highest);
		hf_put_number(t, ' ', h->rss.stacks);
		hf_text_byte(t, '\n');
	}
	if (h->allocator.ns)
		put_allocator(t, &h->allocator);
	hf_text_string(t, "# own");
	hf_put_number(t, ' ', atomic_load(&h->own_bytes));
	hf_text_byte(t, '\n');
}

static void
put_module(struct hf_text *t, const struct hfs_module *m)
{
	const unsigned char *id =
		(const unsigned char *)&m->segment[m->segments];
	uint32_t last = atomic_load(&m->last_epoch);

	hf_text_string(t, "# module");
	hf_put_number(t, ' ', m->number);
	hf_put_number(t, ' ', m->first_epoch);
	hf_text_byte(t, ' ');
	if (last == UINT32_MAX)
		hf_text_byte(t, '-');
	else
		hf_text_number(t, last);
	hf_text_byte(t, ' ');
	if (m->build_id_length == 0)
		hf_text_byte(t, '-');
	for (uint32_t i = 0; i < m->build_id_length; i++) {
		hf_text_byte(t, "0123456789abcdef"[id[i] >> 4]);
		hf_text_byte(t, "0123456789abcdef"[id[i] & 15]);
	}
	hf_text_byte(t, ' ');
	hf_text_quoted(
		t, (const char *)id + m->build_id_length, m->path_length);
	for (uint32_t i = 0; i < m->segments; i++) {
		hf_text_byte(t, ' ');
		hf_text_hex(t, m->segment[i].start);
		hf_text_byte(t, '-');
		hf_text_hex(t, m->segment[i].end);
		hf_text_byte(t, '@');
		hf_text_hex(t, m->segment[i].offset);
	}
	hf_text_byte(t, '\n');
}

static void
put_modules(struct hf_text *t, struct hf_region *r)
{
	for (hfs_ref ref = hf_modules_first(r); ref;) {
		const struct hfs_module *m = hf_state_at(r, ref);

		put_module(t, m);
		ref = hf_modules_after(r, ref);
	}
}

void
hf_write_head(struct hf_text *t, struct hf_region *r,
	const struct hf_dump_reason *why)
{
	put_identity(t, r->header, why);
	put_intervals(t, r->header);
	put_totals(t, r);
	put_losses(t, r->header);
	put_rss(t, r->header);
	hf_text_string(t, "# temp");
	hf_put_number(t, ' ', r->header->temp_ms);
	hf_text_byte(t, '\n');
	hf_write_lists(t, r);
	put_modules(t, r);
}
