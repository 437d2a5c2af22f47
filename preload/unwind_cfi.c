/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The default: one process-wide, lock-free cache of code address -> row. A miss
 * asks _dl_find_object (lock-free, glibc >= 2.35; before, objects.c) for the
 * module's unwind table and cfi.c for the row. No allocation, no loader lock,
 * no descriptor.
 *
 * A cache row is two words; each holds a part of the address, so that a torn
 * read is a miss. A row is valid for the epoch of unloads it was made in.
 */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

#include "cfi.h"
#include "modules.h"
#include "next.h"
#include "objects.h"
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

extern struct r_debug _r_debug;

static int (*glibc_find)(void *pc, struct found_object *found);

/* Where the program begins: some linkers keep no table for that. */
#define ENTRY_MAX 64

static uintptr_t program_entry;

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

/* So many frames of JIT code in a row are followed. */
#define CHAIN_MAX 128

static struct cached cache[2 << CACHE_BITS] __attribute__((aligned(64)));

#define KIND_BITS   3
#define KINDS	    ((1u << KIND_BITS) - 1)
#define RBP_SAVED   (1u << KIND_BITS)
#define INTERRUPTED (2u << KIND_BITS)
#define ADDRESS_AT  16 /* bits of `first` before it */
#define OFFSET_BITS 27
#define SAVED_BITS  20 /* in units of 8 */
#define CHECK_BITS  17

/* Whose address is it, and has the helper seen him? */
static bool
find_object(uintptr_t pc, struct hf_object *found)
{
	struct found_object o;

	if (!glibc_find) {
		if (hf_objects_find(pc, found))
			return true;
		hf_modules_unknown(0);
		return false;
	}
	if (glibc_find((void *)pc, &o) != 0)
		return false;
	*found = (struct hf_object){ (uintptr_t)o.map_start,
		(uintptr_t)o.map_end, o.eh_frame_header };
	hf_modules_unknown(found->start);
	return true;
}

/* The loader was there before everybody, and stays. */
static bool
is_loader(const struct hf_object *o)
{
	return o->start <= _r_debug.r_ldbase && _r_debug.r_ldbase < o->end;
}

/* Can the two words hold it? Else it is a strange one. */
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

static inline intptr_t
offset_of(uint64_t second)
{
	return (int64_t)second >> (64 - OFFSET_BITS);
}

static inline intptr_t
saved_of(uint64_t second)
{
	return ((int64_t)(second << OFFSET_BITS) >> (64 - SAVED_BITS)) * 8;
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

static struct hf_row
look_up(uintptr_t pc, bool *known)
{
	static const struct hf_row end = { .kind = HF_ROW_END },
				   strange = { .kind = HF_ROW_STRANGE };
	struct hf_row row = { .kind = HF_ROW_NONE };
	struct hf_object o;

	*known = find_object(pc, &o);
	if (!*known)
		return row;
	row = hf_cfi_row(pc, o.eh_frame_header, o.start, o.end);
	/* The loader's entry: who is called from there is a constructor. */
	if (row.kind == HF_ROW_NONE && is_loader(&o))
		return end;
	return fits(&row) ? row : strange;
}

/* What the cache says of a frame. */
struct words {
	uint64_t first, second;
};

static struct words HF_COLD
miss(uintptr_t pc, uint64_t interrupted, uint32_t epoch, struct cached *set)
{
	bool known;
	struct hf_row row = look_up(pc - !interrupted, &known);
	struct words w = { pc << ADDRESS_AT | interrupted |
				   (uint64_t)row.rbp_saved << KIND_BITS |
				   row.kind,
		(uint64_t)row.offset << (64 - OFFSET_BITS) |
			((uint64_t)(row.saved / 8) & ((1 << SAVED_BITS) - 1))
				<< CHECK_BITS |
			check_of(pc, epoch) };
	struct cached *victim;

	/* He may be known the next time. */
	if (!known && !glibc_find)
		return w;
	/* The colder half of the set: the one that is not in the first place.
	 */
	victim = atomic_load_explicit(&set[0].first, memory_order_relaxed) == 0
			 ? &set[0]
			 : &set[1];
	if (victim == &set[1] && mix(pc) & 1) {
		atomic_store_explicit(&set[1].first, 0, memory_order_relaxed);
		victim = &set[0];
	}
	atomic_store_explicit(&victim->second, w.second, memory_order_relaxed);
	atomic_store_explicit(&victim->first, w.first, memory_order_release);
	return w;
}

static inline struct words
words_of(uintptr_t pc, uint64_t interrupted, uint32_t epoch)
{
	struct cached *set = &cache[mix(pc) >> (64 - CACHE_BITS) << 1];

	for (int i = 0; i < 2; i++) {
		struct words w = { atomic_load_explicit(
					   &set[i].first, memory_order_acquire),
			atomic_load_explicit(
				&set[i].second, memory_order_relaxed) };

		if (w.first >> ADDRESS_AT == pc &&
			(w.first & INTERRUPTED) == interrupted &&
			(w.second & ((1 << CHECK_BITS) - 1)) ==
				check_of(pc, epoch))
			return w;
	}
	return miss(pc, interrupted, epoch, set);
}

static inline uintptr_t
word(uintptr_t at)
{
	uintptr_t w;

	memcpy(&w, (const void *)at, sizeof w);
	return w;
}

struct frame {
	uintptr_t pc, sp, bp;
	uint64_t
		interrupted; /* INTERRUPTED: pc is not a return address; or 0 */
	bool in_handler; /* a signal frame was passed */
	/* The chain of frame pointers from `linked` on was followed to here. */
	uintptr_t linked, proven;
};

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
	f->interrupted = INTERRUPTED;
	f->in_handler = true;
	return true;
}

/* Could a caller's frame pointer and a return address lie at bp? */
static bool
is_link(uintptr_t sp, uintptr_t bp)
{
	return !(bp & 7) && bp > sp && bp - sp <= 1 << 20 &&
	       hf_readable_alone(bp) && hf_readable_alone(bp + 8);
}

/*
 * Of code that is nowhere loaded (JIT) nothing says that it is code. But where
 * the chain goes on from frame to frame and comes out in code that is loaded,
 * it is one. Each link is looked at once, however many frames there are.
 */
static bool
leads_home(struct frame *f)
{
	uintptr_t sp = f->sp, bp = f->bp;
	struct hf_object o;

	if (bp == f->linked && bp <= f->proven)
		return true;
	for (int i = 0; i < CHAIN_MAX && is_link(sp, bp); i++) {
		uintptr_t pc = word(bp + 8);

		if (pc < HF_PAGE)
			return false;
		if (find_object(pc - 1, &o)) {
			f->proven = bp;
			return true;
		}
		sp = bp + 16;
		bp = word(bp);
	}
	return false;
}

/*
 * Code without tables (JIT, hand-written): by frame pointer, if the chain
 * looks like one and leads into code that is loaded.
 */
static bool
step_frame_pointer(struct frame *f)
{
	if (!is_link(f->sp, f->bp) || !leads_home(f))
		return false;
	f->pc = word(f->bp + 8);
	f->sp = f->bp + 16;
	f->bp = f->linked = word(f->bp);
	f->interrupted = 0;
	return true;
}

/* To the frame at cfa. False: what the row says can't be true. */
static inline bool
step_to(struct frame *f, uintptr_t cfa, uintptr_t saved_base, struct words w)
{
	uintptr_t saved_at = saved_base + saved_of(w.second);

	if (cfa <= f->sp || !hf_readable(cfa - 8))
		return false;
	if (w.first & RBP_SAVED) {
		if (!hf_readable(saved_at))
			return false;
		f->bp = word(saved_at);
	}
	f->pc = word(cfa - 8);
	f->sp = cfa;
	f->interrupted = 0;
	return true;
}

enum outcome { ON, LAST, BROKEN };

/* The kinds that few frames have. */
static enum outcome HF_COLD
step_seldom(struct frame *f, struct words w)
{
	uintptr_t at = f->bp + offset_of(w.second);
	bool done = false;

	switch (w.first & KINDS) {
	case HF_ROW_END:
		return LAST;
	case HF_ROW_SIGNAL:
		done = step_signal(f);
		break;
	case HF_ROW_NONE:
		if (f->pc - program_entry < ENTRY_MAX)
			return LAST;
		done = step_frame_pointer(f);
		break;
	case HF_ROW_PLT:
		at = f->sp +
		     ((intptr_t)(f->pc & 15) >= offset_of(w.second) ? 16 : 8);
		done = step_to(f, at, at, w);
		break;
	case HF_ROW_DEREF:
		done = hf_readable(at) && step_to(f, word(at), f->bp, w);
		break;
	default: /* STRANGE: rbp may hold anything there */
		break;
	}
	return done ? ON : BROKEN;
}

/*
 * To the caller. The frame is copied where somebody needs its address, so that
 * the walk's own stays in registers.
 */
static inline enum outcome
step(struct frame *f, uint32_t epoch)
{
	struct words w = words_of(f->pc, f->interrupted, epoch);
	uint64_t kind = w.first & KINDS;
	enum outcome outcome;

	if (HF_LIKELY(kind == HF_ROW_RSP || kind == HF_ROW_RBP)) {
		uintptr_t cfa = (kind == HF_ROW_RSP ? f->sp : f->bp) +
				offset_of(w.second);

		outcome = step_to(f, cfa, cfa, w) ? ON : BROKEN;
	} else {
		struct frame copy = *f;

		outcome = step_seldom(&copy, w);
		*f = copy;
	}
	return outcome == ON && f->pc == 0 ? LAST : outcome;
}

static void
capture(struct hf_capture *c)
{
	uint32_t epoch = hf_modules_epoch();
	const struct hf_frame_link *hook = c->hook;
	struct frame f = {
		.pc = hook->pc, .sp = (uintptr_t)(hook + 1), .bp = hook->bp
	};
	enum outcome outcome = ON;

	hf_readable_begin((uintptr_t)hook);
	while (outcome == ON && hf_unwind_add(c, f.pc))
		outcome = step(&f, epoch);
	c->interrupted = f.in_handler;
	if (outcome == BROKEN)
		c->flags |= HFS_TRUNCATED;
}

static bool
start(void)
{
	glibc_find = hf_next_symbol("_dl_find_object");
	program_entry = getauxval(AT_ENTRY);
	return glibc_find || hf_objects_start();
}

const struct hf_unwinder hf_unwind_cfi = { "cfi", false, start, capture };
