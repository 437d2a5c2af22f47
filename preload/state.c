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

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define WIPED_SIZE 4096
#define PER_CHUNK  (HFS_CHUNK >> HFS_UNIT_SHIFT)

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
hf_state_start(bool may_register)
{
	hf_wiped = map(WIPED_SIZE, MAP_PRIVATE);
	if (!hf_wiped)
		return false;
	if (hf_sys3(SYS_madvise, (long)hf_wiped, WIPED_SIZE, MADV_WIPEONFORK) !=
			0 &&
		!(may_register && __register_atfork &&
			__register_atfork(NULL, NULL, wipe, NULL) == 0)) {
		hf_sys3(SYS_munmap, (long)hf_wiped, WIPED_SIZE, 0);
		hf_wiped = NULL;
		return false;
	}
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

bool
hf_state_populate(void *at, size_t bytes)
{
	return hf_sys3(SYS_madvise, (long)at, (long)bytes,
		       MADV_POPULATE_WRITE) == 0;
}

bool
hf_state_claim(void)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&hf_wiped->opening, &nobody, 1);
}

void
hf_state_give_up(void)
{
	atomic_store(&hf_wiped->opening, 0);
}

static void
start_header(struct hf_region *r, const struct hf_backing *b)
{
	struct hfs_header *h = r->header;

	h->generation = r->generation;
	h->control.header_size = sizeof *h;
	h->used = (sizeof *h + 15) >> HFS_UNIT_SHIFT;
	h->unit_limit = (uint32_t)((hf_options.memory >> HFS_UNIT_SHIFT) - 1);
	h->file_units = b->chunk ? b->units : UINT32_MAX;
	h->own_bytes = HFS_CHUNK + private_bytes;
}

static struct hf_region *
make_region(const struct hf_backing *b)
{
	struct hf_region *r = map(sizeof *r, MAP_PRIVATE);
	void *chunk = b->chunk;

	if (r && !chunk)
		chunk = map(HFS_CHUNK, MAP_SHARED);
	if (!r || !chunk) {
		if (r)
			hf_sys3(SYS_munmap, (long)r, sizeof *r, 0);
		if (chunk)
			hf_sys3(SYS_munmap, (long)chunk, HFS_CHUNK, 0);
		return NULL;
	}
	r->header = chunk;
	r->chunks[0] = chunk;
	r->file = b->chunk != NULL;
	r->ready = b->ready ? b->ready : HF_STATE_STEP >> HFS_UNIT_SHIFT;
	r->generation = atomic_fetch_add(&generations, 1) + 1;
	r->before = newest;
	start_header(r, b);
	return r;
}

struct hf_region *
hf_state_open(const struct hf_backing *b, void (*fill)(struct hf_region *))
{
	struct hf_region *r = make_region(b);

	if (!r) {
		hf_state_give_up();
		return NULL;
	}
	if (fill)
		fill(r);
	atomic_store(&hf_wiped->region, r);
	for (int i = 0; i < HFS_LOSSES; i++)
		r->header->lost[i] += atomic_exchange(&early_losses[i], 0);
	newest = r;
	return r;
}

/*
 * The next MiB of the file, without a descriptor: a shared mapping that is
 * remapped with an old size of 0 is mapped once more, and may be longer.
 */
static void *
map_more(struct hf_region *r, uint32_t i)
{
	uint32_t from = i - 1;
	size_t before;
	long at;

	while (!r->chunks[from])
		from--;
	before = (size_t)(i - from) << HFS_CHUNK_SHIFT;
	at = hf_sys4(SYS_mremap, (long)r->chunks[from], 0,
		(long)(before + HFS_CHUNK), MREMAP_MAYMOVE);
	if (hf_sys_failed(at))
		return NULL;
	hf_sys3(SYS_munmap, at, (long)before, 0);
	at += (long)before;
	hf_sys3(SYS_madvise, at, HFS_CHUNK, MADV_NOHUGEPAGE);
	return (void *)at;
}

/* Maps chunk i of the region if it is not there yet. */
static bool
have_chunk(struct hf_region *r, uint32_t i)
{
	void *none = NULL, *chunk;

	if (atomic_load_explicit(&r->chunks[i], memory_order_acquire))
		return true;
	chunk = r->file && hf_state_in_file(r, i * PER_CHUNK)
			? map_more(r, i)
			: map(HFS_CHUNK, MAP_SHARED);
	if (!chunk)
		return false;
	if (!atomic_compare_exchange_strong(&r->chunks[i], &none, chunk))
		hf_sys3(SYS_munmap, (long)chunk, HFS_CHUNK, 0);
	else
		atomic_fetch_add_explicit(
			&r->header->own_bytes, HFS_CHUNK, memory_order_relaxed);
	return true;
}

/* No more room in the file: what comes now is in memory only. */
static void
leave_file(struct hf_region *r, uint32_t at)
{
	uint32_t units = atomic_load(&r->header->file_units);

	while (at < units && !atomic_compare_exchange_weak(
				     &r->header->file_units, &units, at))
		;
}

/*
 * Units up to `end` of the file may be stored in; everything below `ready` is,
 * also what was skipped at the end of a chunk.
 */
static bool
have_pages(struct hf_region *r, uint32_t end)
{
	uint32_t ready = atomic_load_explicit(&r->ready, memory_order_acquire);

	while (ready < end) {
		if (!have_chunk(r, ready / PER_CHUNK))
			return false;
		if (!hf_state_populate(hf_state_at(r, ready), HF_STATE_STEP))
			return false;
		/* Whoever else did the same has done no harm. */
		if (atomic_compare_exchange_strong(&r->ready, &ready,
			    ready + (HF_STATE_STEP >> HFS_UNIT_SHIFT)))
			ready += HF_STATE_STEP >> HFS_UNIT_SHIFT;
	}
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

/* Where `units` go that begin at `used` or later. */
static uint32_t
place(const struct hf_region *r, uint32_t used, uint32_t units)
{
	uint32_t limit = atomic_load(&r->header->file_units);
	uint32_t at = used;

	/* A record does not cross from one chunk into the next, */
	if (at / PER_CHUNK != (at + units - 1) / PER_CHUNK)
		at = (at / PER_CHUNK + 1) * PER_CHUNK;
	/* and not from the file into memory that is not in it. */
	if (at < limit && at + units > limit)
		at = (limit + PER_CHUNK - 1) / PER_CHUNK * PER_CHUNK;
	return at;
}

static bool
have_room(struct hf_region *r, uint32_t at, uint32_t units)
{
	if (r->file && hf_state_in_file(r, at) && !have_pages(r, at + units)) {
		leave_file(r, at);
		return false;
	}
	return have_chunk(r, at / PER_CHUNK);
}

hfs_ref
hf_state_alloc(struct hf_region *r, size_t bytes)
{
	struct hfs_header *h = r->header;
	uint32_t units = (uint32_t)((bytes + 15) >> HFS_UNIT_SHIFT);
	uint32_t used = atomic_load_explicit(&h->used, memory_order_relaxed);
	uint32_t at;

	if (units > PER_CHUNK || over_budget(r, bytes))
		return 0;
	do {
		at = place(r, used, units);
		if (at + units > h->unit_limit)
			return 0;
		if (!have_room(r, at, units)) {
			at = place(r, used, units);
			if (at + units > h->unit_limit ||
				!have_room(r, at, units))
				return 0;
		}
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
