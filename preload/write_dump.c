/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host goes on meanwhile: each number is read once, so that a line agrees
 * with itself, and the sums in the head are those of the lines below, which
 * are added up in a first pass.
 */
#include "write_dump.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "counters.h"
#include "live.h"
#include "maps.h"
#include "options.h"
#include "stacks.h"

#define LIVE_LINES 65536

/* A plain copy of a struct hfs_sum. */
struct sums {
	uint64_t samples, bytes, objects;
	double var_bytes, var_objects;
};

/*
 * What a line could not express is left to the next one, so that rounding
 * never adds up. In bytes and objects.
 */
struct solver {
	double interval, owed_bytes, owed_objects;
};

struct solved {
	uint64_t n, s;
};

struct writer {
	struct hf_text *out;
	struct hf_region *region;
	struct solver live, alloc;
	uint64_t lines;
};

static struct sums
read_sum(const struct hfs_sum *s)
{
	struct sums copy = { atomic_load_explicit(
				     &s->samples, memory_order_relaxed),
		atomic_load_explicit(&s->bytes, memory_order_relaxed),
		atomic_load_explicit(&s->objects, memory_order_relaxed),
		hf_counters_double(&s->var_bytes),
		hf_counters_double(&s->var_objects) };

	/* What is left of additions and subtractions of doubles. */
	if (copy.samples == 0)
		copy = (struct sums){ 0 };
	return copy;
}

/* What jeprof makes of a line. */
static double
factor(const struct solver *v, struct solved line)
{
	return 1 /
	       hf_sampler_1mexp((double)line.s / (double)line.n / v->interval);
}

/*
 * docs/FORMAT.md section 2. n decides what small blocks add up to in bytes, s
 * only how many there seem to be; so n is chosen for the bytes, and then s for
 * the objects where blocks are small, for the bytes where they are large.
 */
static struct solved
solve(struct solver *v, const struct sums *sum)
{
	double bytes = (double)sum->bytes / (1 << HF_BYTES_SHIFT);
	double objects = (double)sum->objects / (1 << HF_OBJECTS_SHIFT);
	struct solved out = { 0, 0 };
	double size, n, s;

	if (sum->samples == 0)
		return out;
	if (v->interval <= 1) {
		out.n = (uint64_t)(objects + 0.5);
		out.s = (uint64_t)(bytes + 0.5);
		return out;
	}
	v->owed_bytes += bytes;
	v->owed_objects += objects;
	size = bytes / objects;
	if (size < 1) /* jeprof can't scale objects of no size */
		size = 1;
	n = v->owed_bytes * hf_sampler_1mexp(size / v->interval) / size;
	if (n < 0.5)
		return out;
	out.n = (uint64_t)(n + 0.5);
	s = (double)out.n * size;
	if (size < v->interval / 8 && v->owed_objects > 0)
		s = (double)out.n * (double)out.n * v->interval /
		    v->owed_objects;
	/* Never so far from the truth that a line misleads by itself. */
	if (s > 2 * (double)out.n * size)
		s = 2 * (double)out.n * size;
	if (s < (double)out.n * size / 2)
		s = (double)out.n * size / 2;
	out.s = (uint64_t)(s + 0.5);
	if (out.s == 0)
		out.s = 1;
	v->owed_bytes -= (double)out.s * factor(v, out);
	v->owed_objects -= (double)out.n * factor(v, out);
	return out;
}

static void
put_key(struct hf_text *t, const char *key)
{
	hf_text_string(t, "# ");
	hf_text_string(t, key);
	hf_text_byte(t, ' ');
}

static void
put_text(struct hf_text *t, const char *key, const char *value)
{
	put_key(t, key);
	hf_text_quoted(t, value, strlen(value));
	hf_text_byte(t, '\n');
}

static void
put_number(struct hf_text *t, char before, uint64_t n)
{
	hf_text_byte(t, before);
	hf_text_number(t, n);
}

/* samples,bytes,objects,variance,variance with that character between. */
static void
put_sums(struct hf_text *t, const struct sums *s, char between)
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
put_t_line(struct hf_text *t, const char *thread, struct solved live,
	struct solved alloc)
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

static void
put_t_lines(struct hf_text *t, struct solved live, struct solved alloc)
{
	put_t_line(t, "*", live, alloc);
	put_t_line(t, "0", live, alloc);
}

static void
put_identity(struct writer *w, const struct hf_dump_reason *why)
{
	const struct hfs_header *h = w->region->header;
	struct hf_text *t = w->out;
	char kind[2] = { why->kind, '\0' };
	static const char *const unwinders[] = { "cfi", "libunwind", "fp" };

	hf_text_string(t, "# heapflame 1\n");
	put_text(t, "id", h->id);
	put_text(t, "boot", h->boot);
	put_text(t, "host", h->host);
	put_text(t, "exe", h->exe);
	if (h->parent[0])
		put_text(t, "parent", h->parent);
	hf_text_string(t, "# time");
	put_number(t, ' ', h->start_wall_ms);
	put_number(t, ' ', why->wall_ms);
	put_number(t, ' ', h->start_ns);
	put_number(t, ' ', why->now_ns);
	hf_text_string(t, "\n# reason ");
	hf_text_string(t, kind);
	put_number(t, ' ', why->number);
	put_number(t, ' ', why->sequence);
	hf_text_string(t, "\n# unwind ");
	hf_text_string(t, unwinders[hf_options.unwind]);
	put_number(t, ' ', hf_options.depth);
	hf_text_byte(t, '\n');
}

static void
put_intervals(struct hf_text *t, const struct hfs_header *h)
{
	uint32_t n =
		atomic_load_explicit(&h->interval_count, memory_order_acquire);

	for (uint32_t i = 0; i < n; i++) {
		hf_text_string(t, "# interval");
		put_number(t, ' ', i);
		put_number(t, ' ', h->intervals[i].bytes);
		put_number(t, ' ', h->intervals[i].since_ns);
		hf_text_byte(t, '\n');
	}
}

static void
put_totals(struct writer *w)
{
	const struct hfs_header *h = w->region->header;
	struct sums alloc = read_sum(&h->alloc), live = read_sum(&h->live);
	struct hf_peak peak = { 0 };
	struct hf_text *t = w->out;

	for (hfs_ref ref = h->newest_stack; ref;) {
		struct hfs_stack *s = hf_stacks_at(w->region, ref);
		struct hf_peak p = hf_counters_peak(h, s);

		peak.bytes += p.bytes;
		peak.objects += p.objects;
		peak.var_bytes += p.var_bytes;
		ref = s->older;
	}
	hf_text_string(t, "# samples");
	put_number(t, ' ', alloc.samples);
	put_number(t, ' ', live.samples);
	put_number(t, ' ', atomic_load(&h->thinned));
	hf_text_string(t, "\n# total ");
	put_sums(t, &alloc, ' ');
	hf_text_byte(t, ' ');
	put_sums(t, &live, ' ');
	hf_text_string(t, "\n# peak ");
	hf_text_fixed(t, (uint64_t)peak.bytes, HF_BYTES_SHIFT);
	hf_text_byte(t, ' ');
	hf_text_fixed(t, (uint64_t)peak.objects, HF_OBJECTS_SHIFT);
	hf_text_byte(t, ' ');
	hf_text_double(t, peak.var_bytes);
	put_number(t, ' ', atomic_load(&h->peak_ns));
	hf_text_byte(t, '\n');
}

static void
put_losses(struct hf_text *t, const struct hfs_header *h)
{
	static const char *const causes[HFS_LOSSES] = { "early", "busy",
		"live_full", "stack_full", "unwind_busy", "unwind_fork", "dump",
		"memory" };

	for (int i = 0; i < HFS_LOSSES; i++) {
		uint64_t n = atomic_load(&h->lost[i]);

		if (n == 0)
			continue;
		put_key(t, "lost");
		hf_text_string(t, causes[i]);
		put_number(t, ' ', n);
		hf_text_byte(t, '\n');
	}
}

/* The number behind "name:" in /proc/self/status, in bytes; there in KiB. */
static uint64_t
status_bytes(const char *status, const char *name)
{
	const char *at = strstr(status, name);
	uint64_t n = 0;

	if (!at)
		return 0;
	for (at += strlen(name); *at == ' ' || *at == '\t'; at++)
		;
	for (; *at >= '0' && *at <= '9'; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	return n * 1024;
}

static void
put_rss(struct writer *w)
{
	static const char *const names[] = { "\nVmRSS:", "\nRssAnon:",
		"\nRssFile:", "\nRssShmem:", "\nVmHWM:" };
	char status[4096];
	long fd = hf_sys4(SYS_openat, AT_FDCWD, (long)"/proc/self/status",
		O_RDONLY | O_CLOEXEC, 0);
	long n =
		fd < 0 ? -1
		       : hf_sys3(SYS_read, fd, (long)status, sizeof status - 1);

	if (fd >= 0)
		hf_sys3(SYS_close, fd, 0, 0);
	if (n > 0) {
		status[n] = '\0';
		hf_text_string(w->out, "# rss");
		for (int i = 0; i < 5; i++)
			put_number(w->out, ' ', status_bytes(status, names[i]));
		hf_text_byte(w->out, '\n');
	}
	hf_text_string(w->out, "# own");
	put_number(w->out, ' ', atomic_load(&w->region->header->own_bytes));
	hf_text_byte(w->out, '\n');
}

static void
put_module(struct hf_text *t, const struct hfs_module *m)
{
	const unsigned char *id =
		(const unsigned char *)&m->segment[m->segments];
	uint32_t last = atomic_load(&m->last_epoch);

	hf_text_string(t, "# module");
	put_number(t, ' ', m->number);
	put_number(t, ' ', m->first_epoch);
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
put_modules(struct writer *w)
{
	for (hfs_ref ref = w->region->header->newest_module; ref;) {
		const struct hfs_module *m = hf_state_at(w->region, ref);

		put_module(w->out, m);
		ref = m->older;
	}
}

static void
put_flags(struct hf_text *t, uint16_t flags)
{
	if (flags)
		hf_text_string(t, " x=");
	if (flags & HFS_TRUNCATED)
		hf_text_byte(t, 't');
	if (flags & HFS_TABLE_FULL)
		hf_text_byte(t, 'f');
	if (flags & HFS_UNWINDER_BUSY)
		hf_text_byte(t, 'b');
}

static void
put_tuple_sums(struct hf_text *t, const char *key, const struct sums *s)
{
	if (s->samples == 0)
		return;
	hf_text_string(t, key);
	put_sums(t, s, ',');
}

static void
put_peak(struct hf_text *t, const struct hf_peak *p)
{
	if (p->bytes == 0 && p->objects == 0)
		return;
	hf_text_string(t, " p=");
	hf_text_fixed(t, (uint64_t)p->bytes, HF_BYTES_SHIFT);
	hf_text_byte(t, ',');
	hf_text_fixed(t, (uint64_t)p->objects, HF_OBJECTS_SHIFT);
	hf_text_byte(t, ',');
	hf_text_double(t, p->var_bytes);
}

static void
put_inherited(struct hf_text *t, struct hfs_stack *s)
{
	uint64_t samples = atomic_load(&s->inherited_samples);

	if (samples == 0)
		return;
	hf_text_string(t, " i=");
	hf_text_number(t, samples);
	hf_text_byte(t, ',');
	hf_text_fixed(t, atomic_load(&s->inherited_bytes), HF_BYTES_SHIFT);
	hf_text_byte(t, ',');
	hf_text_fixed(t, atomic_load(&s->inherited_objects), HF_OBJECTS_SHIFT);
}

static void
put_freed(struct hf_text *t, struct hfs_stack *s)
{
	uint64_t samples = atomic_load(&s->freed_samples);
	uint64_t temp = atomic_load(&s->temp_objects);

	if (samples == 0)
		return;
	hf_text_string(t, " f=");
	hf_text_number(t, samples);
	hf_text_byte(t, ',');
	hf_text_fixed(t, atomic_load(&s->freed_objects), HF_OBJECTS_SHIFT);
	hf_text_byte(t, ',');
	hf_text_double(t, hf_counters_double(&s->lifetime_ns));
	if (temp == 0)
		return;
	hf_text_string(t, " m=");
	hf_text_fixed(t, atomic_load(&s->temp_bytes), HF_BYTES_SHIFT);
	hf_text_byte(t, ',');
	hf_text_fixed(t, temp, HF_OBJECTS_SHIFT);
}

static void
put_rest(struct hf_text *t, struct hfs_stack *s)
{
	uint64_t reallocs = atomic_load(&s->reallocs);

	if (reallocs) {
		hf_text_string(t, " r=");
		hf_text_number(t, reallocs);
	}
	if (atomic_load(&s->size_max)) {
		hf_text_string(t, " z=");
		hf_text_number(t, atomic_load(&s->size_min));
		put_number(t, ',', atomic_load(&s->size_max));
	}
	if (atomic_load(&s->last_ns)) {
		hf_text_string(t, " w=");
		hf_text_number(t, atomic_load(&s->first_ns));
		put_number(t, ',', atomic_load(&s->last_ns));
	}
}

static void
put_stack(struct writer *w, struct hfs_stack *s)
{
	struct sums alloc = read_sum(&s->alloc), live = read_sum(&s->live);
	struct hf_peak peak = hf_counters_peak(w->region->header, s);
	struct hf_text *t = w->out;

	if (alloc.samples == 0 && !atomic_load(&s->inherited_samples))
		return;
	hf_text_byte(t, '@');
	for (uint32_t i = 0; i < s->depth; i++) {
		hf_text_string(t, " 0x");
		hf_text_hex(t, s->pcs[i]);
	}
	hf_text_byte(t, '\n');
	put_t_lines(t, solve(&w->live, &live), solve(&w->alloc, &alloc));
	hf_text_string(t, "# s ");
	hf_text_number(t, s->number);
	if (s->epoch) {
		hf_text_string(t, " e=");
		hf_text_number(t, s->epoch);
	}
	put_flags(t, s->flags);
	put_tuple_sums(t, " a=", &alloc);
	put_tuple_sums(t, " l=", &live);
	put_peak(t, &peak);
	put_inherited(t, s);
	put_freed(t, s);
	put_rest(t, s);
	hf_text_byte(t, '\n');
}

static void
put_stacks(struct writer *w)
{
	for (hfs_ref ref = w->region->header->newest_stack; ref;) {
		struct hfs_stack *s = hf_stacks_at(w->region, ref);

		put_stack(w, s);
		ref = s->older;
	}
}

static bool
put_live(void *data, const struct hf_live_entry *e, struct hf_live_place *at)
{
	struct writer *w = data;
	uint64_t start = w->region->header->start_ns;
	struct hf_text *t = w->out;

	if (e->charge.generation != (w->region->generation & 127))
		return true;
	hf_text_string(t, "# l");
	put_number(t, ' ', e->id);
	put_number(t, ' ', hf_stacks_at(w->region, e->charge.stack)->number);
	put_number(t, ' ', e->size);
	put_number(t, ' ', e->charge.interval);
	put_number(t, ' ', e->birth_ns > start ? e->birth_ns - start : 0);
	if (e->charge.inherited)
		hf_text_string(t, " i");
	hf_text_byte(t, '\n');
	return ++w->lines < LIVE_LINES && !t->failed;
}

/* The t lines of the head: the sums of those below. */
static void
put_head_counts(struct writer *w)
{
	struct solver live = w->live, alloc = w->alloc;
	struct solved sum_live = { 0, 0 }, sum_alloc = { 0, 0 }, line;

	for (hfs_ref ref = w->region->header->newest_stack; ref;) {
		struct hfs_stack *s = hf_stacks_at(w->region, ref);
		struct sums now = read_sum(&s->live);

		line = solve(&live, &now);
		sum_live.n += line.n;
		sum_live.s += line.s;
		now = read_sum(&s->alloc);
		line = solve(&alloc, &now);
		sum_alloc.n += line.n;
		sum_alloc.s += line.s;
		ref = s->older;
	}
	put_t_lines(w->out, sum_live, sum_alloc);
}

uint64_t
hf_write_dump(struct hf_text *out, struct hf_region *r,
	const struct hf_dump_reason *why)
{
	uint64_t n = hf_control_interval(hf_control_current());
	uint64_t live = hf_live_count();
	struct writer w = { .out = out,
		.region = r,
		.live = { (double)n, 0, 0 },
		.alloc = { (double)n, 0, 0 } };

	hf_maps_modules(r);
	hf_text_string(out, "heap_v2/");
	hf_text_number(out, n);
	hf_text_byte(out, '\n');
	put_head_counts(&w);
	put_identity(&w, why);
	put_intervals(out, r->header);
	put_totals(&w);
	put_losses(out, r->header);
	put_rss(&w);
	put_modules(&w);
	put_stacks(&w);
	put_key(out, "live");
	hf_text_number(out, live);
	put_number(out, ' ', live < LIVE_LINES ? live : LIVE_LINES);
	hf_text_byte(out, '\n');
	hf_live_each(put_live, &w);
	hf_text_string(out, "# end\n\nMAPPED_LIBRARIES:\n");
	hf_maps_copy(out);
	return atomic_load(&r->header->live.bytes);
}
