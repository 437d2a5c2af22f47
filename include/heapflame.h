/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame from inside the program: start and stop the profile, name phases,
 * label what a thread does, ask for a dump.
 *
 * Nothing to link. Where the program runs without the profiler each call is a
 * test of a pointer and returns HEAPFLAME_ABSENT, so the calls can stay in what
 * you ship. Build as everybody does by default, position independent (-fPIE,
 * -fPIC): in an executable of fixed address (-no-pie) the linker takes a weak
 * function that is not there for one that never will be; there, and from
 * other languages, look the functions up by dlsym(RTLD_DEFAULT, ...), under the
 * names below.
 *
 * Every function may be called from any thread at any time, but from signal
 * handlers only start, stop and label. None touches errno, waits for a lock or
 * allocates; heapflame_dump alone waits, until its file is written.
 *
 *	#include <heapflame.h>
 *
 *	load_everything();
 *	heapflame_start();		HEAPFLAME_ACTIVE=0 ./program
 *	for (int n = 1000; n <= 5000; n += 1000) {
 *		heapflame_mark(name_of(n));
 *		run_case(n);
 *	}
 *	heapflame_stop();
 */
#ifndef HEAPFLAME_H
#define HEAPFLAME_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What all of them return. */
#define HEAPFLAME_OK	 0
#define HEAPFLAME_FAILED (-1) /* could not be done; see each function */
#define HEAPFLAME_ABSENT (-2) /* the program runs without the profiler */

#define HEAPFLAME_WEAK __attribute__((weak))

/*
 * Sampling on. With HEAPFLAME_ACTIVE=0 nothing is recorded before. Fails when
 * the profiler is off for good (FOLLOW, no memory), or after half a million
 * changes.
 */
HEAPFLAME_WEAK int heapflame_start(void);

/*
 * Sampling off, and the present phase ends. Blocks that were sampled are
 * followed to their free all the same.
 */
HEAPFLAME_WEAK int heapflame_stop(void);

/*
 * 1 while it samples, 0 while it does not. What costs time to prepare for
 * heapflame_mark and heapflame_label need be prepared only then.
 */
HEAPFLAME_WEAK int heapflame_active(void);

/*
 * From now on the mean distance between samples, in bytes; 1 records every
 * allocation. Numbers stay unbiased. Fails above 2^40 and after 960 changes;
 * to what is in force already is none.
 */
HEAPFLAME_WEAK int heapflame_rate(size_t bytes);

/*
 * The phase `name` begins for the whole process, and lasts until the next mark
 * or stop. The text is copied; 127 bytes of it count. Fails where there have
 * been 1,024 phases, or there is no memory for more: then the present one goes
 * on.
 */
HEAPFLAME_WEAK int heapflame_mark(const char *name);

/*
 * What this thread allocates is labelled, until it says something else, or
 * NULL or "" for nothing: `heapflame report --by label`. The text is copied;
 * 127 bytes of it count. A few hundred different ones are meant ("tenant=a"),
 * not one a request: from the 1,024th on all are "[other labels]".
 */
HEAPFLAME_WEAK int heapflame_label(const char *label);

/*
 * Writes a dump of this moment, and returns when it is there. Fails where it
 * can't be written (a line on stderr says why) or nothing was sampled yet.
 */
HEAPFLAME_WEAK int heapflame_dump(void);

#ifndef HEAPFLAME_NO_MACROS
#define HEAPFLAME_CALL(function, arguments)                                    \
	((function) ? (function)arguments : HEAPFLAME_ABSENT)
#define heapflame_start()    HEAPFLAME_CALL(heapflame_start, ())
#define heapflame_stop()     HEAPFLAME_CALL(heapflame_stop, ())
#define heapflame_active()   ((heapflame_active) ? (heapflame_active)() : 0)
#define heapflame_rate(n)    HEAPFLAME_CALL(heapflame_rate, (n))
#define heapflame_mark(name) HEAPFLAME_CALL(heapflame_mark, (name))
#define heapflame_label(s)   HEAPFLAME_CALL(heapflame_label, (s))
#define heapflame_dump()     HEAPFLAME_CALL(heapflame_dump, ())
#endif

#ifdef __cplusplus
}
#endif

#endif
