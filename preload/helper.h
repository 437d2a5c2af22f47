/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transient helper: a process of the kernel's that shares our memory and
 * nothing else, lives for one dump, and that libc does not know. Its first act
 * is to give itself an empty table of descriptors, so that none of ours is ever
 * in the host's.
 *
 * What runs in it must not touch libc: no errno, no TLS, only raw calls.
 */
#ifndef HF_HELPER_H
#define HF_HELPER_H

#include "state.h"

#define HF_HELPER_STACK (256 << 10)

/* Tries what the kernel allows; in the constructor. */
void hf_helper_start(void);

/*
 * Claims the helper: false if one is still at work. Then either _run or
 * _release must follow.
 */
bool hf_helper_claim(void);
void hf_helper_release(void);

/*
 * Runs job(data) in a helper; `wait`: until it has ended. Signals are blocked
 * in it. False if the kernel refuses to make one: nothing ran. Keeps errno.
 */
bool hf_helper_run(void (*job)(void *), void *data, bool wait);

/* Reaps one that has ended; true if there was one. Cheap if there is none. */
bool hf_helper_reap(void);

/* Waits until none is at work; true if it was this call that reaped one. */
bool hf_helper_wait(void);

#endif
