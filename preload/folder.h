/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder that dumps go to: made when needed, names that never take
 * another's place, and never more files or bytes than DUMP_KEEP and DUMP_LIMIT
 * allow. Runs in the helper.
 */
#ifndef HF_FOLDER_H
#define HF_FOLDER_H

#include "state.h"
#include "text.h"
#include "write_dump.h"

#define HF_FOLDER_PLACES 3 /* prefix, fallback, private folder */

struct hf_folder {
	long fd; /* of the directory; -1 */
	const char *path; /* for messages */
	char base[256]; /* what every name in it begins with */
	char name[512], temporary[520]; /* of the dump being written */
	const char *id; /* of the process whose dump is being written */
	int tried; /* of the places; the last one is open */
	long error; /* -errno of what failed last */
};

/*
 * Opens the first of the prefix, its fallback and the private folder under
 * /tmp that can be written to. False: none; error says why for the first.
 */
bool hf_folder_open(struct hf_folder *f);

/* The next one, when the one that is open can't be written to after all. */
bool hf_folder_open_next(struct hf_folder *f);

void hf_folder_close(struct hf_folder *f);

/*
 * Makes room for one more dump and picks names. At the first dump of a process
 * its id is changed until no file bears it. False: the folder is full of
 * other processes' dumps that may still be needed.
 */
bool hf_folder_prepare(struct hf_folder *f, struct hfs_header *h,
	const struct hf_dump_reason *why);

/* A new file for the temporary name; its descriptor, or < 0. */
long hf_folder_create(struct hf_folder *f);

/*
 * Gives it its name, without replacing anything; or removes it. `live` is what
 * the dump says is live; the one with the most is kept.
 */
bool hf_folder_commit(struct hf_folder *f, const struct hf_dump_reason *why,
	uint64_t bytes, uint64_t live);
void hf_folder_abandon(struct hf_folder *f);

#endif
