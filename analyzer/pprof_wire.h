/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocol buffers as they lie in a file: fields one behind the other, each a
 * number, a type and a value. A whole profile is walked with this, in its
 * place; what a field of it holds is protobuf-c's to unpack, see
 * pprof_message.h.
 */
#ifndef PPROF_WIRE_H
#define PPROF_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a message. */
struct wire {
	const unsigned char *at, *end;
};

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5
};

struct wire_field {
	uint32_t number;
	enum wire_type type;
	uint64_t value; /* of a varint */
	struct wire bytes; /* of WIRE_BYTES */
	const unsigned char *begin; /* of the whole field */
};

enum wire_result {
	WIRE_FIELD,
	WIRE_END,
	WIRE_CUT, /* the message ends in the midst of a field */
	WIRE_BAD /* this is no field; at stays where it begins */
};

/* The next field; `at` is moved behind it. */
enum wire_result wire_next(struct wire *w, struct wire_field *f);

/* Up to 10 bytes. False: it is cut off or too long. */
bool wire_varint(struct wire *w, uint64_t *value);

/*
 * The last varint of that number in a message, 0 if there is none; false if it
 * is no message.
 */
bool wire_find(struct wire message, uint32_t number, uint64_t *value);

#endif
