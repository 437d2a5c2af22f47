/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libunwind: the portable way, and the oracle of the tests. The only file that
 * knows it.
 *
 * Loaded by dlopen(RTLD_LOCAL) in the constructor, and only when it was chosen:
 * as a library that we need it would put its _Unwind_RaiseException before
 * libgcc's and so become the host's exception runtime.
 *
 * libunwind holds a lock of its own while it asks the loader; a thread that is
 * in the loader and allocates would wait for it, and the two for each other.
 * So only one thread is in it at a time, nobody waits, and the others do
 * without a stack, counted. A forked child of a threaded parent may have
 * inherited locks that nobody will release: there it is not called.
 */
#include <dlfcn.h>
#include <stdatomic.h>

#include "next.h"
#include "state.h"
#include "unwind.h"

#define OWN_FRAMES 8

static int (*backtrace_of_libunwind)(void **frames, int size);

static bool
start(void)
{
	void *(*open)(const char *, int) = hf_next_symbol("dlopen");
	void *(*symbol)(void *, const char *) = hf_next_symbol("dlsym");
	void *frames[OWN_FRAMES], *library;

	if (!open || !symbol)
		return false;
	library = open("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	backtrace_of_libunwind = symbol(library, "unw_backtrace");
	/* Its own set-up (a pipe, tables) happens now, not in a hook. */
	return backtrace_of_libunwind &&
	       backtrace_of_libunwind(frames, OWN_FRAMES) > 0;
}

static bool
enter(void)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&hf_wiped->unwinder, &nobody, 1);
}

static void
capture(struct hf_capture *c)
{
	int room = (int)c->room + OWN_FRAMES, n;
	void **frames = __builtin_alloca((size_t)room * sizeof *frames);

	if (hf_wiped->forked_from_threads) {
		c->flags |= HFS_UNWINDER_BUSY;
		hf_state_lost(hf_state(), HFS_LOST_UNWIND_FORK);
		return;
	}
	if (!enter()) {
		c->flags |= HFS_UNWINDER_BUSY;
		hf_state_lost(hf_state(), HFS_LOST_UNWIND_BUSY);
		return;
	}
	n = backtrace_of_libunwind(frames, room);
	atomic_store(&hf_wiped->unwinder, 0);
	for (int i = 0; i < n; i++)
		if (frames[i] && !hf_unwind_add(c, (uintptr_t)frames[i]))
			return;
	if (n == room)
		c->flags |= HFS_TRUNCATED;
}

const struct hf_unwinder hf_unwind_libunwind = { "libunwind", true, start,
	capture };
