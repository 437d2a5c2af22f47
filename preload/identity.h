/* SPDX-License-Identifier: Apache-2.0 */
/* Who this process is: what dumps say of it and what their names begin with. */
#ifndef HF_IDENTITY_H
#define HF_IDENTITY_H

#include "options.h"
#include "state.h"

/* What does not change by fork; filled in the constructor. */
struct hf_identity {
	char boot[40], host[72], exe[HFS_TEXT];
	char prefix[HF_TEXT_MAX]; /* absolute */
	char fallback[HF_TEXT_MAX]; /* under $STATE_DIRECTORY; "" = none */
	/* Folders for the live state; live: LIVE's, "" = the standard one. */
	char live[HF_TEXT_MAX], live_fallback[HF_TEXT_MAX];
	bool of_run; /* `heapflame run` gathers the states of its processes */
};

/* What makes a process this one and no other; "<pid>-<start>" names it. */
struct hf_birth {
	uint64_t wall_ms, ns; /* CLOCK_REALTIME, CLOCK_MONOTONIC */
	uint32_t pid;
	char id[40];
};

extern HF_HIDDEN struct hf_identity hf_identity;

/* Reads files under /proc; only in the constructor. */
void hf_identity_start(char *const *environment);

/* Base name of the program as it was started. */
const char *hf_identity_name(void);

/* FOLLOW=none: forked children are not profiled. */
bool hf_identity_follows_none(void);

/*
 * FOLLOW lets this program be profiled. A program that was started by exec from
 * one that has this library mapped is a child.
 */
bool hf_identity_wanted(void);

/* Now, on a thread of the process itself. */
void hf_birth_now(struct hf_birth *b);

/* The next id, when files of that name are there already. */
void hf_birth_next(struct hf_birth *b);

/* Writes who it is into a new region's header; the magic comes last. */
void hf_identity_publish(struct hf_region *r, const struct hf_birth *b);

/* As hf_birth_next, of a region that has no file of its own. */
void hf_identity_rename(struct hfs_header *h);

/*
 * In the helper: what /proc says of the process, its namespace and its cgroup.
 */
void hf_identity_surroundings(const struct hf_birth *b, struct hfs_header *h);

/* In the helper: who of those that led to this process is profiled, too. Once.
 */
void hf_identity_ancestors(struct hfs_header *h);

/* Inode of our pid namespace; 0: not known. Any file descriptor is closed. */
uint64_t hf_identity_pid_namespace(void);

/* When a process started, as /proc/PID/stat has it; 0: there is none. */
uint64_t hf_identity_start_ticks(uint32_t pid);

#endif
