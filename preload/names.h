/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that are part of a stack's identity: threads' names and labels. Equal
 * text in, equal number out; a few hundred at most, the rest is one. Lock-free.
 */
#ifndef HF_NAMES_H
#define HF_NAMES_H

#include "state.h"
#include "thread.h"

/* Its number; 0 for none: no text, or no room. */
uint16_t hf_names_intern(
	struct hf_region *r, enum hfs_name_kind kind, const char *text);

/* The text of a number, or NULL. */
const char *hf_names_text(
	const struct hf_region *r, enum hfs_name_kind kind, uint16_t number);

/* The number of this thread's name, asked of the kernel now and then. */
uint16_t hf_names_thread(
	struct hf_region *r, struct hf_thread *t, uint64_t now_ns);

/* The number of this thread's label; a fork child takes its parent's over. */
uint16_t hf_names_label(struct hf_region *r, struct hf_thread *t);

#endif
