/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the library's parts share. Include it after cmocka.h. */
#ifndef HF_SHARED_H
#define HF_SHARED_H

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"
#include "options.h"
#include "sampler.h"
#include "stacks.h"
#include "state.h"

/* The defaults, `memory` bytes at most, and a region as a process's first. */
static inline struct hf_region *
hf_shared_region(uint64_t memory)
{
	const struct hf_backing none = { 0 };
	struct hf_region *r;

	hf_options_read(NULL);
	hf_options.memory = memory;
	assert_true(hf_state_start(true));
	assert_true(hf_state_claim());
	r = hf_state_open(&none, NULL);
	assert_non_null(r);
	return r;
}

/* A region of 64 MiB with so many stacks, each of one address. */
static inline struct hf_region *
hf_shared_stacks(struct hfs_stack *stacks[], uintptr_t count)
{
	struct hf_region *r = hf_shared_region(64 << 20);

	for (uintptr_t i = 0; i < count; i++) {
		struct hf_stack_key key = {
			.pcs = &i, .depth = 1, .hash = hf_stacks_hash(&i, 1)
		};
		hfs_ref ref = hf_stacks_intern(r, &key);

		assert_int_not_equal(ref, 0);
		stacks[i] = hf_stacks_at(r, ref);
	}
	return r;
}

/* A sample of that size with its weights and halves. */
static inline struct hf_event
hf_shared_event(uint64_t size, uint64_t interval, uint64_t *random)
{
	struct hf_event e = { .size = size };

	hf_counters_weigh(&e, interval);
	hf_counters_split(&e, random);
	return e;
}

/* All counters of the filter that free() looks at. */
static inline uint64_t
hf_shared_filter_sum(void)
{
	const uint8_t *filter = hf_filter;
	uint32_t shift = (uintptr_t)filter & 31;
	uint64_t sum = 0;

	for (uint64_t i = 0; i < 1ULL << (32 - shift); i++)
		sum += filter[i];
	return sum;
}

/* Fails, with both numbers, unless |got - wanted| <= tolerance. */
#define assert_near(got, wanted, tolerance)                                    \
	assert_near_at(__LINE__, got, wanted, tolerance)

static inline void
assert_near_at(int line, double got, double wanted, double tolerance)
{
	if (fabs(got - wanted) <= tolerance)
		return;
	print_error("line %d: %.17g, wanted %.17g +- %.3g\n", line, got, wanted,
		tolerance);
	fail();
}

/* Uniform in [0, 1). */
static inline double
hf_shared_uniform(uint64_t *random)
{
	return (double)(hf_sampler_random(random) >> 11) * 0x1p-53;
}

/* Uniform in [0, n); n is small. */
static inline uint32_t
hf_shared_below(uint64_t *random, uint32_t n)
{
	return (uint32_t)((hf_sampler_random(random) >> 32) * n >> 32);
}

/*
 * What body(data) returns in a forked child, or 1000 + the signal that ended
 * it. An assertion that fails in there must be a value that it returns.
 */
static inline int
hf_shared_in_child(int (*body)(void *), void *data)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body(data));
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

#endif
