/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /proc says of the process's memory, into the region's header. In the
 * helper, which has the host's memory and descriptors of its own.
 */
#ifndef HF_RSS_H
#define HF_RSS_H

#include "state.h"

/* VmRSS and its parts; some 20 us. */
void hf_rss_note(struct hfs_header *h);

/* What is resident of the threads' stacks; reads every mapping: may take ms. */
void hf_rss_note_stacks(struct hfs_header *h);

/* The same of such a file: the fields that it has, the sum in bytes. */
bool hf_rss_status(struct hfs_rss *rss, const char *path) HF_CHECKED;
uint64_t hf_rss_stacks(const char *path);

/* A point of the history, if it is time for one. */
void hf_rss_history(struct hf_region *r);

#endif
