/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile holds in lists, in which nothing is looked for. */
#include "err.h"
#include "profile.h"

const char *const process_state_words[PROCESS_STATES] = {
	[PROCESS_ENDED] = "ended",
	[PROCESS_RUNNING] = "running when last heard of",
	[PROCESS_KILLED] = "killed",
	[PROCESS_UNTOLD] = "not told whether it ended",
};

uint32_t
profile_phase(struct profile *p, struct phase phase)
{
	GROW32(p->phases, p->phase_count);
	p->phases[p->phase_count] = phase;
	return p->phase_count++;
}

void
profile_moment(struct profile *p, struct moment moment)
{
	GROW32(p->history, p->moment_count);
	p->history[p->moment_count++] = moment;
}

uint32_t
profile_process(struct profile *p, struct process process)
{
	GROW32(p->processes, p->process_count);
	p->processes[p->process_count] = process;
	return p->process_count++;
}

uint64_t
profile_loss_sum(const struct profile *p, uint32_t loss)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < p->loss_count; i++) {
		if (p->losses[i].cause != p->losses[loss].cause)
			continue;
		if (i < loss)
			return 0;
		sum += p->losses[i].count;
	}
	return sum;
}

bool
profile_all_ended(const struct profile *p)
{
	for (uint32_t i = 0; i < p->process_count; i++)
		if (p->processes[i].state != PROCESS_ENDED)
			return false;
	return true;
}

void
profile_intervals(const struct profile *p, uint64_t *least, uint64_t *most)
{
	*least = *most = 0;
	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		/* 0 stands for "not sampled", not for the smallest interval. */
		if (it->interval_min > 0 &&
			(*least == 0 || it->interval_min < *least))
			*least = it->interval_min;
		if (it->interval_max > *most)
			*most = it->interval_max;
	}
}
