/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A region is found through the wiped page and its chunks through an array in
 * private memory. The newest region is remembered in ordinary memory too, which
 * a fork child gets a copy of: that is how it finds what its parent had.
 */
#include "state.h"

#include <linux/mman.h>
#include <sys/mman.h>
#include <time.h>

#include "options.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

#define WIPED_SIZE 4096

_Static_assert(sizeof(struct hf_wiped) <= WIPED_SIZE, "one page");

struct hf_wiped *hf_wiped;

static struct hf_region *_Atomic newest; /* this process's or its parent's */
static _Atomic uint32_t generations;
static _Atomic uint64_t private_bytes;
static _Atomic uint64_t early_losses[HFS_LOSSES];

/* For kernels before 4.14, which can't empty a page on fork. */
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void),
	void *) __attribute__((weak));

static void
wipe(void)
{
	for (size_t i = 0; i < sizeof *hf_wiped; i++)
		((volatile char *)hf_wiped)[i] = 0;
}

static void *
map(size_t bytes, int sharing)
{
	long at = hf_sys6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
		sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (hf_sys_failed(at))
		return NULL;
	hf_sys3(SYS_madvise, at, (long)bytes, MADV_NOHUGEPAGE);
	return (void *)at;
}

bool
hf_state_start(void)
{
	hf_wiped = map(WIPED_SIZE, MAP_PRIVATE);
	if (!hf_wiped)
		return false;
	if (hf_sys3(SYS_madvise, (long)hf_wiped, WIPED_SIZE, MADV_WIPEONFORK) !=
			0 &&
		!(__register_atfork &&
			__register_atfork(NULL, NULL, wipe, NULL) == 0))
		return false;
	hf_wiped->original = 1;
	return true;
}

uint64_t
hf_state_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void
hf_state_lost(struct hf_region *r, enum hfs_loss cause)
{
	atomic_fetch_add_explicit(
		r ? &r->header->lost[cause] : &early_losses[cause], 1,
		memory_order_relaxed);
}

static struct hf_region *
make_region(void)
{
	struct hf_region *r = map(sizeof *r, MAP_PRIVATE);
	struct hfs_header *h;

	if (!r)
		return NULL;
	h = map(HFS_CHUNK, MAP_SHARED);
	if (!h) {
		hf_sys3(SYS_munmap, (long)r, sizeof *r, 0);
		return NULL;
	}
	r->header = h;
	r->generation = atomic_fetch_add(&generations, 1) + 1;
	r->chunks[0] = h;
	h->generation = r->generation;
	h->header_size = sizeof *h;
	h->used = (sizeof *h + 15) >> HFS_UNIT_SHIFT;
	h->unit_limit = (uint32_t)((hf_options.memory >> HFS_UNIT_SHIFT) - 1);
	h->own_bytes = HFS_CHUNK + private_bytes;
	return r;
}

struct hf_region *
hf_state_open(void (*fill)(struct hf_region *), bool *fresh)
{
	struct hf_region *r = hf_state(), *none = NULL;

	*fresh = false;
	if (r)
		return r;
	r = make_region();
	if (!r)
		return NULL;
	r->before = newest;
	if (fill)
		fill(r);
	/* Two threads may get here at once: the first one's region stands. */
	if (!atomic_compare_exchange_strong(&hf_wiped->region, &none, r)) {
		hf_sys3(SYS_munmap, (long)r->header, HFS_CHUNK, 0);
		hf_sys3(SYS_munmap, (long)r, sizeof *r, 0);
		return none;
	}
	for (int i = 0; i < HFS_LOSSES; i++)
		r->header->lost[i] += atomic_exchange(&early_losses[i], 0);
	newest = r;
	*fresh = true;
	return r;
}

/* Maps chunk i of the region if it is not there yet. */
static bool
have_chunk(struct hf_region *r, uint32_t i)
{
	void *none = NULL, *chunk;

	if (atomic_load_explicit(&r->chunks[i], memory_order_acquire))
		return true;
	chunk = map(HFS_CHUNK, MAP_SHARED);
	if (!chunk)
		return false;
	if (!atomic_compare_exchange_strong(&r->chunks[i], &none, chunk))
		hf_sys3(SYS_munmap, (long)chunk, HFS_CHUNK, 0);
	else
		atomic_fetch_add_explicit(
			&r->header->own_bytes, HFS_CHUNK, memory_order_relaxed);
	return true;
}

/* What both regions hold, so that MEMORY bounds them together. */
static bool
over_budget(struct hf_region *r, uint64_t more)
{
	uint64_t units =
		r ? atomic_load_explicit(&r->header->used, memory_order_relaxed)
		  : 0;

	return (units << HFS_UNIT_SHIFT) + private_bytes + more >
	       hf_options.memory;
}

hfs_ref
hf_state_alloc(struct hf_region *r, size_t bytes)
{
	const uint32_t per_chunk = HFS_CHUNK >> HFS_UNIT_SHIFT;
	struct hfs_header *h = r->header;
	uint32_t units = (uint32_t)((bytes + 15) >> HFS_UNIT_SHIFT);
	uint32_t used = atomic_load_explicit(&h->used, memory_order_relaxed);
	uint32_t at;

	if (units > per_chunk || over_budget(r, bytes))
		return 0;
	do {
		at = used;
		/* A record does not cross from one chunk into the next. */
		if (at / per_chunk != (at + units - 1) / per_chunk)
			at = (at / per_chunk + 1) * per_chunk;
		if (at + units > h->unit_limit ||
			!have_chunk(r, at / per_chunk))
			return 0;
	} while (!atomic_compare_exchange_weak(&h->used, &used, at + units));
	return at;
}

void *
hf_state_private(size_t bytes)
{
	struct hf_region *r = hf_state();
	void *p;

	if (over_budget(r, bytes))
		return NULL;
	p = map(bytes, MAP_PRIVATE);
	if (!p)
		return NULL;
	private_bytes += bytes;
	if (r)
		atomic_fetch_add_explicit(
			&r->header->own_bytes, bytes, memory_order_relaxed);
	return p;
}

void
hf_state_private_release(void *p, size_t bytes)
{
	struct hf_region *r = hf_state();

	hf_sys3(SYS_munmap, (long)p, (long)bytes, 0);
	private_bytes -= bytes;
	if (r)
		atomic_fetch_sub_explicit(
			&r->header->own_bytes, bytes, memory_order_relaxed);
}
