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

/* Writes pid, times, id and all that into a new region's header. */
void hf_identity_publish(struct hf_region *r);

/* The next `<pid>-<start>`, when files of that name are there already. */
void hf_identity_rename(struct hfs_header *h);

#endif
