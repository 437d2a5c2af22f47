/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is in a folder of dumps, and what of it may be removed: half of a
 * dump whose writer is dead, and the oldest dump of a process that has ended or
 * has not written for a minute.
 */
#ifndef HF_CENSUS_H
#define HF_CENSUS_H

#include "folder.h"

struct hf_census {
	/* Without those of `id`, if they are known, and what it is writing. */
	uint64_t files, bytes;
	bool own_known;
	char oldest[256]; /* "": none may be removed */
	uint64_t oldest_mtime;
	char abandoned[256]; /* a temporary file whose writer is dead */
	bool id_taken;
	uint64_t now_s; /* wall clock */
};

void hf_census_take(struct hf_census *c, const struct hf_folder *f,
	const char *id, bool own_known);

#endif
