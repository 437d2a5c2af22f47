/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole allocation family as the host calls it. Each hook charges the
 * thread's count, or looks at the filter, and tail-calls the next
 * allocator; what is sampled goes through a cold function of its own. A pointer
 * handed out is always the next allocator's, from the very call that the host
 * made: size and alignment are never changed.
 */
#include <errno.h>
#include <stdint.h>

#include "control.h"
#include "live.h"
#include "modules.h"
#include "next.h"
#include "profiler.h"
#include "thread.h"

#define DECLARE(name, result, parameters, arguments)                           \
	HF_EXPORT result name parameters;
HF_NEXT_FAMILY(DECLARE)
#undef DECLARE
#define DECLARE(name, parameters, arguments) HF_EXPORT void name parameters;
HF_NEXT_FREES(DECLARE)
HF_NEXT_DELETES(DECLARE)
#undef DECLARE
#define DECLARE(name, parameters, ...) HF_EXPORT void *name parameters;
HF_NEXT_NEWS(DECLARE)
#undef DECLARE
HF_EXPORT void *reallocarray(void *p, size_t k, size_t n);

/* Charges `size` + 1; true: the slow path must be taken. */
static inline bool
due(size_t size)
{
	uint64_t count = hf_thread.count + size + 1;

	hf_thread.count = count;
	return HF_UNLIKELY(hf_control_due(count));
}

/*
 * The shape of every sampled allocation: decide, let the next allocator do
 * it, record. `call` has the value of the block.
 */
#define SAMPLED(size, call)                                                    \
	struct hf_ticket ticket = hf_profiler_due(size);                       \
	void *block = (call);                                                  \
	if (ticket.sampled)                                                    \
		hf_profiler_took(ticket, block, (size), false);                \
	return block

static void *HF_COLD
sampled_malloc(size_t n)
{
	SAMPLED(n, hf_next.malloc(n));
}

HF_EXPORT void *
malloc(size_t n)
{
	if (due(n))
		return sampled_malloc(n);
	return hf_next.malloc(n);
}

static void *HF_COLD
sampled_calloc(size_t k, size_t n)
{
	SAMPLED(k * n, hf_next.calloc(k, n));
}

HF_EXPORT void *
calloc(size_t k, size_t n)
{
	size_t bytes;

	if (!__builtin_mul_overflow(k, n, &bytes) && due(bytes))
		return sampled_calloc(k, n);
	return hf_next.calloc(k, n);
}

static void HF_COLD
free_maybe(void *p)
{
	if (p) {
		struct hf_detached d = hf_profiler_detach(p);

		hf_profiler_freed(&d);
	}
}

static void HF_COLD
sampled_free(void *p)
{
	free_maybe(p);
	hf_next.free(p);
}

HF_EXPORT void
free(void *p)
{
	if (HF_UNLIKELY(hf_live_maybe(p)))
		sampled_free(p);
	else
		hf_next.free(p);
}

HF_EXPORT void
cfree(void *p)
{
	if (HF_UNLIKELY(hf_live_maybe(p)))
		free_maybe(p);
	hf_next.cfree(p);
}

HF_EXPORT void
free_sized(void *p, size_t n)
{
	if (HF_UNLIKELY(hf_live_maybe(p)))
		free_maybe(p);
	hf_next.free_sized(p, n);
}

HF_EXPORT void
free_aligned_sized(void *p, size_t a, size_t n)
{
	if (HF_UNLIKELY(hf_live_maybe(p)))
		free_maybe(p);
	hf_next.free_aligned_sized(p, a, n);
}

/*
 * realloc is a free and an allocation. The old sample leaves the tables before
 * the real call, since another thread may be given the old address at once;
 * if the call fails, the old block lives on and so does its sample.
 */
static void *HF_COLD
sampled_realloc(void *old, size_t n, bool is_due)
{
	struct hf_ticket ticket = { .sampled = false };
	struct hf_detached d = { .had = false };
	void *block;

	if (is_due)
		ticket = hf_profiler_due(n);
	if (old)
		d = hf_profiler_detach(old);
	block = hf_next.realloc(old, n);
	if (!block && n != 0)
		hf_profiler_reattach(old, &d);
	else
		hf_profiler_freed(&d);
	if (ticket.sampled)
		hf_profiler_took(ticket, block, n, old != NULL);
	return block;
}

HF_EXPORT void *
realloc(void *p, size_t n)
{
	bool is_due = due(n);

	if (HF_UNLIKELY(is_due || hf_live_maybe(p)))
		return sampled_realloc(p, n, is_due);
	return hf_next.realloc(p, n);
}

/* Many a reallocarray ends in the realloc above; so ours is it. */
HF_EXPORT void *
reallocarray(void *p, size_t k, size_t n)
{
	size_t bytes;

	if (__builtin_mul_overflow(k, n, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, bytes);
}

static void *HF_COLD
sampled_memalign(size_t a, size_t n)
{
	SAMPLED(n, hf_next.memalign(a, n));
}

HF_EXPORT void *
memalign(size_t a, size_t n)
{
	if (due(n))
		return sampled_memalign(a, n);
	return hf_next.memalign(a, n);
}

static void *HF_COLD
sampled_aligned_alloc(size_t a, size_t n)
{
	SAMPLED(n, hf_next.aligned_alloc(a, n));
}

HF_EXPORT void *
aligned_alloc(size_t a, size_t n)
{
	if (due(n))
		return sampled_aligned_alloc(a, n);
	return hf_next.aligned_alloc(a, n);
}

static int HF_COLD
sampled_posix_memalign(void **p, size_t a, size_t n)
{
	struct hf_ticket ticket = hf_profiler_due(n);
	int error = hf_next.posix_memalign(p, a, n);

	if (ticket.sampled && error == 0)
		hf_profiler_took(ticket, *p, n, false);
	return error;
}

HF_EXPORT int
posix_memalign(void **p, size_t a, size_t n)
{
	if (due(n))
		return sampled_posix_memalign(p, a, n);
	return hf_next.posix_memalign(p, a, n);
}

static void *HF_COLD
sampled_valloc(size_t n)
{
	SAMPLED(n, hf_next.valloc(n));
}

HF_EXPORT void *
valloc(size_t n)
{
	if (due(n))
		return sampled_valloc(n);
	return hf_next.valloc(n);
}

static void *HF_COLD
sampled_pvalloc(size_t n)
{
	SAMPLED(n, hf_next.pvalloc(n));
}

HF_EXPORT void *
pvalloc(size_t n)
{
	if (due(n))
		return sampled_pvalloc(n);
	return hf_next.pvalloc(n);
}

HF_EXPORT size_t
malloc_usable_size(void *p)
{
	return hf_next.malloc_usable_size(p);
}

/*
 * C++. Where a next operator ends in a function above, ours only passes on. The
 * next `new` may throw, through us: nothing is held across the call.
 */
#define NEW(name, parameters, arguments, ...)                                  \
	static void *HF_COLD sampled##name parameters                          \
	{                                                                      \
		SAMPLED(n, hf_next.name arguments);                            \
	}                                                                      \
	HF_EXPORT void *name parameters                                        \
	{                                                                      \
		if (hf_next.hooked##name && due(n))                            \
			return sampled##name arguments;                        \
		return hf_next.name arguments;                                 \
	}
HF_NEXT_NEWS(NEW)

#define DELETE(name, parameters, arguments)                                    \
	HF_EXPORT void name parameters                                         \
	{                                                                      \
		if (hf_next.operators && HF_UNLIKELY(hf_live_maybe(p)))        \
			free_maybe(p);                                         \
		hf_next.name arguments;                                        \
	}
HF_NEXT_DELETES(DELETE)
