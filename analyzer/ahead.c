/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "ahead.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "err.h"

struct ahead {
	bool (*fill)(void *context, void *item);
	void *context;
	char *items;
	size_t size, count;
	pthread_t thread;
	bool threaded;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Items are counted on and on; item n is at n modulo count. */
	size_t filled, taken; /* taken: with the one at hand */
	bool ended; /* the last one is filled */
};

static void *
item_at(const struct ahead *a, size_t n)
{
	return a->items + n % a->count * a->size;
}

static void *
run(void *argument)
{
	struct ahead *a = argument;
	bool more = true;

	while (more) {
		pthread_mutex_lock(&a->lock);
		/* The one at hand is not free yet. */
		while (a->filled - a->taken + (a->taken > 0) == a->count)
			pthread_cond_wait(&a->changed, &a->lock);
		pthread_mutex_unlock(&a->lock);
		more = a->fill(a->context, item_at(a, a->filled));
		pthread_mutex_lock(&a->lock);
		a->filled++;
		a->ended = !more;
		pthread_cond_signal(&a->changed);
		pthread_mutex_unlock(&a->lock);
	}
	return NULL;
}

static bool
has_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) < 0 ||
	       CPU_COUNT(&set) > 1;
}

/* Signals are for the thread that was there first. */
static bool
start(struct ahead *a)
{
	sigset_t all, old;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	started = pthread_create(&a->thread, NULL, run, a) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return started;
}

struct ahead *
ahead_new(bool (*fill)(void *context, void *item), void *context, void *items,
	size_t size, size_t count)
{
	struct ahead *a = xcalloc(1, sizeof *a);

	a->fill = fill;
	a->context = context;
	a->items = items;
	a->size = size;
	a->count = count;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	a->threaded = count > 1 && has_processors() && start(a);
	return a;
}

void *
ahead_next(struct ahead *a)
{
	void *item = NULL;

	if (!a->threaded) {
		if (a->ended)
			return NULL;
		item = item_at(a, a->filled++);
		a->ended = !a->fill(a->context, item);
		return item;
	}
	pthread_mutex_lock(&a->lock);
	while (a->filled == a->taken && !a->ended)
		pthread_cond_wait(&a->changed, &a->lock);
	if (a->filled > a->taken)
		item = item_at(a, a->taken++);
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return item;
}

void
ahead_free(struct ahead *a)
{
	if (a->threaded)
		pthread_join(a->thread, NULL);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->changed);
	free(a);
}
