/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "sampler.h"

struct hf_control hf_control;

uint32_t
hf_control_current(void)
{
	return atomic_load_explicit(
		       &hf_control.intervals, memory_order_acquire) -
	       1;
}

static void
append(uint64_t interval)
{
	uint32_t n = atomic_load(&hf_control.intervals);

	hf_control.interval[n].bytes = interval;
	hf_control.interval[n].since_ns = hf_state_clock();
	atomic_store_explicit(
		&hf_control.intervals, n + 1, memory_order_release);
}

void
hf_control_start(uint64_t interval, bool active)
{
	append(interval);
	atomic_store(&hf_control.threshold,
		active ? HF_THRESHOLD_FIRST : HF_DORMANT);
}

void
hf_control_off(void)
{
	atomic_store(&hf_control.threshold, HF_DORMANT);
}

bool
hf_control_change(uint64_t interval)
{
	uint32_t nobody = 0;
	bool room;

	if (interval > HF_INTERVAL_MAX ||
		!atomic_compare_exchange_strong(
			&hf_wiped->changing_interval, &nobody, 1))
		return false;
	room = atomic_load(&hf_control.intervals) < HFS_INTERVALS;
	if (room) {
		append(interval);
		atomic_fetch_sub(&hf_control.threshold, HF_THRESHOLD_STEP);
		if (hf_state())
			hf_control_publish(hf_state());
	}
	atomic_store(&hf_wiped->changing_interval, 0);
	return room;
}

void
hf_control_publish(struct hf_region *r)
{
	struct hfs_header *h = r->header;
	uint32_t n = atomic_load(&hf_control.intervals);

	for (uint32_t i = atomic_load(&h->interval_count); i < n; i++)
		h->intervals[i] = hf_control.interval[i];
	atomic_store_explicit(&h->interval_count, n, memory_order_release);
}
