/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each process is taken apart by itself, then the parts are added up. In
 * anonymous memory lie, without overlap, what the allocator has of the kernel,
 * stacks, and our own tables; what is left is mapped by other means.
 *
 * Two things make the parts more than there is: blocks that were never touched,
 * and free pages that were not. The latter are few, and are taken off what the
 * allocator is said to keep; the former stand as a part below 0.
 */
#include "memory.h"

#include <math.h>
#include <stdlib.h>

#include "err.h"

#define CHUNK (1 << 20) /* the shim maps its shared tables in such */

/*
 * A heap of which a third is waste has a problem worth its name: allocators
 * that are at ease waste a tenth to a fifth.
 */
#define NOTABLE 3

/* jemalloc counts its own data as resident, touched or not: some MiB. */
#define UNTOUCHED	(4 << 20)
#define UNTOUCHED_SHARE 8

#define MOST   (1ULL << 46) /* bytes of a process */
#define OLD_MS 2000

static int64_t
at_least_0(int64_t n)
{
	return n > 0 ? n : 0;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* -1: it does not say, or such nonsense that sums would overflow. */
static int64_t
size_of(uint64_t size)
{
	return size > MOST ? -1 : (int64_t)size;
}

/* A live state is of now, what its allocator said may be of long ago. */
static bool
was_asked(const struct process *it)
{
	const struct process_allocator *a = &it->allocator;
	int64_t ms = it->end_ms - it->start_ms;

	return a->asked &&
	       (a->ns == 0 || ms <= (int64_t)(a->ns / 1000000) + OLD_MS);
}

static bool
makes_sense(const struct process *it, double live)
{
	return it->rss_anonymous > 0 && it->rss <= MOST &&
	       it->rss_anonymous <= MOST && it->rss_file <= MOST &&
	       it->rss_shared <= MOST && it->rss_stacks <= MOST &&
	       it->rss_peak <= MOST && it->own <= MOST && live <= (double)MOST;
}

static void
take_allocator(int64_t *part, const struct process_allocator *a)
{
	int64_t allocated = size_of(a->allocated);
	int64_t active = size_of(a->active), resident = size_of(a->resident);
	int64_t free_bytes = size_of(a->free);

	if (allocated < 0 && resident >= 0)
		part[MEMORY_HELD] = at_least_0(resident - part[MEMORY_LIVE]);
	if (allocated < 0)
		return;
	part[MEMORY_ROUNDING] = allocated - part[MEMORY_LIVE];
	if (active < 0) {
		if (resident >= 0 || free_bytes >= 0)
			part[MEMORY_HELD] =
				resident >= 0 ? at_least_0(resident - allocated)
					      : free_bytes;
		return;
	}
	part[MEMORY_FRAGMENTS] = at_least_0(active - allocated);
	if (resident >= 0)
		part[MEMORY_CACHED] = at_least_0(resident - active);
	else if (free_bytes >= 0)
		part[MEMORY_CACHED] =
			at_least_0(free_bytes - part[MEMORY_FRAGMENTS]);
}

/*
 * The live state is shared memory, unless it could not be had as a file; of the
 * chunks that are mapped not every page was touched.
 */
static void
take_own(int64_t *part, const struct process *it)
{
	int64_t own = (int64_t)it->own, shared = (int64_t)it->rss_shared;
	int64_t in_shared = least(own, shared);
	int64_t chunks = (shared + CHUNK - 1) / CHUNK * CHUNK;

	part[MEMORY_OWN] = in_shared + at_least_0(own - chunks);
	part[MEMORY_SHARED] = shared - in_shared;
}

static void
reduce(int64_t *part, int64_t most, int64_t *rest)
{
	int64_t by = least(least(*part, most), -*rest);

	*part -= by;
	*rest += by;
}

/*
 * *rest is below 0. The kernel makes one mapping of a stack and of a block that
 * the allocator mapped beside it: such a block was counted twice.
 */
static void
take_back(int64_t *part, const struct process_allocator *a, int64_t *rest)
{
	int64_t mapped = size_of(a->mapped);
	int64_t kept = part[MEMORY_CACHED] + part[MEMORY_HELD];

	reduce(&part[MEMORY_STACKS], at_least_0(mapped), rest);
	/* Who does not say what it handed out tells what it could touch. */
	if (size_of(a->allocated) < 0)
		reduce(&part[MEMORY_HELD], INT64_MAX, rest);
	if (-*rest > UNTOUCHED + kept / UNTOUCHED_SHARE)
		return;
	reduce(&part[MEMORY_CACHED], INT64_MAX, rest);
	reduce(&part[MEMORY_HELD], INT64_MAX, rest);
}

static void
take_process(int64_t part[MEMORY_PARTS], const struct process *it, double live)
{
	int64_t rest = (int64_t)it->rss;

	part[MEMORY_LIVE] = llround(live);
	if (was_asked(it))
		take_allocator(part, &it->allocator);
	take_own(part, it);
	part[MEMORY_STACKS] =
		least((int64_t)it->rss_stacks, (int64_t)it->rss_anonymous);
	part[MEMORY_FILES] = (int64_t)it->rss_file;
	for (int i = 0; i < MEMORY_PARTS; i++)
		rest -= part[i];
	if (rest >= 0) {
		part[MEMORY_OTHER] = rest;
		return;
	}
	if (was_asked(it))
		take_back(part, &it->allocator, &rest);
	part[MEMORY_ABSENT] = rest;
}

/*
 * The parts of the heap as far as they are in memory: nobody knows which blocks
 * the absent pages are of, so each has its share.
 */
static void
in_memory(int64_t heap[MEMORY_HELD + 1], const struct memory *m)
{
	double all = 0, share;

	heap[MEMORY_LIVE] =
		at_least_0(m->part[MEMORY_LIVE] + m->part[MEMORY_ROUNDING]);
	heap[MEMORY_ROUNDING] = 0;
	for (int i = MEMORY_FRAGMENTS; i <= MEMORY_HELD; i++)
		heap[i] = m->part[i];
	for (int i = 0; i <= MEMORY_HELD; i++)
		all += (double)heap[i];
	share = all > 0 ? 1 + (double)m->part[MEMORY_ABSENT] / all : 0;
	for (int i = 0; i <= MEMORY_HELD; i++)
		heap[i] = llround(fmax(share, 0) * (double)heap[i]);
}

static void
judge(struct memory *m)
{
	const int64_t *part = m->part;
	int64_t base = m->rss - part[MEMORY_OWN], not_heap = 0;
	int64_t heap[MEMORY_HELD + 1];
	enum memory_part waste = MEMORY_FRAGMENTS, what = MEMORY_OTHER;

	in_memory(heap, m);
	for (int i = MEMORY_CACHED; i <= MEMORY_HELD; i++)
		if (heap[i] > heap[waste])
			waste = (enum memory_part)i;
	for (int i = MEMORY_STACKS; i < MEMORY_ABSENT; i++) {
		if (i == MEMORY_OWN)
			continue;
		not_heap += part[i];
		if (part[i] > part[what])
			what = (enum memory_part)i;
	}
	m->about = MEMORY_LIVE;
	if (heap[waste] >= base / NOTABLE && heap[waste] >= not_heap)
		m->about = waste;
	else if (not_heap > heap[MEMORY_LIVE])
		m->about = what;
	m->amount = m->about <= MEMORY_HELD ? heap[m->about] : part[what];
	m->verdict = m->about == MEMORY_LIVE	    ? VERDICT_LIVE
		     : m->about == MEMORY_FRAGMENTS ? VERDICT_FRAGMENTATION
		     : m->about == MEMORY_CACHED    ? VERDICT_CACHED
		     : m->about == MEMORY_HELD	    ? VERDICT_HELD
		     : m->about == MEMORY_OTHER && !m->asked ? VERDICT_UNKNOWN
							     : VERDICT_NOT_HEAP;
}

static void
add(struct memory *m, const struct process *it, double live)
{
	int64_t part[MEMORY_PARTS] = { 0 };
	bool said =
		was_asked(it) && (size_of(it->allocator.allocated) >= 0 ||
					 size_of(it->allocator.resident) >= 0);
	uint32_t name = it->allocator.asked ? it->allocator.name : NONE;

	take_process(part, it, live);
	for (int i = 0; i < MEMORY_PARTS; i++)
		m->part[i] += part[i];
	m->rss += (int64_t)it->rss;
	m->rss_peak += (int64_t)it->rss_peak;
	if (m->processes++ == 0)
		m->allocator = name;
	else if (m->allocator != name)
		m->allocator = NONE;
	m->asked &= said;
	m->ended &= it->state == PROCESS_ENDED;
}

void
memory_find(struct memory *m, const struct profile *p)
{
	double *live = xcalloc((size_t)p->process_count + 1, sizeof *live);

	*m = (struct memory){ .asked = true, .ended = true, .allocator = NONE };
	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];

		live[r->process] +=
			r->v[INUSE_SPACE].sum + r->inherited_space.sum;
		if (p->processes[r->process].rss_anonymous > 0)
			m->live_var +=
				r->v[INUSE_SPACE].var + r->inherited_space.var;
	}
	for (uint32_t i = 0; i < p->process_count; i++)
		if (makes_sense(&p->processes[i], live[i]))
			add(m, &p->processes[i], live[i]);
	free(live);
	judge(m);
}
