/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"

#include "phases.h"

#define RATES (HFS_INTERVALS - 64)

enum hf_outcome
hf_command_start(void)
{
	return hf_control_set_active(true);
}

enum hf_outcome
hf_command_stop(struct hf_region *r)
{
	enum hf_outcome outcome = hf_control_set_active(false);

	if (r && outcome == HF_DONE)
		hf_phases_end(r, hf_state_clock());
	return outcome;
}

/* The last ones are for a live table that is full: thin.c. */
enum hf_outcome
hf_command_rate(uint64_t interval)
{
	uint32_t now = hf_control_current();

	if (now >= RATES && interval != hf_control_interval(now))
		return HF_REFUSED;
	return hf_control_change(interval);
}

enum hf_outcome
hf_command_mark(struct hf_region *r, const char *name)
{
	return hf_phases_begin(r, name, hf_state_clock()) ? HF_DONE
							  : HF_REFUSED;
}

/* The words are another process's: taken as they come. */
static enum hf_outcome
serve(struct hf_region *r)
{
	char name[HFS_NAME_MAX];

	switch (hf_control.kind) {
	case HFS_START:
		return hf_command_start();
	case HFS_STOP:
		return hf_command_stop(r);
	case HFS_RATE:
		return hf_command_rate(hf_control.argument);
	case HFS_MARK:
		for (int i = 0; i < HFS_NAME_MAX; i++)
			name[i] = hf_control.text[i];
		name[sizeof name - 1] = '\0';
		return hf_command_mark(r, name);
	}
	return HF_REFUSED;
}

void
hf_commands_answer(struct hf_region *r)
{
	uint32_t nobody = 0, request;
	enum hf_outcome outcome;

	/* What a parent is asked is not its children's business. */
	if (!hf_wiped->control || !atomic_compare_exchange_strong(
					  &hf_wiped->answering, &nobody, 1))
		return;
	request = atomic_load(&hf_control.request);
	if (request != atomic_load(&hf_control.handled)) {
		outcome = serve(r);
		/* If busy: who asks wakes us again. */
		if (outcome != HF_BUSY)
			hf_control_answered(request, outcome);
	}
	atomic_store(&hf_wiped->answering, 0);
}
