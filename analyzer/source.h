/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's bytes from front to back, unpacked on the way if they are gzip or
 * zstd. A window [at, end) of them is in memory: the user moves `at` over what
 * it has done with and asks for more, so that a text of any size needs no
 * more room than its longest line.
 *
 *	struct source s;
 *
 *	if (source_open(&s, path) < 0)
 *		return -1;
 *	do {
 *		... take what is whole in [s.at, s.end) ...
 *	} while ((more = source_more(&s)) > 0);
 *	source_close(&s);
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
	const char *name; /* the path, for messages; borrowed */
	const unsigned char *at, *end;
	bool cut; /* packed data that ended too early, or is damaged there */
	uint64_t taken; /* bytes of the file so far, packed as they are */
	uint64_t given; /* bytes behind the unpacking so far */

	/* Private. */
	int fd;
	bool is_part; /* of a file, and so is_plain is false */
	uint64_t left; /* of the part, not yet read */
	bool ended;
	struct unpacker *unpacker; /* NULL: plain */
	unsigned char *buffer, *packed;
	size_t capacity, packed_at, packed_end;
};

/* With its first bytes. 0, or -1 after error(); then there is none to close. */
int source_open(struct source *s, const char *path);

/* A part of a file by itself, under a name of its own. */
struct part {
	const char *file; /* its path */
	const char *name; /* for messages, and what readers make of it */
	uint64_t offset, length;
};
int source_open_part(struct source *s, const struct part *part);

void source_close(struct source *s);

/*
 * More behind `end`; what is not yet used stays, but moves. 1, or 0 if there is
 * no more, or -1 after error().
 */
int source_more(struct source *s);

/*
 * Until at least that many are there, or there are no more: 0. -1 after
 * error(), also where packed data grow to more than any profile does.
 */
int source_want(struct source *s, size_t length);

/* Whether what is left can be measured and sought in, as in a plain file. */
bool source_is_plain(const struct source *s);

#endif
