/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a sample: due -> took -> (detach -> freed).
 *
 * `busy` keeps the profiler from profiling itself, and a signal handler that
 * interrupts it from finding things half-done: an allocation in there only
 * forwards (and is counted if it would have been a sample), a free still takes
 * its sample out, since the tables are lock-free.
 */
#include "profiler.h"

#include <errno.h>

#include "allocator.h"
#include "commands.h"
#include "control.h"
#include "counters.h"
#include "dump.h"
#include "identity.h"
#include "inherit.h"
#include "modules.h"
#include "names.h"
#include "phases.h"
#include "readable.h"
#include "say.h"
#include "stacks.h"
#include "state_file.h"
#include "thin.h"
#include "thread.h"
#include "unloads.h"
#include "unwind.h"

__thread struct hf_thread hf_thread = { .count = HF_COUNT_NEW };

static const struct hf_unwinder *unwinder;
static _Atomic uint32_t threads_seen;

/* NULL: none that can be had without loading a library. */
static const struct hf_unwinder *
choose_unwinder(bool may_load)
{
	static const struct hf_unwinder *const all[] = { &hf_unwind_cfi,
		&hf_unwind_libunwind, &hf_unwind_fp };
	const struct hf_unwinder *u = all[hf_options.unwind];

	if ((may_load || !u->loads) && u->start())
		return u;
	if (!may_load)
		return NULL;
	/* What is there on every machine that libunwind runs on, or nothing. */
	for (int i = 0; i < 3; i++)
		if (all[i] != u && all[i]->start()) {
			hf_say("UNWIND=", u->name,
				" can't be used here, using ", all[i]->name,
				NULL);
			hf_options.unwind = (enum hf_unwind)i;
			return all[i];
		}
	return u;
}

bool
hf_profiler_start(bool may_load)
{
	uint64_t n = hf_options.sample;

	hf_readable_start();
	unwinder = choose_unwinder(may_load);
	if (!unwinder)
		return false;
	/* At N = 1 nearly every free is a hit: nothing to be filtered. */
	if (!hf_live_start(n > 1 ? hf_options.memory / 16 : 0)) {
		hf_say("no memory, not profiling", NULL);
		return false;
	}
	hf_allocator_start();
	hf_control_start(n, hf_options.active);
	return true;
}

/* Different in each thread, each process and each run. */
static void
seed(struct hf_thread *t)
{
	uint64_t s = hf_options.seed;

	if (s == 0)
		s = hf_state_clock() ^ (uint64_t)(uintptr_t)t << 20 ^
		    (uint64_t)hf_sys3(SYS_gettid, 0, 0, 0) << 40;
	s += 0x9e3779b97f4a7c15ULL *
	     atomic_fetch_add_explicit(&threads_seen, 1, memory_order_relaxed);
	t->random = s | 1;
	hf_sampler_random(&t->random);
}

static void
draw(struct hf_thread *t, uint64_t threshold)
{
	uint32_t i = hf_control_current();
	uint64_t n = hf_control_interval(i);

	if (t->random == 0)
		seed(t);
	t->interval = i;
	t->base = threshold;
	if (n > 1) {
		uint32_t host = hf_fp_enter();

		t->count = threshold - 1 -
			   (uint64_t)hf_sampler_draw(&t->random, n);
		hf_fp_leave(host);
	} else {
		t->count = threshold - 1;
	}
}

struct hf_ticket
hf_profiler_due(size_t size)
{
	struct hf_thread *t = &hf_thread;
	uint64_t threshold = hf_control_threshold();
	struct hf_ticket no = { .sampled = false },
			 yes = { .sampled = true, .interval = t->interval };

	if (t->probe) {
		t->probe = 2;
		return no;
	}
	if (threshold == 0 && hf_profiler_early) {
		hf_profiler_early();
		threshold = hf_control_threshold();
	}
	if (threshold == 0) { /* before we can start */
		t->count = HF_COUNT_NEW;
		hf_state_lost(NULL, HFS_LOST_EARLY);
		return no;
	}
	if (size > PTRDIFF_MAX) { /* it will fail: not charged */
		t->count -= size + 1;
		return no;
	}
	if (HF_UNLIKELY(hf_control_asked()) && hf_state() && !t->busy) {
		int saved_errno = errno;

		t->busy++;
		hf_commands_answer(hf_state());
		t->busy--;
		errno = saved_errno;
		threshold = hf_control_threshold();
	}
	if (!hf_control_active()) { /* 4 EiB later */
		t->count = HF_COUNT_NEW;
		return no;
	}
	if (t->base != threshold) {
		/*
		 * The first call of a thread, or N has changed: draw, and
		 * charge this allocation to the new countdown. Never a sample
		 * by force.
		 */
		draw(t, threshold);
		t->count += size + 1;
		if (t->count < threshold)
			return no;
		yes.interval = t->interval;
	}
	draw(t, threshold);
	if (t->busy) {
		hf_state_lost(hf_state(), HFS_LOST_BUSY);
		return no;
	}
	return yes;
}

/* Of the region that is being made. */
static struct hf_birth birth;

/* What nobody may see half-done. */
static void
fill(struct hf_region *r)
{
	struct hf_stack_key full = { .flags = HFS_TABLE_FULL };

	hf_identity_publish(r, &birth);
	hf_control_publish(r);
	hf_dump_schedule();
	/* There must be room for the stack of those that find none. */
	hf_stacks_intern(r, &full);
	/* A helper looks again soon, but who is killed now has names, too. */
	if (r->before)
		hf_modules_inherit(r->before, r);
	else if (hf_modules_at_birth(r))
		hf_wiped->new_modules = 0;
}

#define AWAIT_MS 1000

/*
 * Another thread makes the region; it takes a helper's life, which is short if
 * there is a processor for it. Threads that start together would lose what
 * they sample meanwhile, so they rest, once in a process's life, and not
 * for long: who makes it waits for the kernel alone.
 */
static struct hf_region *
await_region(void)
{
	static _Atomic bool in_vain;
	struct hf_region *r = hf_state();

	for (int i = 0; !r && i < AWAIT_MS && !in_vain; i++) {
		hf_sys3(SYS_poll, 0, 0, 1);
		r = hf_state();
	}
	if (!r)
		in_vain = true;
	return r;
}

/* The region of this process; the first sample makes it. */
static struct hf_region *
region(struct hf_thread *t)
{
	bool child = !hf_wiped->original;
	struct hf_region *r = hf_state();
	struct hf_backing backing;

	if (HF_LIKELY(r != NULL))
		return r;
	if (child && hf_identity_follows_none()) {
		hf_control_off();
		return NULL;
	}
	/* A child by vfork: the memory is its parent's, but not the pid. */
	if (hf_wiped->pid != 0 &&
		hf_wiped->pid != (int32_t)hf_sys3(SYS_getpid, 0, 0, 0))
		return NULL;
	if (!hf_state_claim())
		return await_region();
	hf_control_own();
	hf_birth_now(&birth);
	hf_state_file_make(&birth, &backing);
	r = hf_state_open(&backing, fill);
	if (!r)
		return r;
	/* N may have changed since fill(). */
	hf_control_publish(r);
	hf_wiped->original = 1;
	if (child) {
		hf_wiped->forked = 1;
		hf_wiped->forked_from_threads = threads_seen > 1;
		seed(t);
		hf_inherit(r);
	}
	return r;
}

struct hf_region *
hf_profiler_region(void)
{
	return region(&hf_thread);
}

bool
hf_profiler_interrupted(void)
{
	uintptr_t pcs[64];
	struct hf_capture c = {
		.pcs = pcs, .room = 64, .hook = __builtin_frame_address(0)
	};

	if (unwinder != &hf_unwind_cfi)
		return true;
	unwinder->capture(&c);
	/* What can't be seen to its end may have anything behind it. */
	return c.interrupted || (c.flags & HFS_TRUNCATED);
}

void
hf_profiler_open_for_exit(void)
{
	/* Not a forked child: it is no program of its own. */
	if (hf_wiped->original && hf_options.sample_given &&
		hf_control_active() &&
		hf_control_interval(hf_control_current()) == 1)
		region(&hf_thread);
}

void
hf_profiler_open_dormant(void)
{
	int saved_errno = errno;

	if (hf_control_active())
		return;
	hf_thread.busy++;
	region(&hf_thread);
	hf_thread.busy--;
	errno = saved_errno;
}

static hfs_ref
take_stack(struct hf_region *r, const void *hook, uint64_t now)
{
	size_t room = hf_options.depth;
	uintptr_t *pcs = __builtin_alloca(room * sizeof *pcs);
	struct hf_capture c = {
		.pcs = pcs, .room = (uint32_t)room, .hook = hook
	};
	struct hf_stack_key key = { .pcs = pcs,
		.epoch = hf_modules_epoch(),
		.phase = hf_phases_current(r),
		.thread = hf_names_thread(r, &hf_thread, now),
		.label = hf_names_label(r, &hf_thread) };
	hfs_ref ref;

	unwinder->capture(&c);
	key.depth = c.depth;
	key.flags = c.flags;
	key.hash = c.hash;
	key.unloads = hf_unloads_of(pcs, key.depth);
	ref = hf_stacks_intern(r, &key);
	if (ref)
		return ref;
	hf_state_lost(r, HFS_LOST_STACK_FULL);
	/* The leaf alone may be there already; else the one for everything. */
	key.flags = HFS_TABLE_FULL;
	key.depth = key.depth > 0;
	key.hash = hf_stacks_hash(pcs, key.depth);
	key.unloads = hf_unloads_of(pcs, key.depth);
	ref = hf_stacks_intern(r, &key);
	if (ref)
		return ref;
	/* The one that fill() made. */
	key = (struct hf_stack_key){ .flags = HFS_TABLE_FULL };
	return hf_stacks_intern(r, &key);
}

/* Into the live table; thins it when it is full. */
static bool
enter(struct hf_region *r, const void *block, const struct hf_live_entry *e)
{
	return hf_live_insert(block, e) ||
	       (hf_thin(r, &hf_thread.random) && hf_live_insert(block, e));
}

static void
record(struct hf_region *r, struct hf_ticket ticket, const void *block,
	size_t size, bool realloc)
{
	struct hf_event e = { .size = size };
	uint64_t n = hf_control_interval(ticket.interval);
	uint64_t now = hf_state_clock();
	hfs_ref ref = take_stack(r, ticket.hook, now);
	struct hf_live_entry entry = { .size = size, .birth_ns = now };
	struct hf_detached stale;
	struct hfs_stack *s;

	if (!ref) {
		hf_state_lost(r, HFS_LOST_MEMORY);
		return;
	}
	/* Freed behind our back, by a call that did not pass the hooks. */
	stale = hf_profiler_detach(block);
	hf_profiler_freed(&stale);
	/* A signal handler may have forked in here: the child's own, then. */
	if (hf_state() != r)
		return;
	s = hf_stacks_at(r, ref);
	hf_counters_weigh(&e, n);
	hf_counters_split(&e, &hf_thread.random);
	hf_counters_alloc(r, s, &e, now, realloc);
	entry.id = atomic_fetch_add(&r->header->samples, 1) + 1;
	entry.charge.stack = ref;
	entry.charge.interval = ticket.interval;
	entry.charge.chooser = e.chooser;
	entry.charge.reader = e.reader;
	entry.charge.generation = r->generation & 127;
	entry.charge.tag = entry.id & 0xffff;
	if (!enter(r, block, &entry)) {
		hf_counters_live_sub(r, s, &e, now);
		hf_state_lost(r, HFS_LOST_LIVE_FULL);
	}
	if (hf_options.sample_auto)
		hf_thin_auto(r, &hf_thread.random);
	hf_dump_if_due(r, now);
}

void
hf_profiler_record(
	struct hf_ticket ticket, const void *block, size_t size, bool realloc)
{
	struct hf_thread *t = &hf_thread;
	int saved_errno = errno;
	uint32_t host;
	struct hf_region *r;

	if (!block)
		return;
	t->busy++;
	host = hf_fp_enter();
	r = region(t);
	if (r)
		record(r, ticket, block, size, realloc);
	else
		hf_state_lost(NULL, HFS_LOST_MEMORY);
	hf_fp_leave(host);
	t->busy--;
	errno = saved_errno;
}

struct hf_detached
hf_profiler_detach(const void *block)
{
	struct hf_detached d = { .had = false };

	if (hf_live_maybe(block))
		d.had = hf_live_take(block, &d.entry);
	return d;
}

void
hf_profiler_freed(const struct hf_detached *d)
{
	struct hf_region *r;
	union hf_charge charge = d->entry.charge;
	struct hf_event e = { .size = d->entry.size,
		.chooser = charge.chooser,
		.reader = charge.reader };
	uint64_t now;
	uint32_t host;

	if (!d->had)
		return;
	r = hf_state();
	/* A child that has no region yet, or an entry that it could not take
	   over: then it is in no sum. */
	if (!r || charge.generation != (r->generation & 127))
		return;
	host = hf_fp_enter();
	now = hf_state_clock();
	hf_counters_weigh(&e, hf_control_interval(charge.interval));
	if (charge.inherited)
		hf_counters_disinherit(
			hf_stacks_at(r, charge.stack), &e.weight);
	else
		hf_counters_free(r, hf_stacks_at(r, charge.stack), &e, now,
			now - d->entry.birth_ns);
	hf_fp_leave(host);
}

void
hf_profiler_reattach(const void *block, const struct hf_detached *d)
{
	struct hf_detached lost = *d;

	/* Its place may have been taken meanwhile: then it counts as freed. */
	if (d->had && !hf_live_insert(block, &d->entry))
		hf_profiler_freed(&lost);
}
