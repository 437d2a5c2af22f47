/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator.h"

#include <malloc.h>
#include <string.h>

#include "next.h"

#define UNKNOWN	       UINT64_MAX
#define PAGE	       4096
#define USUAL_SMALLEST 64 /* of glibc's many blocks; 32 is the least */

/* Of the object that defines the next malloc; each NULL where it is not its. */
static struct {
	struct mallinfo2 (*mallinfo2)(void);
	int (*mallctl)(const char *, void *, size_t *, void *, size_t);
	int (*property)(const char *, size_t *);
	void (*process_info)(size_t *, size_t *, size_t *, size_t *, size_t *,
		size_t *, size_t *, size_t *);
} ask;

void
hf_allocator_start(void)
{
	ask.mallctl = hf_next_beside_malloc("mallctl");
	ask.property =
		hf_next_beside_malloc("MallocExtension_GetNumericProperty");
	ask.process_info = hf_next_beside_malloc("mi_process_info");
	/* tcmalloc has a mallinfo2 of its own, which says less. */
	if (!ask.mallctl && !ask.property && !ask.process_info)
		ask.mallinfo2 = hf_next_beside_malloc("mallinfo2");
}

static void
name(struct hfs_allocator *a, const char *text)
{
	memcpy(a->name, text, strlen(text) + 1);
	a->allocated = a->active = a->resident = UNKNOWN;
	a->retained = a->free_bytes = a->mapped = UNKNOWN;
}

static uint64_t
control(const char *what)
{
	size_t value, size = sizeof value;

	return ask.mallctl(what, &value, &size, NULL, 0) == 0 ? value : UNKNOWN;
}

static void
of_jemalloc(struct hfs_allocator *a)
{
	uint64_t epoch = 1;
	size_t size = sizeof epoch;

	/* Figures are those of the last time that this was written. */
	ask.mallctl("epoch", &epoch, &size, &epoch, sizeof epoch);
	name(a, "jemalloc");
	a->allocated = control("stats.allocated");
	a->active = control("stats.active");
	a->resident = control("stats.resident");
	a->retained = control("stats.retained");
	a->mapped = control("stats.mapped");
}

static uint64_t
property(const char *what)
{
	size_t value;

	return ask.property(what, &value) ? value : UNKNOWN;
}

/* Its heap is what it has of the kernel, in memory or given back. */
static void
of_tcmalloc(struct hfs_allocator *a)
{
	uint64_t heap = property("generic.heap_size");
	uint64_t free_pages = property("tcmalloc.pageheap_free_bytes");
	uint64_t given_back = property("tcmalloc.pageheap_unmapped_bytes");

	name(a, "tcmalloc");
	a->allocated = property("generic.current_allocated_bytes");
	a->retained = given_back;
	a->free_bytes = free_pages;
	if (heap == UNKNOWN || given_back == UNKNOWN || heap < given_back)
		return;
	a->resident = heap - given_back;
	if (free_pages != UNKNOWN && a->resident >= free_pages)
		a->active = a->resident - free_pages;
}

static void
of_mimalloc(struct hfs_allocator *a)
{
	size_t elapsed, user, system, rss, rss_peak, commit, commit_peak,
		faults;

	ask.process_info(&elapsed, &user, &system, &rss, &rss_peak, &commit,
		&commit_peak, &faults);
	name(a, "mimalloc");
	a->resident = commit;
}

static uint64_t
above(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * Free pages that hold nothing, at least: glibc does not count them, but a free
 * chunk has, by its place, a page less than its size of whole ones. Chunks in
 * fast bins are not joined, so of those that is not known; but no page is kept
 * without a block in it. The top of the main arena is one chunk.
 */
static uint64_t
idle_pages(const struct mallinfo2 *m)
{
	uint64_t joined = above(m->fordblks - m->fsmblks, m->ordblks * PAGE);
	uint64_t kept = m->uordblks / USUAL_SMALLEST * PAGE;

	return larger(m->keepcost, larger(joined, above(m->fordblks, kept)));
}

static void
of_glibc(struct hfs_allocator *a)
{
	struct mallinfo2 m = ask.mallinfo2();

	name(a, "glibc");
	a->allocated = m.uordblks + m.hblkhd;
	a->active = m.arena + m.hblkhd - idle_pages(&m);
	a->free_bytes = m.fordblks;
	a->mapped = m.hblkhd;
}

void
hf_allocator_note(struct hfs_header *h)
{
	struct hfs_allocator *a = &h->allocator;

	if (ask.mallctl)
		of_jemalloc(a);
	else if (ask.property)
		of_tcmalloc(a);
	else if (ask.process_info)
		of_mimalloc(a);
	else if (ask.mallinfo2)
		of_glibc(a);
	else
		return;
	a->ns = hf_state_clock() - h->start_ns;
}
