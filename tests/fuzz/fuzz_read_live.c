/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live states that are damaged in any way, through their reader and into
 * another profile. Input that begins as a state does is taken as one; of any
 * other each 8 bytes are a place and a word that goes there, in a state that is
 * otherwise right.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "profile.h"
#include "read.h"
#include "replay.h"
#include "tests/unit/states.h"

static void
damage(struct state_made *s, const uint8_t *bytes, size_t length)
{
	for (; length >= 8; bytes += 8, length -= 8) {
		uint32_t place, word;

		memcpy(&place, bytes, sizeof place);
		memcpy(&word, bytes + 4, sizeof word);
		memcpy(s->bytes + place % (STATE_SIZE / 4) * 4, &word,
			sizeof word);
	}
}

/* A copy, so that what is read beyond its end is found. */
static void
read_one(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length > 0 ? length : 1);
	const struct input in = { "no/such.live", copy, length };
	struct profile p, sum;
	struct head head = { 0 };

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, length);
	if (!reader_live.recognises(&in)) {
		free(copy);
		return;
	}
	profile_init(&p);
	profile_init(&sum);
	reader_live.head(&head, &in);
	head_release(&head);
	reader_live.extent(&in);
	if (reader_live.read(&p, &in) == 0)
		profile_add(&sum, &p);
	profile_release(&sum);
	profile_release(&p);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct state_made *s;

	if (length >= 8 && memcmp(bytes, HFS_MAGIC, 8) == 0) {
		read_one(bytes, length);
		return 0;
	}
	s = state_example();
	damage(s, bytes, length);
	/* Whole, and cut off where the input says. */
	read_one(s->bytes, STATE_SIZE);
	if (length > 0)
		read_one(s->bytes, (size_t)bytes[0] << 10 | bytes[length - 1]);
	free(s);
	return 0;
}
