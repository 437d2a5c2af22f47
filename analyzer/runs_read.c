/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many files are read in parts, each into a profile of its own, and the parts
 * are then added up in order. How many parts there are depends on the files
 * only, so that figures, which are sums of floating point, and the order of
 * everything do not depend on the machine; threads just take the next part.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "runs_read.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "err.h"

#define PARTS	   4
#define LEAST_LIST 16 /* series for which parts pay */

struct lot {
	struct profile own, *p; /* p: own, or the caller's */
	const struct series *const *list;
	size_t count;
	int status;
	char *said; /* lines for stderr */
};

struct work {
	struct lot lots[PARTS];
	atomic_uint next;
};

/* Reads one file into p, which stays as it was if that fails. */
static int
add_one(struct profile *p, const struct runs_file *file)
{
	unsigned sum = p->sum;
	bool empty = p->process_count == 0;
	int status = runs_file_read(file, p);

	if (status < 0 && empty) {
		profile_release(p);
		profile_init(p);
		p->sum = sum;
	}
	return status;
}

void
runs_complete_times(
	struct profile *p, uint32_t from, int64_t start_ms, int64_t end_ms)
{
	for (uint32_t i = from; i < p->process_count; i++) {
		struct process *process = &p->processes[i];
		uint32_t last = process->first_moment + process->moments - 1;

		if (process->end_ms == 0)
			process->end_ms = end_ms;
		if (process->start_ms != 0)
			continue;
		process->start_ms = start_ms;
		if (process->moments > 0) /* it knows how long it lasted */
			process->start_ms =
				process->end_ms -
				(int64_t)(p->history[last].ns / 1000000);
	}
}

static int
add_series(struct profile *p, const struct series *s)
{
	uint32_t before = p->process_count;

	for (size_t i = s->count; i-- > 0;) {
		bool loud = errors_are_warnings(!s->named);
		int status = add_one(p, &s->files[i]);

		errors_are_warnings(loud);
		if (status == 0) {
			runs_complete_times(p, before, s->start_ms, s->end_ms);
			return 0;
		}
		if (s->named)
			return -1;
	}
	return 0;
}

static int
add_list(struct profile *p, const struct series *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (add_series(p, list[i]) < 0)
			return -1;
	return 0;
}

static void *
take_lots(void *arg)
{
	struct work *w = arg;
	unsigned i;

	while ((i = atomic_fetch_add(&w->next, 1)) < PARTS) {
		struct lot *lot = &w->lots[i];

		messages_keep();
		lot->status = add_list(lot->p, lot->list, lot->count);
		lot->said = messages_kept();
	}
	return NULL;
}

static unsigned
processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0
		       ? (unsigned)CPU_COUNT(&set)
		       : 1;
}

/* With as many threads as there is use for; this one is one of them. */
static void
work_on(struct work *w)
{
	pthread_t threads[PARTS];
	unsigned count = 0, most = processors();

	while (count + 1 < PARTS && count + 1 < most &&
		pthread_create(&threads[count], NULL, take_lots, w) == 0)
		count++;
	take_lots(w);
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

/* Nothing of a part counts, or is said, that stands behind a failure. */
static int
join(struct work *w, struct profile *p)
{
	int status = 0;

	for (unsigned i = 0; i < PARTS; i++) {
		struct lot *lot = &w->lots[i];

		if (status == 0) {
			messages_pass_on(lot->said);
			status = lot->status;
			if (status == 0 && lot->p != p)
				profile_add(p, lot->p);
		}
		if (lot->p != p)
			profile_release(lot->p);
		free(lot->said);
	}
	return status;
}

int
runs_read(struct profile *p, const struct series *const *list, size_t count)
{
	struct work *w;
	size_t at = 0;
	int status;

	if (count < LEAST_LIST)
		return add_list(p, list, count);
	w = xcalloc(1, sizeof *w);
	for (unsigned i = 0; i < PARTS; i++) {
		struct lot *lot = &w->lots[i];
		size_t end = count * (i + 1) / PARTS;

		lot->list = list + at;
		lot->count = end - at;
		at = end;
		lot->p = i == 0 ? p : &lot->own;
		if (i > 0)
			profile_init(lot->p);
		lot->p->sum = p->sum;
	}
	work_on(w);
	status = join(w, p);
	free(w);
	return status;
}
