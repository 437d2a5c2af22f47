/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A busy program comes to its slow path by itself: at its next sample, or, when
 * dormant, once the threshold is back where it was. Only where that does not
 * help is the threshold lowered: it can be so often in a process's life, and
 * never again be raised.
 */
#include "state_ask.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* As far as it may go: preload/control.c stops there, too. */
#define LOWEST (1ULL << 50)
#define MOST   (1ULL << 47) /* at once */

#define MS	     1000000
#define STEP_NS	     (2 * MS)
#define GIVE_UP_MS   1000
#define FIRST_POKE   20 /* ms; a sample may come meanwhile */
#define SECOND_POKE  300 /* the one that came found somebody else at it */
#define LAST_POKE    700
#define LOCK_WAIT_MS 1500 /* longer than anybody holds it */

static void
pause_ns(long ns)
{
	struct timespec t = { .tv_nsec = ns };

	nanosleep(&t, NULL);
}

const char *
state_request_name(uint32_t kind)
{
	static const char *const names[] = {
		[HFS_START] = "start",
		[HFS_STOP] = "stop",
		[HFS_RATE] = "rate",
		[HFS_MARK] = "mark",
	};

	return kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

static bool
answered(const struct hfs_control *c)
{
	return atomic_load(&c->handled) == atomic_load(&c->request);
}

uint32_t
state_pending(const struct hfs_control *c)
{
	return answered(c) ? 0 : c->kind;
}

/* Lowers the threshold to `to`; one that is lower already stays. */
static void
lower_to(struct hfs_control *c, uint64_t to)
{
	uint64_t now = atomic_load(&c->threshold);

	while (now > to && now != 0 &&
		!atomic_compare_exchange_weak(&c->threshold, &now, to))
		;
}

/*
 * Whoever is dormant has taken its count above every threshold, and comes at
 * its next allocation; others do at their next sample.
 */
static uint64_t
wake(struct hfs_control *c)
{
	uint64_t awake = atomic_load(&c->awake);

	lower_to(c, awake);
	return awake;
}

/*
 * Every thread comes at its next allocation. `awake` goes along: else the
 * host's next change would raise the threshold again, and those who have drawn
 * below it would sample no more.
 */
static uint64_t
poke(struct hfs_header *h)
{
	struct hfs_control *c = &h->control;
	uint32_t last = (atomic_load(&h->interval_count) - 1) % HFS_INTERVALS;
	uint64_t step = HFS_THRESHOLD_STEP(h->intervals[last].bytes);
	uint64_t awake = atomic_load(&c->awake);

	do {
		if (step > MOST || awake < LOWEST + step)
			return awake;
	} while (
		!atomic_compare_exchange_weak(&c->awake, &awake, awake - step));
	return wake(c);
}

/* Answered while we poked it: nobody is to be woken any more. Only where the
   threshold is ours still: a start lowers it further. */
static void
let_rest(struct hfs_control *c, uint64_t ours)
{
	if (!atomic_load(&c->active))
		atomic_compare_exchange_strong(
			&c->threshold, &ours, HFS_DORMANT);
}

static enum answer
wait_for_answer(struct hfs_header *h)
{
	struct hfs_control *c = &h->control;
	uint64_t ours = wake(c);

	for (int ms = 0; ms < GIVE_UP_MS; ms += STEP_NS / MS) {
		if (answered(c)) {
			let_rest(c, ours);
			return c->outcome == HFS_DONE ? ANSWER_DONE
						      : ANSWER_REFUSED;
		}
		if (ms == FIRST_POKE || ms == SECOND_POKE || ms == LAST_POKE)
			ours = poke(h);
		pause_ns(STEP_NS);
	}
	return ANSWER_PENDING;
}

static bool
switches(uint32_t kind)
{
	return kind == HFS_START || kind == HFS_STOP;
}

/* May what is pending give way to this, which may be the very same? */
static bool
replaces(const struct hfs_control *c, const struct request *r)
{
	if (switches(c->kind) && switches(r->kind))
		return true;
	if (c->kind != r->kind)
		return false;
	return r->kind == HFS_RATE ||
	       strncmp(c->text, r->text, sizeof c->text - 1) == 0;
}

static void
write_request(struct hfs_control *c, const struct request *r)
{
	size_t n = r->text ? strnlen(r->text, sizeof c->text - 1) : 0;

	c->kind = (uint32_t)r->kind;
	c->argument = r->argument;
	if (n > 0)
		memcpy(c->text, r->text, n);
	memset(c->text + n, 0, sizeof c->text - n);
	atomic_fetch_add(&c->request, 1);
}

/* The lock ends with its process; `turn` only says who it is. */
static bool
take_turn(struct state_map *m)
{
	for (int ms = 0; ms < LOCK_WAIT_MS; ms += STEP_NS / MS) {
		if (flock(m->fd, LOCK_EX | LOCK_NB) == 0) {
			atomic_store(
				&m->header->control.turn, (uint32_t)getpid());
			return true;
		}
		pause_ns(STEP_NS);
	}
	return false;
}

enum answer
state_ask(struct state_map *m, const struct request *r)
{
	struct hfs_control *c = &m->header->control;
	enum answer answer = ANSWER_BUSY;

	if (!take_turn(m))
		return ANSWER_BUSY;
	if (answered(c) || replaces(c, r)) {
		write_request(c, r);
		answer = wait_for_answer(m->header);
	}
	atomic_store(&c->turn, 0);
	flock(m->fd, LOCK_UN);
	return answer;
}
