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
#define STEP	   (HF_STATE_STEP >> HFS_UNIT_SHIFT)
#define CLOSED	   (1u << 31) /* of `ready` */
#define AGAIN_NS   1000000000 /* until the region is tried again */

_Static_assert(sizeof(struct hf_wiped) <= WIPED_SIZE, "one page");
_Static_assert(sizeof(struct hfs_header) <= HF_STATE_STEP, "has its pages");

/*
 * What a chunk is mapped of: decided once, before it is. A page of the file
 * that was not had in time must never be taken for memory: when the file has
 * no room, storing in it is a SIGBUS.
 */
enum { UNDECIDED, OF_FILE, OF_MEMORY };

struct hf_wiped *hf_wiped;

static struct hf_region *_Atomic newest; /* this process's or its parent's */
static struct hf_region *_Atomic prepared; /* for the next */
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
	hf_wiped->pid = (int32_t)hf_sys3(SYS_getpid, 0, 0, 0);
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

static void
give_up(void)
{
	atomic_store(&hf_wiped->next_open_ns, hf_state_clock() + AGAIN_NS);
	atomic_store(&hf_wiped->opening, 0);
}

/*
 * Whoever made a file and then found no memory for the rest would leave the
 * file behind.
 */
bool
hf_state_claim(void)
{
	uint32_t nobody = 0;

	if (hf_state_clock() < atomic_load(&hf_wiped->next_open_ns) ||
		!atomic_compare_exchange_strong(&hf_wiped->opening, &nobody, 1))
		return false;
	if (!prepared)
		prepared = map(sizeof *prepared, MAP_PRIVATE);
	if (prepared)
		return true;
	give_up();
	return false;
}

bool
hf_state_inherits(void)
{
	return !hf_state() && newest;
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
	struct hf_region *r = prepared;
	void *chunk = b->chunk ? b->chunk : map(HFS_CHUNK, MAP_SHARED);

	if (!chunk)
		return NULL;
	prepared = NULL;
	r->header = chunk;
	r->chunks[0] = chunk;
	r->kind[0] = b->chunk ? OF_FILE : OF_MEMORY;
	r->ready = b->ready ? b->ready : STEP;
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
		give_up();
		return NULL;
	}
	if (fill)
		fill(r);
	/* First, for a child that is forked between the two: what its live
	   table holds is of this one. */
	newest = r;
	atomic_store(&hf_wiped->region, r);
	for (int i = 0; i < HFS_LOSSES; i++)
		r->header->lost[i] += atomic_exchange(&early_losses[i], 0);
	return r;
}

/*
 * The next MiB of the file, without a descriptor: a shared mapping that is
 * remapped with an old size of 0 is mapped once more, and may be longer.
 */
static void *
map_more(struct hf_region *r, uint32_t i)
{
	long at = hf_sys4(SYS_mremap, (long)r->chunks[i - 1], 0, 2L * HFS_CHUNK,
		MREMAP_MAYMOVE);

	if (hf_sys_failed(at))
		return NULL;
	hf_sys3(SYS_munmap, at, HFS_CHUNK, 0);
	at += HFS_CHUNK;
	hf_sys3(SYS_madvise, at, HFS_CHUNK, MADV_NOHUGEPAGE);
	return (void *)at;
}

/* Maps chunk i of the region if it is not there yet, unless it is the other. */
static bool
have_chunk(struct hf_region *r, uint32_t i, uint8_t kind)
{
	uint8_t undecided = UNDECIDED;
	void *none = NULL, *chunk;

	if (!atomic_compare_exchange_strong(&r->kind[i], &undecided, kind) &&
		undecided != kind)
		return false;
	if (atomic_load_explicit(&r->chunks[i], memory_order_acquire))
		return true;
	chunk = kind == OF_FILE ? map_more(r, i) : map(HFS_CHUNK, MAP_SHARED);
	if (!chunk)
		return false;
	if (!atomic_compare_exchange_strong(&r->chunks[i], &none, chunk))
		hf_sys3(SYS_munmap, (long)chunk, HFS_CHUNK, 0);
	else
		atomic_fetch_add_explicit(
			&r->header->own_bytes, HFS_CHUNK, memory_order_relaxed);
	return true;
}

/*
 * Units up to `end` of the file may be stored in; everything below `ready` is,
 * also what was skipped at the end of a chunk. False: the file ends before,
 * for good, and whatever anybody has got of it is below its end.
 */
static bool
have_pages(struct hf_region *r, uint32_t end)
{
	uint32_t ready = atomic_load_explicit(&r->ready, memory_order_acquire);

	while ((ready & ~CLOSED) < end) {
		uint32_t next = ready + STEP;

		if (ready & CLOSED)
			return false;
		if (!have_chunk(r, ready / PER_CHUNK, OF_FILE) ||
			!hf_state_populate(
				hf_state_at(r, ready), HF_STATE_STEP))
			next = ready | CLOSED;
		/* Whoever else did the same has done no harm. */
		if (atomic_compare_exchange_strong(&r->ready, &ready, next))
			ready = next;
	}
	return true;
}

/* What comes now is in memory only. */
static void
leave_file(struct hf_region *r)
{
	uint32_t end = atomic_load(&r->ready) & ~CLOSED;
	uint32_t units = atomic_load(&r->header->file_units);

	while (end < units && !atomic_compare_exchange_weak(
				      &r->header->file_units, &units, end))
		;
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

static uint32_t
next_chunk(uint32_t at)
{
	return (at / PER_CHUNK + 1) * PER_CHUNK;
}

/* Where `units` go that begin at `used` or later. */
static uint32_t
place(const struct hf_region *r, uint32_t used, uint32_t units)
{
	uint32_t file = atomic_load(&r->header->file_units);
	uint32_t at = used;

	/* A record does not cross from one chunk into the next. */
	if (at / PER_CHUNK != (at + units - 1) / PER_CHUNK)
		at = next_chunk(at);
	if (at + units <= file)
		return at;
	while (at < r->header->unit_limit &&
		(at < file || r->kind[at / PER_CHUNK] == OF_FILE))
		at = next_chunk(at);
	return at;
}

static bool
have_room(struct hf_region *r, uint32_t at, uint32_t units)
{
	if (r->kind[0] != OF_FILE || !hf_state_in_file(r, at))
		return have_chunk(r, at / PER_CHUNK, OF_MEMORY);
	if (!have_pages(r, at + units)) {
		leave_file(r);
		return false;
	}
	return have_chunk(r, at / PER_CHUNK, OF_FILE);
}

/* The place, with memory there; 0: there is none. */
static uint32_t
have_place(struct hf_region *r, uint32_t used, uint32_t units)
{
	uint32_t at = place(r, used, units), before;

	do {
		if (at + units > r->header->unit_limit)
			return 0;
		if (have_room(r, at, units))
			return at;
		before = at;
		at = place(r, used, units);
	} while (at != before); /* the file has come to its end meanwhile */
	return 0;
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
	do
		at = have_place(r, used, units);
	while (at &&
		!atomic_compare_exchange_weak(&h->used, &used, at + units));
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
