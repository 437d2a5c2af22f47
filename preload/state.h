/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two regions and the page that a fork empties.
 *
 * shared: include/heapflame_state.h says what is in it. Mapped MAP_SHARED in
 * chunks of 1 MiB as it grows, of the file that state_file.c made; chunks that
 * have no room in it, or all where there is none, are memory without a file.
 * private: copy-on-write memory for the live table.
 *
 * A child by fork, _Fork or raw clone finds no shared region
 * (MADV_WIPEONFORK): hf_state() is NULL there until hf_state_open makes the
 * child's own. vfork and posix_spawn children share the parent's memory, and
 * so its region. Nothing here waits or frees; any thread, any time.
 */
#ifndef HF_STATE_H
#define HF_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "heapflame_state.h"
#include "sys.h"

/*
 * Where this process's shared region is mapped. Private memory: a fork child
 * keeps its parent's, to copy the stacks of inherited blocks from.
 */
struct hf_region {
	struct hfs_header *header; /* chunk 0 */
	uint32_t generation; /* never twice in a line of forks */
	struct hf_region *before; /* the parent's when it forked, or NULL */
	_Atomic hfs_ref newest_module; /* the header's, as of a fork */
	/* Units of the file that may be stored in; _CLOSED: the last ones. */
	_Atomic uint32_t ready;
	_Atomic uint8_t kind[HFS_CHUNKS]; /* enum in state.c */
	void *_Atomic chunks[HFS_CHUNKS];
};

/* Lives in the wiped page: all that a child must not share. */
struct hf_wiped {
	struct hf_region *_Atomic region;
	_Atomic uint32_t original; /* 0 in a child, until it has a region */
	_Atomic uint32_t opening; /* somebody makes the region */
	_Atomic uint32_t control; /* the control page is this process's own */
	_Atomic uint32_t forked; /* a child that has not called exec */
	_Atomic uint32_t forked_from_threads; /* by a parent that had several */
	_Atomic uint32_t dump; /* enum in helper.c */
	int32_t pid; /* whose memory it is; 0: not known */
	_Atomic int32_t helper; /* its pid; 0 while it is being made */
	_Atomic uint32_t helper_done; /* it has nothing left but to be reaped */
	_Atomic uint32_t thinning;
	_Atomic uint32_t growing; /* somebody fills a larger filter */
	_Atomic uint32_t answering; /* somebody does what was asked for */
	_Atomic uint32_t changing; /* somebody changes N, or starts, or stops */
	_Atomic uint32_t modules; /* somebody is looking at the modules */
	_Atomic uint32_t unwinder; /* somebody is in libunwind */
	_Atomic uint64_t next_dump_ns, next_dump_bytes, next_note_ns;
	_Atomic uint64_t next_open_ns; /* not before this */
	_Atomic uint32_t new_modules; /* since they were looked at */
	_Atomic uint32_t new_modules_wait; /* ns until that may be, again */
	uint32_t dump_numbers[3]; /* of kinds i, t, m; helper only */
};

extern HF_HIDDEN struct hf_wiped *hf_wiped;

/*
 * Makes the wiped page. False: no memory, or the kernel can't wipe it, and we
 * may not register a handler of forks instead.
 */
bool hf_state_start(bool may_register) HF_CHECKED;

/* The region of this process, or NULL: none yet. */
static inline struct hf_region *
hf_state(void)
{
	return atomic_load_explicit(&hf_wiped->region, memory_order_acquire);
}

/* A forked child without a region yet, whose parent had one. */
bool hf_state_inherits(void);

/* What is behind the region. */
struct hf_backing {
	void *chunk; /* the first, mapped; NULL: no file */
	uint32_t units; /* at most in the file */
	uint32_t ready; /* of them allocated already */
};

/*
 * True for the one who may, and must, open the region. False also for a while
 * after there was no memory for it: to try at each sample would cost too much.
 */
bool hf_state_claim(void);

/*
 * Makes the region; `fill` (or NULL) writes what the header says of the
 * process, before anybody else can see it. NULL if it can't be had, which is
 * so only where there is no file; the claim is given up then. Takes over
 * backing->chunk.
 */
struct hf_region *hf_state_open(
	const struct hf_backing *backing, void (*fill)(struct hf_region *));

/*
 * Gets memory for pages of a file, so that storing in them can't fail. False:
 * there is no room, or the kernel can't.
 */
#define HF_STATE_STEP (64 << 10)
bool hf_state_populate(void *at, size_t bytes);

/* The record is in the file (or there is none). */
static inline bool
hf_state_in_file(const struct hf_region *r, hfs_ref ref)
{
	return ref < atomic_load_explicit(
			     &r->header->file_units, memory_order_relaxed);
}

/* What is allocated from now on is not in the file. */
static inline bool
hf_state_file_is_full(const struct hf_region *r)
{
	return !hf_state_in_file(r,
		atomic_load_explicit(&r->header->used, memory_order_relaxed));
}

/*
 * `bytes` (at most a chunk) of zeroed shared region, aligned to 16. 0 if
 * MEMORY is used up or the kernel refuses.
 */
hfs_ref hf_state_alloc(struct hf_region *r, size_t bytes);

/* Where a reference that hf_state_alloc gave is in memory. */
static inline void *
hf_state_at(const struct hf_region *r, hfs_ref ref)
{
	uint64_t offset = (uint64_t)ref << HFS_UNIT_SHIFT;
	char *base = atomic_load_explicit(
		&r->chunks[offset >> HFS_CHUNK_SHIFT], memory_order_relaxed);

	return base + (offset & (HFS_CHUNK - 1));
}

/* Private, zeroed; counts against MEMORY. NULL if refused. */
void *hf_state_private(size_t bytes);

/* Gives it back: it was not needed after all, and nobody has seen it. */
void hf_state_private_release(void *p, size_t bytes);

/* Monotonic clock in ns. */
uint64_t hf_state_clock(void);

/* Counts a loss; r may be NULL (then it is counted when there is a region). */
void hf_state_lost(struct hf_region *r, enum hfs_loss cause);

#endif
