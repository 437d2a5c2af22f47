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

/*
 * Tries what the kernel allows; in the constructor. valgrind: it refuses a
 * clone without CLONE_FS, which elsewhere would spoil the host's setns.
 */
void hf_helper_start(bool valgrind);

/*
 * Claims the helper; false if one is still at work. *ended: the job before has
 * ended since it was started, and what it left behind may be looked at. Then
 * _run or _release must follow. Lock-free; keeps errno.
 */
bool hf_helper_claim(bool *ended);
/* It stays at work, though, if the wait for it was given up. */
void hf_helper_release(void);

/*
 * The host has called unshare(CLONE_NEWPID): its next child becomes pid 1 of
 * the new namespace, which ends with it. That must not be our helper.
 */
bool hf_helper_would_be_init(void);

/* One is claimed or at work. */
bool hf_helper_busy(void);

/* One has ended and waits to be claimed: cheap enough for every sample. */
bool hf_helper_ended(void);

/*
 * Runs job(data) in a helper; `wait`: until it has ended, and then it stays
 * claimed. Signals are blocked in it. False if the kernel refuses to make one:
 * nothing ran, and it is released.
 */
bool hf_helper_run(void (*job)(void *), void *data, bool wait);

/* As _claim, but waits for one that is at work; 10 s at the most. */
bool hf_helper_claim_waiting(bool *ended);

#endif
