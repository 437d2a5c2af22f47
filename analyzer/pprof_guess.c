/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol buffer has no magic number, so its first fields are looked into:
 * each must be one that a profile has, of the right type, and one of them must
 * hold what such a message holds. The tags of that are control characters,
 * which no text has in such places.
 */
#include "pprof_guess.h"

#include <string.h>

#define NUMBERS 16

/* The fields of a message by their numbers. */
struct shape {
	const char *types; /* v varint, b bytes, e either; from number 1 on */
	unsigned proof; /* bit n: field n is one that speaks for it */
	const struct shape *parts[NUMBERS]; /* what those of bytes hold */
};

static const struct shape value_type = { .types = "vv", .proof = 06 };
static const struct shape label = { .types = "vvvv" };
static const struct shape sample = { "eeb", 06, { [3] = &label } };
static const struct shape mapping = { .types = "vvvvvvvvvv", .proof = 02 };
static const struct shape line = { .types = "vvv" };
static const struct shape location = { "vvvbv", 02, { [4] = &line } };
static const struct shape function = { .types = "vvvvv", .proof = 02 };
static const struct shape profile = { "bbbbbbvvvvbvevv", 0,
	{ NULL, &value_type, &sample, &mapping, &location,
		&function, [11] = &value_type } };

static bool
fits(const struct shape *s, const struct wire_field *f)
{
	char type;

	if (f->number > strlen(s->types))
		return true; /* of a later version */
	type = s->types[f->number - 1];
	return (f->type == WIRE_VARINT && type != 'b') ||
	       (f->type == WIRE_BYTES && type != 'v');
}

/* What there is of a field of bytes that is cut off; false: nothing. */
static bool
take_rest(struct wire w, struct wire_field *f)
{
	uint64_t tag, length;

	if (!wire_varint(&w, &tag) || (tag & 7) != WIRE_BYTES ||
		tag > UINT32_MAX || !wire_varint(&w, &length))
		return false;
	*f = (struct wire_field){
		.number = (uint32_t)(tag >> 3), .type = WIRE_BYTES, .bytes = w
	};
	return true;
}

/* cut: it may end anywhere. */
static bool
has_shape(struct wire w, const struct shape *s, bool cut, bool *proven)
{
	for (;;) {
		struct wire_field f;
		enum wire_result result = wire_next(&w, &f);
		const struct shape *part = NULL;

		if (result == WIRE_END)
			return true;
		if (result == WIRE_BAD || (result == WIRE_CUT && !cut))
			return false;
		if (result == WIRE_CUT && !take_rest(w, &f))
			return true;
		if (!fits(s, &f))
			return false;
		if (f.number < NUMBERS) {
			*proven |= s->proof >> f.number & 1;
			part = s->parts[f.number];
		}
		if (part != NULL &&
			!has_shape(f.bytes, part, result == WIRE_CUT, proven))
			return false;
		if (result == WIRE_CUT)
			return true;
	}
}

bool
pprof_guess(struct wire start)
{
	bool proven = false;

	return has_shape(start, &profile, true, &proven) && proven;
}
