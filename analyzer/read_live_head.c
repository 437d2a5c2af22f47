/* SPDX-License-Identifier: Apache-2.0 */
/* From a live state's header to what a profile says of a process. */
#include <limits.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "read_live.h"

/* More than any machine has: such a figure is damaged. */
#define MOST_BYTES  (1ULL << 60)
#define MOST_NS	    (1ULL << 62)
#define SIGNAL_MOST 64

double
live_double(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return isfinite(d) && d > 0 ? d : 0;
}

double
live_bytes(uint64_t fixed)
{
	return (int64_t)fixed > 0 ? (double)fixed / 256 : 0;
}

double
live_objects(uint64_t fixed)
{
	return (int64_t)fixed > 0 ? (double)fixed / 65536 : 0;
}

uint32_t
live_text(struct profile *p, const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	return n > 0 ? strtab_add_n(&p->strings, text, n) : NONE;
}

static uint64_t
sane(uint64_t bytes)
{
	return bytes <= MOST_BYTES ? bytes : 0;
}

static void
later(uint64_t *last, uint64_t ns)
{
	if (ns > *last && ns < MOST_NS)
		*last = ns;
}

int64_t
live_end_ms(const struct hfs_header *h, uint64_t last_ns)
{
	uint32_t n = h->history_count;
	uint64_t start = h->start_wall_ms;

	if (h->ended != HFS_RUNNING && h->end_wall_ms > 0)
		return (int64_t)(h->end_wall_ms & INT64_MAX);
	later(&last_ns, h->rss.ns);
	later(&last_ns, h->allocator.ns);
	later(&last_ns, h->chooser.peak_ns);
	if (n > 0 && n <= HFS_HISTORY)
		later(&last_ns, h->history[n - 1].ns);
	if (start > INT64_MAX / 2)
		return 0;
	return (int64_t)(start + last_ns / 1000000);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Since its start; 0: this is not the clock that it has. */
static uint64_t
lived_ns(const struct hfs_header *h)
{
	struct timespec t;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	return h->start_ns > 0 && h->start_ns < now ? now - h->start_ns : 0;
}

static void
read_identity(struct live *l)
{
	const struct hfs_header *h = &l->header;
	struct process *to = &l->process;

	to->exe = live_text(l->p, h->exe, sizeof h->exe);
	to->id = live_text(l->p, h->id, sizeof h->id);
	to->boot = live_text(l->p, h->boot, sizeof h->boot);
	to->no_state = NONE;
	to->ancestors = h->ancestors_known ? live_text(l->p, h->ancestors,
						     sizeof h->ancestors)
					   : NONE;
	to->parent = live_text(l->p, h->parent, sizeof h->parent);
	to->source = strtab_add(&l->p->strings, l->in->name);
	to->pid = h->pid <= INT_MAX ? (int)h->pid : 0;
	if (h->start_wall_ms <= INT64_MAX / 2)
		to->start_ms = (int64_t)h->start_wall_ms;
	to->state =
		l->owner.fate == LIVE_RUNNING ? PROCESS_RUNNING
		: l->owner.fate == LIVE_EXITED || l->owner.fate == LIVE_DUMPED
			? PROCESS_ENDED
			: PROCESS_KILLED;
	if (l->owner.fate == LIVE_SIGNALLED && l->owner.status > 0 &&
		l->owner.status <= SIGNAL_MOST)
		to->signal = l->owner.status;
	if (to->state == PROCESS_RUNNING) {
		to->end_ms = now_ms();
		to->lived_ns = lived_ns(h);
		to->dormant = h->control.active == 0;
	}
	to->thinned = h->thinned;
	if (h->temp_ms < MOST_NS)
		to->temp_ms = h->temp_ms;
	to->own = sane(h->own_bytes);
	for (int m = 0; m < FOREIGN; m++)
		to->has[m] = true;
}

static void
read_intervals(struct live *l)
{
	const struct hfs_header *h = &l->header;
	struct process *to = &l->process;
	uint32_t n = h->interval_count;

	for (uint32_t i = 0; i < n && i < HFS_INTERVALS; i++) {
		uint64_t bytes = h->intervals[i].bytes;

		if (bytes == 0 || bytes > MOST_BYTES)
			continue;
		if (to->interval_max == 0 || bytes < to->interval_min)
			to->interval_min = bytes;
		if (bytes > to->interval_max)
			to->interval_max = bytes;
	}
}

static void
read_losses(struct live *l)
{
	static const char *const causes[HFS_LOSSES] = { "early", "busy",
		"live_full", "stack_full", "unwind_busy", "unwind_fork", "dump",
		"memory", "module", "state" };

	l->process.first_loss = l->p->loss_count;
	for (int i = 0; i < HFS_LOSSES; i++) {
		uint64_t count = l->header.lost[i];

		if (count == 0)
			continue;
		profile_loss(l->p, causes[i], count);
		l->process.losses++;
	}
}

/* As of the last look of the process at itself, or of ours just now. */
static void
read_rss(struct live *l)
{
	const struct hfs_rss *r = &l->header.rss;
	struct process *to = &l->process;
	struct live_rss now;

	if (r->ns != 0) {
		to->rss = sane(r->rss);
		to->rss_anonymous = sane(r->anonymous);
		to->rss_file = sane(r->file);
		to->rss_shared = sane(r->shared);
		to->rss_peak = sane(r->highest);
		to->rss_stacks = sane(r->stacks);
		later(&l->last_ns, r->ns);
	}
	if (l->owner.fate != LIVE_RUNNING || !live_owner_rss(&l->owner, &now))
		return;
	to->rss = now.rss;
	to->rss_anonymous = now.anonymous;
	to->rss_file = now.file;
	to->rss_shared = now.shared;
	to->rss_peak = now.highest;
}

static void
read_allocator(struct live *l)
{
	const struct hfs_allocator *a = &l->header.allocator;
	struct process_allocator *to = &l->process.allocator;

	if (a->ns == 0)
		return;
	to->name = live_text(l->p, a->name, sizeof a->name);
	to->asked = to->name != NONE;
	to->ns = a->ns;
	to->allocated = a->allocated;
	to->active = a->active;
	to->resident = a->resident;
	to->retained = a->retained;
	to->free = a->free_bytes;
	to->mapped = a->mapped;
}

static void
read_history(struct live *l)
{
	const struct hfs_header *h = &l->header;
	uint32_t n = h->history_count;
	uint64_t before = 0;

	l->process.first_moment = l->p->moment_count;
	for (uint32_t i = 0; i < n && i < HFS_HISTORY; i++) {
		const struct hfs_moment *m = &h->history[i];

		/* While the list is thinned they are not in order. */
		if (m->ns <= before || m->ns >= MOST_NS)
			continue;
		before = m->ns;
		profile_moment(l->p, (struct moment){ .ns = m->ns,
					     .live = sane(m->live),
					     .allocated = sane(m->allocated),
					     .rss = sane(m->rss) });
		l->process.moments++;
	}
	later(&l->last_ns, before);
}

static void
read_phase(struct live *l, uint32_t number, uint64_t at)
{
	struct hfs_phase phase;
	uint64_t start, end;

	if (at == 0 || at > l->end || l->end - at < sizeof phase)
		return;
	memcpy(&phase, l->in->bytes + at, sizeof phase);
	start = phase.start_ns < MOST_NS ? phase.start_ns : 0;
	end = phase.end_ns;
	l->phases[number] = profile_phase(
		l->p, (struct phase){
			      .name = strtab_add_n(&l->p->strings, phase.name,
				      strnlen(phase.name, sizeof phase.name)),
			      .start_ns = start,
			      .end_ns = end == 0      ? PHASE_OPEN
					: end < start ? start
						      : end,
			      .peak_ns = phase.chooser.peak_ns,
		      });
	l->phase_max[number] = phase.chooser.now_and_max[1];
	l->process.phases++;
}

static void
read_phases(struct live *l)
{
	const struct hfs_header *h = &l->header;
	uint32_t n = h->phase_count;

	for (uint32_t i = 0; i <= HFS_PHASES; i++)
		l->phases[i] = NONE;
	l->process.first_phase = l->p->phase_count;
	for (uint32_t i = 0; i < n && i < HFS_PHASES; i++)
		read_phase(l, i + 1, (uint64_t)h->phases[i] << HFS_UNIT_SHIFT);
}

void
live_read_header(struct live *l)
{
	read_identity(l);
	read_intervals(l);
	read_losses(l);
	read_rss(l);
	read_allocator(l);
	read_history(l);
	read_phases(l);
}
