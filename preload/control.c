/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who changes something holds the wiped page's `changing`; nobody waits for it.
 */
#include "control.h"

#include <sys/mman.h>

#include "sampler.h"

/* Far below it lies 0, which says that there is no profiler. */
#define LOWEST (1ULL << 50)

_Alignas(HFS_PAGE) union hf_control_page hf_control_page;
struct hf_intervals hf_intervals;

/* What other processes write must not bring back what was turned off. */
static _Atomic bool is_off;

uint32_t
hf_control_current(void)
{
	return atomic_load_explicit(&hf_intervals.count, memory_order_acquire) -
	       1;
}

static bool
claim(void)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&hf_wiped->changing, &nobody, 1);
}

static void
release(void)
{
	atomic_store(&hf_wiped->changing, 0);
}

static void
append(uint64_t interval)
{
	uint32_t n = atomic_load(&hf_intervals.count);

	hf_intervals.interval[n].bytes = interval;
	hf_intervals.interval[n].since_ns = hf_state_clock();
	atomic_store_explicit(&hf_intervals.count, n + 1, memory_order_release);
}

void
hf_control_start(uint64_t interval, bool active)
{
	append(interval);
	hf_control.awake = HF_THRESHOLD_FIRST;
	hf_control.active = active;
	atomic_store(&hf_control.threshold,
		active ? HF_THRESHOLD_FIRST : HF_DORMANT);
	/* Here, in the process that was started. */
	if (hf_wiped)
		hf_wiped->control = 1;
}

void
hf_control_off(void)
{
	is_off = true;
	hf_control_own();
	if (hf_wiped && !hf_wiped->control) /* the parent's */
		return;
	hf_control.active = 0;
	atomic_store(&hf_control.threshold, HF_DORMANT);
}

/* What somebody may have drawn with who has not come since. */
static uint64_t
largest_interval(void)
{
	uint32_t i = hf_control_current();
	uint64_t now = hf_control_interval(i);
	uint64_t before = i > 0 ? hf_control_interval(i - 1) : 0;

	return now > before ? now : before;
}

/*
 * Every thread comes to the slow path and draws anew. False: too often. Others
 * lower it, too (analyzer/state_ask.c), by steps of their own.
 */
static bool
lower_threshold(void)
{
	uint64_t step = HFS_THRESHOLD_STEP(largest_interval());
	uint64_t awake = atomic_load(&hf_control.awake), now;

	do {
		if (is_off || awake < LOWEST + step)
			return false;
	} while (!atomic_compare_exchange_weak(
		&hf_control.awake, &awake, awake - step));
	now = atomic_load(&hf_control.threshold);
	while (now > awake - step &&
		!atomic_compare_exchange_weak(
			&hf_control.threshold, &now, awake - step))
		;
	return true;
}

/* Active first: see hf_control_answered. */
static bool
set_active(bool active)
{
	if (active == hf_control_active())
		return !is_off;
	hf_control.active = active;
	if (!active)
		atomic_store(&hf_control.threshold, HF_DORMANT);
	else if (!lower_threshold())
		hf_control.active = 0;
	return active == hf_control_active();
}

/* The page is ours, and so is the turn to change it. */
static bool
claim_own(void)
{
	hf_control_own();
	return hf_wiped->control && claim();
}

enum hf_outcome
hf_control_set_active(bool active)
{
	bool done;

	if (!claim_own())
		return HF_BUSY;
	done = set_active(active);
	release();
	return done ? HF_DONE : HF_REFUSED;
}

static bool
change(uint64_t interval)
{
	if (interval == hf_control_interval(hf_control_current()))
		return true;
	if (interval == 0 || interval > HF_INTERVAL_MAX ||
		atomic_load(&hf_intervals.count) == HFS_INTERVALS)
		return false;
	if (hf_control_active() && !lower_threshold())
		return false;
	append(interval);
	if (hf_state())
		hf_control_publish(hf_state());
	return true;
}

enum hf_outcome
hf_control_change(uint64_t interval)
{
	bool done;

	if (!claim_own())
		return HF_BUSY;
	done = change(interval);
	release();
	return done ? HF_DONE : HF_REFUSED;
}

void
hf_control_publish(struct hf_region *r)
{
	struct hfs_header *h = r->header;
	uint32_t n = atomic_load(&hf_intervals.count);
	uint32_t there = atomic_load(&h->interval_count);

	for (uint32_t i = there; i < n; i++)
		h->intervals[i] = hf_intervals.interval[i];
	while (there < n &&
		!atomic_compare_exchange_weak(&h->interval_count, &there, n))
		;
}

/* The words of one page into another; the threshold last. */
static void
copy_words(struct hfs_control *to, const struct hfs_control *from)
{
	to->awake = atomic_load(&from->awake);
	to->active = atomic_load(&from->active);
	atomic_store(&to->threshold, atomic_load(&from->threshold));
}

/* MAP_FIXED takes the old page away only once it has the new one. */
static bool
put_page(int sharing, long fd)
{
	return !hf_sys_failed(hf_sys6(SYS_mmap, (long)&hf_control_page,
		HFS_PAGE, PROT_READ | PROT_WRITE, sharing | MAP_FIXED, fd, 0));
}

/* Whoever has the turn has it for a moment, and does not wait for the helper.
 */
static bool
claim_patiently(void)
{
	for (int i = 0; i < 1000; i++) {
		if (claim())
			return true;
		hf_sys3(SYS_sched_yield, 0, 0, 0);
	}
	return false;
}

void
hf_control_move(struct hfs_control *to, int fd)
{
	/* Where it can't be had nobody can ask for anything; no harm else. */
	if (!claim_patiently())
		return;
	copy_words(to, &hf_control);
	if (put_page(MAP_SHARED, fd))
		hf_wiped->control = 1;
	release();
}

/*
 * Meanwhile, for a moment, the threshold is 0: whoever allocates then only
 * forwards, and comes again.
 */
void
hf_control_own(void)
{
	struct hfs_control parents;

	if (!hf_wiped || hf_wiped->control || !claim())
		return;
	copy_words(&parents, &hf_control);
	if (!hf_wiped->control && put_page(MAP_PRIVATE | MAP_ANONYMOUS, -1)) {
		copy_words(&hf_control, &parents);
		hf_wiped->control = 1;
	}
	release();
}

void
hf_control_answered(uint32_t request, enum hf_outcome outcome)
{
	uint64_t woken = atomic_load(&hf_control.threshold);

	hf_control.outcome = outcome == HF_DONE ? HFS_DONE : HFS_REFUSED;
	/* They were woken to hear this. A start that comes now lowers it. */
	if (!hf_control_active())
		atomic_compare_exchange_strong(
			&hf_control.threshold, &woken, HF_DORMANT);
	atomic_store(&hf_control.handled, request);
}
