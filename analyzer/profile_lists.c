/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile holds in lists, in which nothing is looked for. */
#include "err.h"
#include "profile.h"

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
