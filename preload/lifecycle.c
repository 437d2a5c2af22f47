/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start, fork, unload and exit: where the host's life meets ours.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "control.h"
#include "dump.h"
#include "helper.h"
#include "identity.h"
#include "live.h"
#include "modules.h"
#include "next.h"
#include "objects.h"
#include "options.h"
#include "profiler.h"
#include "say.h"
#include "thread.h"

extern char **environ;
extern int __cxa_atexit(void (*)(void *), void *, void *);
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void),
	void *) __attribute__((weak));

/*
 * The child's first draw: else all workers of a pre-fork server sample the
 * same allocations. The exponential has no memory, so nothing is lost by it.
 */
static void
forked(void)
{
	hf_thread.count = HF_COUNT_NEW;
	hf_thread.base = 0;
	hf_thread.random = 0;
	hf_wiped->pid = (int32_t)hf_sys3(SYS_getpid, 0, 0, 0);
}

static void
at_exit(void *unused)
{
	(void)unused;
	hf_profiler_open_for_exit();
	hf_dump_final(!hf_profiler_interrupted());
}

/* Is there a library of that name before us? valgrind has one. */
static bool
preloads(char *const *environment, const char *name)
{
	for (; environment && *environment; environment++)
		if (strncmp(*environment, "LD_PRELOAD=", 11) == 0)
			return strstr(*environment, name) != NULL;
	return false;
}

static enum {
	NOT_YET,
	AT_IT, /* what is allocated now is early */
	FOR_CONSTRUCTOR, /* what is left to do may lock or load */
	STARTED,
	OFF
} _Atomic stage;

/* Who we are and what is wanted. False: nothing. */
static bool
prepare(void)
{
	/* setuid and the like: nothing at all */
	if (getauxval(AT_SECURE))
		return false;
	hf_say_start();
	hf_options_read(environ);
	hf_identity_start(environ);
	hf_helper_start(preloads(environ, "vgpreload"));
	return hf_identity_wanted();
}

static void
profile(bool constructor)
{
	if ((!hf_wiped && !hf_state_start(constructor)) ||
		!hf_profiler_start(constructor)) {
		if (constructor)
			hf_control_off();
		stage = constructor ? OFF : FOR_CONSTRUCTOR;
		return;
	}
	stage = STARTED;
	if (hf_options.verbose) {
		hf_say("profiling ", hf_identity.exe, " with", NULL);
		hf_options_print();
	}
}

static void
begin(bool constructor)
{
	stage = AT_IT;
	if (prepare()) {
		profile(constructor);
	} else {
		hf_control_off();
		stage = OFF;
	}
}

/*
 * Libraries that are initialised before us allocate in their constructors. The
 * first of them to do so starts us, as far as that takes no lock: it may be in
 * the midst of registering an exit function. Before libc's own constructor
 * there is no `environ`, so no options. (DF_1_INITFIRST would have us before
 * it, too, but then loading libunwind initialises libc without its arguments,
 * and the host has no environment.)
 */
void
hf_profiler_early(void)
{
	int saved_errno = errno;

	/* Only the thread that will run the constructor. */
	if (stage == NOT_YET && environ &&
		hf_sys3(SYS_getpid, 0, 0, 0) == hf_sys3(SYS_gettid, 0, 0, 0))
		begin(false);
	errno = saved_errno;
}

static void __attribute__((constructor)) start(void)
{
	if (stage == NOT_YET)
		begin(true);
	else if (stage == FOR_CONSTRUCTOR)
		profile(true);
	if (stage != STARTED)
		return;
	if (__register_atfork)
		__register_atfork(NULL, NULL, forked, NULL);
	/*
	 * Registered with no library's handle and before main: it runs after
	 * every destructor and every other exit function.
	 */
	__cxa_atexit(at_exit, NULL, NULL);
	hf_modules_start();
	hf_profiler_open_dormant();
}

static int
first_object(struct dl_phdr_info *info, size_t size, void *subs)
{
	(void)size;
	*(unsigned long long *)subs = info->dlpi_subs;
	return 1;
}

/* How many objects the loader has unloaded so far. */
static unsigned long long
unloaded(void)
{
	unsigned long long subs = 0;

	dl_iterate_phdr(first_object, &subs);
	return subs;
}

/*
 * dlclose does not look at its caller, so it can be wrapped (dlopen does, for
 * $ORIGIN and RUNPATH, and can't). The caller may take the loader's lock now,
 * so we may too.
 */
HF_EXPORT int dlclose(void *handle);
HF_EXPORT int
dlclose(void *handle)
{
	struct hf_region *r = hf_wiped ? hf_state() : NULL;
	unsigned long long before;
	bool held, known;
	int result;

	if (!hf_next.dlclose)
		hf_next_find();
	if (!hf_next.dlclose)
		return -1;
	if (!r || hf_wiped->forked) {
		/*
		 * In a forked child the loader's list may be locked for ever,
		 * by a thread of the parent; dlclose itself may not need it.
		 */
		hf_objects_suspend(); /* for ever: the loader can't be asked */
		result = hf_next.dlclose(handle);
		hf_modules_unloaded(r, false);
		return result;
	}
	held = hf_modules_hold();
	known = held && hf_modules_refresh(r);
	before = unloaded();
	hf_objects_suspend();
	result = hf_next.dlclose(handle);
	hf_objects_resume();
	if (unloaded() != before)
		hf_modules_unloaded(r, known);
	if (held)
		hf_modules_let_go();
	return result;
}
