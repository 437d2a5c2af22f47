/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a dump is due, and the final one. Writing is the helper's: see helper.h
 * and write_dump.h.
 */
#ifndef HF_DUMP_H
#define HF_DUMP_H

#include <stdbool.h>

#include "state.h"

/* First times and bytes; when a region is made. */
void hf_dump_schedule(void);

/* Looked at on samples. Starts a helper if it is time; never waits. */
void hf_dump_if_due(struct hf_region *r, uint64_t now_ns);

/*
 * A dump of this moment, waited for: a host's thread asks, outside of all
 * hooks; `ask` as below. False: nothing sampled, or it could not be written.
 */
bool hf_dump_now(struct hf_region *r, bool ask);

/*
 * At exit, after every destructor: waits for a dump under way and for the
 * final one. `ask`: the next allocator may be asked for its figures. Nothing
 * for a process with fewer than 8 samples that nobody asked about.
 */
void hf_dump_final(bool ask);

#endif
