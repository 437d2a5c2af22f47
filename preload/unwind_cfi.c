/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The default: one process-wide, lock-free cache of code address -> row. A miss
 * asks _dl_find_object (lock-free, glibc >= 2.35) for the module's unwind table
 * and cfi.c for the row. No allocation, no loader lock, no descriptor.
 *
 * A cache row is two words; each holds a part of the address, so that a torn
 * read is a miss. A row is valid for the epoch of unloads it was made in.
 */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>

#include "cfi.h"
#include "modules.h"
#include "next.h"
#include "readable.h"
#include "unwind.h"

/* glibc's struct dl_find_object, which older headers lack. */
struct found_object {
	unsigned long long flags;
	void *map_start, *map_end;
	struct link_map *map;
	void *eh_frame_header;
	unsigned long long reserved[7];
};

static int (*find_object)(void *pc, struct found_object *found);

/*
 * first:  address (48 bits) | interrupted | rbp_saved | kind
 * second: offset (27 bits) | saved, in units of 8 (20 bits) | check (17 bits)
 * The offset is on the way from each frame to the next: one shift and it is
 * there. All else is only compared, and so predicted. The address is the
 * frame's own, so that no lookup waits for what a return address is stepped
 * back by.
 */
struct cached {
	_Atomic uint64_t first, second;
};

#define CACHE_BITS 15 /* sets of two */

static struct cached cache[2 << CACHE_BITS] __attribute__((aligned(64)));

#define KIND_BITS   3
#define INTERRUPTED (2u << KIND_BITS)
#define ADDRESS_AT  16 /* bits of `first` before it */
#define OFFSET_BITS 27
#define SAVED_BITS  20 /* in units of 8 */
#define CHECK_BITS  17

/* Can the two words hold it? Else it becomes one without information. */
static bool
fits(const struct hf_row *row)
{
	const int64_t offset_limit = 1LL << (OFFSET_BITS - 1);
	const int64_t saved_limit = 1LL << (SAVED_BITS - 1);
	int64_t saved = row->saved / 8;

	return row->offset < offset_limit && row->offset >= -offset_limit &&
	       row->saved % 8 == 0 && saved < saved_limit &&
	       saved >= -saved_limit;
}

struct frame {
	uintptr_t pc, sp, bp;
	bool interrupted; /* pc is not a return address */
};

static inline struct hf_row
unpack(uint64_t first, uint64_t second)
{
	struct hf_row row;

	row.kind = first & ((1u << KIND_BITS) - 1);
	row.rbp_saved = first >> KIND_BITS & 1;
	row.offset = (int32_t)((int64_t)second >> (64 - OFFSET_BITS));
	row.saved = (int32_t)((int64_t)(second << OFFSET_BITS) >>
			      (64 - SAVED_BITS)) *
		    8;
	return row;
}

static inline uint64_t
mix(uintptr_t pc)
{
	return pc * 0x9e3779b97f4a7c15ULL;
}

static inline uint64_t
check_of(uintptr_t pc, uint32_t epoch)
{
	return (mix(pc) ^ epoch * 0x2545f491ULL) & ((1ULL << CHECK_BITS) - 1);
}

static struct hf_row HF_COLD
miss(const struct frame *f, uint32_t epoch, struct cached *set)
{
	struct hf_row row = { .kind = HF_ROW_NONE };
	uintptr_t pc = f->pc - !f->interrupted;
	struct found_object o;
	struct cached *victim;

	if (find_object((void *)pc, &o) == 0)
		row = hf_cfi_row(pc, o.eh_frame_header, (uintptr_t)o.map_start,
			(uintptr_t)o.map_end);
	if (!fits(&row))
		row = (struct hf_row){ .kind = HF_ROW_NONE };
	/* The colder half of the set: the one that is not in the first place.
	 */
	victim = atomic_load_explicit(&set[0].first, memory_order_relaxed) == 0
			 ? &set[0]
			 : &set[1];
	if (victim == &set[1] && mix(f->pc) & 1) {
		atomic_store_explicit(&set[1].first, 0, memory_order_relaxed);
		victim = &set[0];
	}
	atomic_store_explicit(&victim->second,
		(uint64_t)row.offset << (64 - OFFSET_BITS) |
			((uint64_t)(row.saved / 8) & ((1 << SAVED_BITS) - 1))
				<< CHECK_BITS |
			check_of(f->pc, epoch),
		memory_order_relaxed);
	atomic_store_explicit(&victim->first,
		f->pc << ADDRESS_AT | (f->interrupted ? INTERRUPTED : 0) |
			(uint64_t)row.rbp_saved << KIND_BITS | row.kind,
		memory_order_release);
	return row;
}

static inline struct hf_row
row_at(const struct frame *f, uint32_t epoch)
{
	struct cached *set = &cache[mix(f->pc) >> (64 - CACHE_BITS) << 1];

	for (int i = 0; i < 2; i++) {
		uint64_t first = atomic_load_explicit(
			&set[i].first, memory_order_acquire);
		uint64_t second = atomic_load_explicit(
			&set[i].second, memory_order_relaxed);

		if (first >> ADDRESS_AT == f->pc &&
			!(first & INTERRUPTED) == !f->interrupted &&
			(second & ((1 << CHECK_BITS) - 1)) ==
				check_of(f->pc, epoch))
			return unpack(first, second);
	}
	return miss(f, epoch, set);
}

static inline uintptr_t
word(uintptr_t at)
{
	uintptr_t w;

	memcpy(&w, (const void *)at, sizeof w);
	return w;
}

/* The kernel left the registers of the interrupted code at sp. */
static bool
step_signal(struct frame *f)
{
	/* ucontext: flags, link, stack (40 bytes), then r8..r15, rdi, rsi,
	   rbp, rbx, rdx, rax, rcx, rsp, rip */
	uintptr_t registers = f->sp + 40;

	if (!hf_readable(registers + 10 * 8) ||
		!hf_readable(registers + 16 * 8))
		return false;
	f->bp = word(registers + 10 * 8);
	f->sp = word(registers + 15 * 8);
	f->pc = word(registers + 16 * 8);
	f->interrupted = true;
	return true;
}

/*
 * Code without tables (JIT, hand-written): by frame pointer, if the chain
 * looks like one and leads into code that is loaded.
 */
static bool
step_frame_pointer(struct frame *f)
{
	struct found_object o;
	uintptr_t pc;

	if (f->bp & 7 || f->bp <= f->sp || f->bp - f->sp > 1 << 20 ||
		!hf_readable_probe(f->bp & -HF_PAGE) ||
		!hf_readable_probe((f->bp + 8) & -HF_PAGE))
		return false;
	pc = word(f->bp + 8);
	if (find_object((void *)(pc - 1), &o) != 0)
		return false;
	f->sp = f->bp + 16;
	f->bp = word(f->bp);
	f->pc = pc;
	f->interrupted = false;
	return true;
}

/* Steps by a row with a CFA. False: what it says can't be true. */
static inline bool
step_row(struct frame *f, const struct hf_row *row)
{
	uintptr_t cfa, base = f->sp, saved_at;

	if (row->kind == HF_ROW_RSP) {
		cfa = f->sp + (intptr_t)row->offset;
	} else if (row->kind == HF_ROW_RBP) {
		cfa = f->bp + (intptr_t)row->offset;
	} else if (row->kind == HF_ROW_PLT) {
		cfa = f->sp + ((f->pc & 15) >= (uintptr_t)row->offset ? 16 : 8);
	} else {
		if (!hf_readable(f->bp + (intptr_t)row->offset))
			return false;
		cfa = word(f->bp + (intptr_t)row->offset);
	}
	if (cfa <= base || !hf_readable(cfa - 8))
		return false;
	if (row->rbp_saved) {
		saved_at = (row->kind == HF_ROW_DEREF ? f->bp : cfa) +
			   (intptr_t)row->saved;
		if (!hf_readable(saved_at))
			return false;
		f->bp = word(saved_at);
	}
	f->pc = word(cfa - 8);
	f->sp = cfa;
	f->interrupted = false;
	return true;
}

/* To the caller. False: the walk ends; *truncated if it should not have. */
static inline bool
step(struct frame *f, uint32_t epoch, bool *truncated)
{
	struct hf_row row = row_at(f, epoch);
	bool done;

	if (HF_LIKELY(row.kind == HF_ROW_RSP || row.kind == HF_ROW_RBP))
		done = step_row(f, &row);
	else if (row.kind == HF_ROW_END)
		return false;
	else if (row.kind == HF_ROW_SIGNAL)
		done = step_signal(f);
	else if (row.kind == HF_ROW_NONE)
		done = step_frame_pointer(f);
	else
		done = step_row(f, &row);
	if (!done)
		*truncated = true;
	return done && f->pc != 0;
}

static void
capture(struct hf_capture *c)
{
	uint32_t epoch = hf_modules_epoch();
	bool truncated = false;
	const struct hf_frame_link *hook = c->hook;
	struct frame f = {
		.pc = hook->pc, .sp = (uintptr_t)(hook + 1), .bp = hook->bp
	};

	hf_readable_begin((uintptr_t)hook);
	while (hf_unwind_add(c, f.pc) && step(&f, epoch, &truncated))
		;
	if (truncated)
		c->flags |= HFS_TRUNCATED;
}

static bool
start(void)
{
	find_object = hf_next_symbol("_dl_find_object");
	return find_object != NULL;
}

const struct hf_unwinder hf_unwind_cfi = { "cfi", false, start, capture };
