/* SPDX-License-Identifier: Apache-2.0 */
#include "pprof_wire.h"

bool
wire_varint(struct wire *w, uint64_t *value)
{
	const unsigned char *at = w->at;
	uint64_t v = 0;

	for (unsigned shift = 0; at < w->end && shift < 70; shift += 7) {
		unsigned char byte = *at++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*value = v;
			w->at = at;
			return true;
		}
	}
	return false;
}

static bool
is_cut(const struct wire *w)
{
	return w->end - w->at < 10;
}

/* So many bytes of value. */
static enum wire_result
take(struct wire *w, struct wire_field *f, uint64_t length)
{
	if (length > (uint64_t)(w->end - w->at))
		return WIRE_CUT;
	f->bytes = (struct wire){ w->at, w->at + length };
	w->at += length;
	return WIRE_FIELD;
}

static enum wire_result
take_value(struct wire *w, struct wire_field *f)
{
	uint64_t length;

	switch (f->type) {
	case WIRE_VARINT:
		if (wire_varint(w, &f->value))
			return WIRE_FIELD;
		return is_cut(w) ? WIRE_CUT : WIRE_BAD;
	case WIRE_BYTES:
		if (wire_varint(w, &length))
			return take(w, f, length);
		return is_cut(w) ? WIRE_CUT : WIRE_BAD;
	case WIRE_FIXED64:
		return take(w, f, 8);
	case WIRE_FIXED32:
		return take(w, f, 4);
	}
	return WIRE_BAD; /* groups, which no version of the format has */
}

enum wire_result
wire_next(struct wire *w, struct wire_field *f)
{
	uint64_t tag;
	enum wire_result result;

	f->begin = w->at;
	if (w->at == w->end)
		return WIRE_END;
	if (!wire_varint(w, &tag))
		return is_cut(w) ? WIRE_CUT : WIRE_BAD;
	f->number = (uint32_t)(tag >> 3);
	f->type = (enum wire_type)(tag & 7);
	if (tag > UINT32_MAX || f->number == 0)
		result = WIRE_BAD;
	else
		result = take_value(w, f);
	if (result != WIRE_FIELD)
		w->at = f->begin;
	return result;
}

bool
wire_find(struct wire message, uint32_t number, uint64_t *value)
{
	struct wire_field f;
	enum wire_result result;

	*value = 0;
	while ((result = wire_next(&message, &f)) == WIRE_FIELD)
		if (f.number == number && f.type == WIRE_VARINT)
			*value = f.value;
	return result == WIRE_END;
}
