/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twice over the file: what there is of each kind is counted, so that no array
 * grows, and then noted. A message of two bytes costs ten times that at most.
 */
#include "pprof_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

/* No person reads longer ones. */
#define TEXT_MAX ((size_t)8192)

/* The numbers of the fields of a profile. */
enum {
	SAMPLE_TYPE = 1,
	SAMPLE,
	MAPPING,
	LOCATION,
	FUNCTION,
	STRING_TABLE,
	DROP_FRAMES,
	KEEP_FRAMES,
	TIME_NANOS,
	DURATION_NANOS,
	PERIOD_TYPE,
	PERIOD,
	COMMENT,
	DEFAULT_SAMPLE_TYPE
};

void
pprof_complain(const struct pprof_file *f, const unsigned char *at,
	const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof what, format, args);
	va_end(args);
	error("cannot read '%s': at byte %zu: %s", f->in->name,
		(size_t)(at - f->in->bytes), what);
}

static struct pprof_table *
table_of(struct pprof_file *f, uint32_t number)
{
	switch (number) {
	case MAPPING:
		return &f->mappings;
	case LOCATION:
		return &f->locations;
	case FUNCTION:
		return &f->functions;
	default:
		return NULL;
	}
}

/* Of those that are there once only. */
static uint64_t *
number_of(struct pprof_file *f, uint32_t number)
{
	switch (number) {
	case DROP_FRAMES:
		return &f->drop_frames;
	case KEEP_FRAMES:
		return &f->keep_frames;
	case TIME_NANOS:
		return &f->time_ns;
	case DURATION_NANOS:
		return &f->duration_ns;
	case PERIOD:
		return &f->period;
	case DEFAULT_SAMPLE_TYPE:
		return &f->default_type;
	default:
		return NULL;
	}
}

static int
count_bytes(struct pprof_file *f, const struct wire_field *field)
{
	struct pprof_table *t = table_of(f, field->number);

	if (t != NULL && t->count < NONE - 1) {
		t->count++;
	} else if (t != NULL || f->string_count >= NONE - 1) {
		return pprof_bad(f, field->begin, "too many messages");
	} else if (field->number == STRING_TABLE) {
		f->string_count++;
	} else if (field->number == PERIOD_TYPE) {
		f->period_type = field->bytes;
	} else if (field->number == SAMPLE_TYPE) {
		if (f->type_count == PPROF_TYPES_MAX)
			return pprof_bad(f, field->begin,
				"more than %d types of samples",
				PPROF_TYPES_MAX);
		f->types[f->type_count++] = field->bytes;
	}
	return 0;
}

static int
count(struct pprof_file *f)
{
	struct wire w = { f->in->bytes, f->in->bytes + f->in->length };
	struct wire_field field;
	enum wire_result result;

	while ((result = wire_next(&w, &field)) == WIRE_FIELD) {
		uint64_t *number = number_of(f, field.number);
		bool bytes = field.number <= STRING_TABLE ||
			     field.number == PERIOD_TYPE;

		if ((bytes && field.type != WIRE_BYTES) ||
			(number != NULL && field.type != WIRE_VARINT))
			return pprof_bad(f, field.begin,
				"field %u is of the wrong type", field.number);
		if (number != NULL)
			*number = field.value;
		else if (bytes && count_bytes(f, &field) < 0)
			return -1;
	}
	if (result == WIRE_CUT)
		return error("cannot read '%s': cut off at byte %zu, in the "
			     "midst of a field",
			f->in->name, f->in->length);
	if (result == WIRE_BAD)
		return pprof_bad(f, w.at, "this is no field of a profile");
	return 0;
}

static void
table_init(struct pprof_table *t)
{
	t->at = xmalloc(t->count * sizeof *t->at);
	t->ids = xmalloc(t->count * sizeof *t->ids);
	t->made = xmalloc(t->count * sizeof *t->made);
	memset(t->made, 0xff, t->count * sizeof *t->made);
	t->in_order = true;
	t->count = 0;
}

/* Where its length stands. */
static size_t
length_at(const struct pprof_file *f, const struct wire_field *field)
{
	struct wire w = { field->begin, field->bytes.at };
	uint64_t tag;

	wire_varint(&w, &tag);
	return (size_t)(w.at - f->in->bytes);
}

static int
index_one(struct pprof_file *f, struct pprof_table *t,
	const struct wire_field *field)
{
	uint64_t id;

	if (!wire_find(field->bytes, 1, &id))
		return pprof_bad(f, field->begin, "a damaged %s", t->what);
	if (id == 0)
		return pprof_bad(f, field->begin, "a %s of id 0", t->what);
	t->at[t->count] = length_at(f, field);
	t->ids[t->count++] = id;
	t->in_order &= id == t->count;
	return 0;
}

static int
index_all(struct pprof_file *f)
{
	struct wire w = { f->in->bytes, f->in->bytes + f->in->length };
	struct wire_field field;
	uint32_t strings = 0;

	while (wire_next(&w, &field) == WIRE_FIELD) {
		struct pprof_table *t = table_of(f, field.number);

		if (t != NULL && index_one(f, t, &field) < 0)
			return -1;
		if (field.number == STRING_TABLE)
			f->strings[strings++] = length_at(f, &field);
	}
	return 0;
}

static uint32_t
slot_of(const struct pprof_table *t, uint64_t id)
{
	uint32_t s =
		(uint32_t)((id * 0x9fb21c651e98df25u) >> 32) & t->slot_mask;

	while (t->slots[s] != 0 && t->ids[t->slots[s] - 1] != id)
		s = (s + 1) & t->slot_mask;
	return s;
}

uint32_t
pprof_search(const struct pprof_table *t, uint64_t id)
{
	return t->slots[slot_of(t, id)] - 1; /* 0 - 1 is NONE */
}

/* 0, or -1 after error(): an id is there twice. */
static int
index_ids(struct pprof_file *f, struct pprof_table *t)
{
	uint32_t slots = 16;

	if (t->in_order)
		return 0;
	while (slots / 4 * 3 < t->count)
		slots *= 2;
	t->slots = xcalloc(slots, sizeof *t->slots);
	t->slot_mask = slots - 1;
	for (uint32_t i = 0; i < t->count; i++) {
		uint32_t s = slot_of(t, t->ids[i]);

		if (t->slots[s] != 0)
			return pprof_bad(f, f->in->bytes + t->at[i],
				"two %ss of one id", t->what);
		t->slots[s] = i + 1;
	}
	return 0;
}

int
pprof_file_init(struct pprof_file *f, struct profile *p, const struct input *in)
{
	struct pprof_table *tables[] = { &f->mappings, &f->locations,
		&f->functions };

	*f = (struct pprof_file){ .p = p, .in = in };
	f->mappings.what = "mapping";
	f->locations.what = "location";
	f->functions.what = "function";
	pprof_memory_init(&f->memory);
	if (count(f) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		table_init(tables[i]);
	f->strings = xmalloc(f->string_count * sizeof *f->strings);
	f->string_ids = xmalloc(f->string_count * sizeof *f->string_ids);
	memset(f->string_ids, 0xff, f->string_count * sizeof *f->string_ids);
	if (index_all(f) < 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (index_ids(f, tables[i]) < 0)
			return -1;
	return 0;
}

static void
table_release(struct pprof_table *t)
{
	free(t->at);
	free(t->ids);
	free(t->made);
	free(t->slots);
}

void
pprof_file_release(struct pprof_file *f)
{
	table_release(&f->mappings);
	table_release(&f->locations);
	table_release(&f->functions);
	free(f->strings);
	free(f->string_ids);
	pprof_memory_release(&f->memory);
}

struct wire
pprof_message(const struct pprof_file *f, size_t at)
{
	struct wire w = { f->in->bytes + at, f->in->bytes + f->in->length };
	uint64_t length = 0;

	wire_varint(&w, &length); /* as it did before */
	w.end = w.at + length;
	return w;
}

bool
pprof_text(const struct pprof_file *f, uint64_t number, struct wire *text)
{
	if (number >= f->string_count)
		return false;
	*text = pprof_message(f, f->strings[number]);
	return true;
}

uint32_t
pprof_string(struct pprof_file *f, uint64_t number)
{
	struct wire text;
	uint32_t *id;

	if (!pprof_text(f, number, &text) || text.at == text.end)
		return NONE;
	id = &f->string_ids[number];
	if (*id == NONE) {
		const char *s = (const char *)text.at;
		size_t n = (size_t)(text.end - text.at);

		/* Ours end at a NUL, theirs do not. */
		n = strnlen(s, n < TEXT_MAX ? n : TEXT_MAX);
		*id = strtab_add_n(&f->p->strings, s, n);
	}
	return *id;
}

bool
pprof_equals(const struct pprof_file *f, uint64_t number, const char *text)
{
	struct wire w;

	return pprof_text(f, number, &w) &&
	       (size_t)(w.end - w.at) == strlen(text) &&
	       memcmp(w.at, text, strlen(text)) == 0;
}
