/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program needs to state its own truth: every block that a site takes
 * or gives back is noted here by the program itself, and truth_print() says in
 * the end what a perfect profiler would have seen, a line a site:
 *
 *   expect SITE alloc_bytes alloc_objects inuse_bytes inuse_objects
 *               peak_bytes peak_objects
 *
 * A site is the function that calls TOOK(); `-` stands for a figure that the
 * program cannot know. Nothing in here allocates, so that what is counted is
 * all there is. Any thread may note what it does.
 */
#ifndef TRUTH_H
#define TRUTH_H

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRUTH_SITES  64
#define TRUTH_BLOCKS (1u << 18) /* a power of two, at most half full */

struct truth_site {
	const char *name;
	long long alloc, allocs, inuse, inuses, peak, peaks;
	int no_alloc; /* what was allocated on the way is not ours to know */
};

struct truth_block {
	const void *p; /* NULL: free; the table itself: given back */
	size_t size;
	struct truth_site *site;
};

static struct truth_site truth_sites[TRUTH_SITES];
static struct truth_block truth_blocks[TRUTH_BLOCKS];
static int truth_count;
static long long truth_live, truth_highest;
static pthread_mutex_t truth_mutex = PTHREAD_MUTEX_INITIALIZER;

/* The compiler may neither drop nor merge an allocation that passes here. */
static inline void *
truth_keep(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

static inline void
truth_fail(const char *what)
{
	ssize_t n = write(2, what, strlen(what));

	n += write(2, "\n", 1);
	_exit(n > 0 ? 99 : 98);
}

static inline struct truth_site *
truth_site_of(const char *name)
{
	for (int i = 0; i < truth_count; i++)
		if (!strcmp(truth_sites[i].name, name))
			return &truth_sites[i];
	if (truth_count == TRUTH_SITES)
		truth_fail("truth.h: too many sites");
	truth_sites[truth_count].name = name;
	return &truth_sites[truth_count++];
}

static inline struct truth_block *
truth_find(const void *p, int place_wanted)
{
	uint32_t i = (uint32_t)(((uintptr_t)p >> 4) * 2654435761u);

	for (uint32_t tries = 0; tries < TRUTH_BLOCKS; tries++, i++) {
		struct truth_block *b = &truth_blocks[i % TRUTH_BLOCKS];

		if (b->p == p && !place_wanted)
			return b;
		if (place_wanted && (!b->p || b->p == truth_blocks))
			return b;
		if (!b->p)
			break;
	}
	truth_fail("truth.h: a block that was never noted, or too many");
	return NULL;
}

/* Live bytes are higher than ever: this moment is the peak. */
static inline void
truth_peak(void)
{
	if (truth_live <= truth_highest)
		return;
	truth_highest = truth_live;
	for (int i = 0; i < truth_count; i++) {
		truth_sites[i].peak = truth_sites[i].inuse;
		truth_sites[i].peaks = truth_sites[i].inuses;
	}
}

static inline void *
truth_took(const char *name, void *p, size_t size)
{
	struct truth_site *site;
	struct truth_block *b;

	pthread_mutex_lock(&truth_mutex);
	site = truth_site_of(name);
	b = truth_find(p, 1);
	if (!p)
		truth_fail("truth.h: an allocation failed");
	*b = (struct truth_block){ truth_keep(p), size, site };
	site->alloc += (long long)size;
	site->allocs++;
	site->inuse += (long long)size;
	site->inuses++;
	truth_live += (long long)size;
	truth_peak();
	pthread_mutex_unlock(&truth_mutex);
	return p;
}

/* To be called before the block goes back, while its address is still ours. */
static inline void *
truth_gave(void *p)
{
	struct truth_block *b;

	pthread_mutex_lock(&truth_mutex);
	b = truth_find(p, 0);
	b->site->inuse -= (long long)b->size;
	b->site->inuses--;
	truth_live -= (long long)b->size;
	b->p = truth_blocks;
	pthread_mutex_unlock(&truth_mutex);
	return truth_keep(p);
}

#define TOOK(p, size) truth_took(__func__, (p), (size))
#define GAVE(p)	      truth_gave(p)

/* This site's libc call allocates on its way in a manner of its own. */
#define TRUTH_NO_ALLOC() (truth_site_of(__func__)->no_alloc = 1)

static inline void
truth_line(int fd, const struct truth_site *s, int peak)
{
	char line[400], alloc[64] = "- -", peaks[64] = "- -";
	int n;

	if (!s->no_alloc)
		snprintf(alloc, sizeof alloc, "%lld %lld", s->alloc, s->allocs);
	if (peak)
		snprintf(peaks, sizeof peaks, "%lld %lld", s->peak, s->peaks);
	n = snprintf(line, sizeof line, "expect %s %s %lld %lld %s\n", s->name,
		alloc, s->inuse, s->inuses, peaks);
	if (write(fd, line, (size_t)n) != n)
		truth_fail("truth.h: cannot write");
}

/*
 * peak: the program knows its peak too. total: it allocated nothing but what
 * it noted, so that the whole must agree as well (as the site `total`).
 */
static inline void
truth_print_to(int fd, int peak, int total)
{
	struct truth_site all = { "total", 0, 0, 0, 0, 0, 0, 0 };

	for (int i = 0; i < truth_count; i++) {
		const struct truth_site *s = &truth_sites[i];

		truth_line(fd, s, peak);
		all.alloc += s->alloc;
		all.allocs += s->allocs;
		all.inuse += s->inuse;
		all.inuses += s->inuses;
		all.peak += s->peak;
		all.peaks += s->peaks;
	}
	if (total)
		truth_line(fd, &all, peak);
}

static inline void
truth_print(int peak, int total)
{
	truth_print_to(1, peak, total);
}

#endif
