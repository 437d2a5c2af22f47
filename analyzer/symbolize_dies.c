/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DWARF 2 to 5. Entries stand one behind the other, children behind their
 * parent and ended by a 0. An entry is the number of its abbreviation and then
 * the values, whose forms stand there. Compilers number abbreviations from 1.
 */
#include "symbolize_dies.h"

#include <dwarf.h>
#include <stdlib.h>

#include "err.h"
#include "symbolize_bytes.h"

#define ABBREVIATIONS_MAX (1u << 20)
#define VARIABLE	  UINT32_MAX
#define NESTING_MAX	  1024

enum kind {
	KIND_PLAIN, /* nothing in it is of interest */
	KIND_SCOPE, /* functions may be in it */
	KIND_FUNCTION
};

struct abbreviation {
	uint32_t first, count; /* forms */
	uint32_t size; /* of all values; VARIABLE: to be found out */
	unsigned char kind;
	bool known, children, has_code;
	bool has_sibling; /* of 4 bytes, from the unit's start */
	uint32_t sibling; /* so many bytes into the values; or VARIABLE */
};

struct reader {
	struct abbreviation *list; /* by their number */
	size_t count, capacity;
	uint16_t *forms;
	size_t form_count, form_capacity;
	unsigned offset_size, address_size, version;
};

static enum kind
kind_of(uint64_t tag)
{
	switch (tag) {
	case DW_TAG_compile_unit:
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
		return KIND_SCOPE;
	case DW_TAG_subprogram:
		return KIND_FUNCTION;
	default:
		return KIND_PLAIN;
	}
}

/* Its size; VARIABLE: depends on the value; 0 also for what has none. */
static uint32_t
form_size(const struct reader *r, unsigned form)
{
	switch (form) {
	case DW_FORM_flag_present:
	case DW_FORM_implicit_const:
		return 0;
	case DW_FORM_data1:
	case DW_FORM_ref1:
	case DW_FORM_flag:
	case DW_FORM_strx1:
	case DW_FORM_addrx1:
		return 1;
	case DW_FORM_data2:
	case DW_FORM_ref2:
	case DW_FORM_strx2:
	case DW_FORM_addrx2:
		return 2;
	case DW_FORM_strx3:
	case DW_FORM_addrx3:
		return 3;
	case DW_FORM_data4:
	case DW_FORM_ref4:
	case DW_FORM_strx4:
	case DW_FORM_addrx4:
	case DW_FORM_ref_sup4:
		return 4;
	case DW_FORM_data8:
	case DW_FORM_ref8:
	case DW_FORM_ref_sig8:
	case DW_FORM_ref_sup8:
		return 8;
	case DW_FORM_data16:
		return 16;
	case DW_FORM_addr:
		return r->address_size;
	case DW_FORM_ref_addr:
		return r->version == 2 ? r->address_size : r->offset_size;
	case DW_FORM_strp:
	case DW_FORM_line_strp:
	case DW_FORM_sec_offset:
	case DW_FORM_strp_sup:
	case DW_FORM_GNU_ref_alt:
	case DW_FORM_GNU_strp_alt:
		return r->offset_size;
	default:
		return VARIABLE;
	}
}

/* Passes over a value of no fixed size. False: an unknown form. */
static bool
skip_variable(struct bytes *b, unsigned form)
{
	switch (form) {
	case DW_FORM_string:
		bytes_string(b);
		return true;
	case DW_FORM_block1:
		bytes_skip(b, bytes_fixed(b, 1));
		return true;
	case DW_FORM_block2:
		bytes_skip(b, bytes_fixed(b, 2));
		return true;
	case DW_FORM_block4:
		bytes_skip(b, bytes_fixed(b, 4));
		return true;
	case DW_FORM_block:
	case DW_FORM_exprloc:
		bytes_skip(b, bytes_unsigned(b));
		return true;
	case DW_FORM_sdata:
	case DW_FORM_udata:
	case DW_FORM_ref_udata:
	case DW_FORM_strx:
	case DW_FORM_addrx:
	case DW_FORM_loclistx:
	case DW_FORM_rnglistx:
	case DW_FORM_GNU_addr_index:
	case DW_FORM_GNU_str_index:
		bytes_unsigned(b);
		return true;
	default:
		return false;
	}
}

static void
add_form(struct reader *r, struct abbreviation *a, uint64_t name, uint64_t form)
{
	uint32_t size =
		form > UINT16_MAX ? VARIABLE : form_size(r, (unsigned)form);

	if (name == DW_AT_low_pc || name == DW_AT_ranges)
		a->has_code = true;
	if (name == DW_AT_sibling && form == DW_FORM_ref4) {
		a->has_sibling = true;
		a->sibling = a->size;
	}
	if (a->size != VARIABLE)
		a->size = size == VARIABLE ? VARIABLE : a->size + size;
	GROW(r->forms, r->form_count, r->form_capacity);
	r->forms[r->form_count++] = form > UINT16_MAX ? 0 : (uint16_t)form;
	a->count++;
}

static bool
read_abbreviation(struct reader *r, struct bytes *b, uint64_t number)
{
	struct abbreviation a = { .known = true };
	uint64_t name, form;

	a.first = (uint32_t)r->form_count;
	a.kind = (unsigned char)kind_of(bytes_unsigned(b));
	a.children = bytes_fixed(b, 1) == DW_CHILDREN_yes;
	for (;;) {
		name = bytes_unsigned(b);
		form = bytes_unsigned(b);
		if (b->bad || r->form_count == UINT32_MAX)
			return false;
		if (name == 0 && form == 0)
			break;
		if (form == DW_FORM_implicit_const)
			bytes_signed(b);
		add_form(r, &a, name, form);
	}
	while (r->count <= number) {
		GROW(r->list, r->count, r->capacity);
		r->list[r->count++] = (struct abbreviation){ 0 };
	}
	r->list[number] = a;
	return true;
}

static bool
read_abbreviations(struct reader *r, const struct section *s, uint64_t offset)
{
	struct bytes b = bytes_of(s->bytes, s->size, offset);
	size_t read = 0;

	while (!b.bad) {
		uint64_t number = bytes_unsigned(&b);

		if (number == 0)
			return !b.bad;
		/* Numbered with gaps they would need a table of another kind.
		 */
		if (number > ABBREVIATIONS_MAX || number > 2 * read + 64 ||
			!read_abbreviation(r, &b, number))
			return false;
		read++;
	}
	return false;
}

/* Fills in what the unit's header says; *b is then at its first entry. */
static bool
read_header(struct reader *r, struct bytes *b, uint64_t *abbreviations)
{
	bool wide;
	uint64_t length = bytes_length(b, &wide);

	if (b->bad || length > (uint64_t)(b->end - b->at))
		return false;
	b->end = b->at + length;
	r->offset_size = wide ? 8 : 4;
	r->version = (unsigned)bytes_fixed(b, 2);
	if (r->version == 5) {
		if (bytes_fixed(b, 1) != DW_UT_compile)
			return false;
		r->address_size = (unsigned)bytes_fixed(b, 1);
		*abbreviations = bytes_fixed(b, r->offset_size);
	} else {
		*abbreviations = bytes_fixed(b, r->offset_size);
		r->address_size = (unsigned)bytes_fixed(b, 1);
	}
	return !b->bad && r->version >= 2 && r->version <= 5 &&
	       r->address_size == 8;
}

/* Passes over the values; *sibling: where the next entry beside is, or 0. */
static bool
skip_values(const struct reader *r, const struct abbreviation *a,
	struct bytes *b, uint64_t *sibling)
{
	*sibling = 0;
	if (a->has_sibling && a->sibling != VARIABLE) {
		struct bytes at = *b;

		bytes_skip(&at, a->sibling);
		*sibling = bytes_fixed(&at, 4);
	}
	if (a->size != VARIABLE) {
		bytes_skip(b, a->size);
		return !b->bad;
	}
	for (uint32_t i = 0; i < a->count; i++) {
		unsigned form = r->forms[a->first + i];
		uint32_t size = form_size(r, form);

		if (size != VARIABLE)
			bytes_skip(b, size);
		else if (!skip_variable(b, form))
			return false;
	}
	return !b->bad;
}

struct position {
	const unsigned char *section, *unit;
	int depth, closed; /* closed: depth at which a function ends; 0: none */
};

/* One entry. False: unknown, or damaged. */
static bool
step(const struct reader *r, struct bytes *b, struct position *p,
	void (*found)(void *, uint64_t), void *context)
{
	const unsigned char *start = b->at;
	uint64_t number = bytes_unsigned(b), sibling;
	const struct abbreviation *a;

	if (number == 0) {
		p->depth--;
		if (p->depth < p->closed)
			p->closed = 0;
		return !b->bad;
	}
	if (number >= r->count || !r->list[number].known)
		return false;
	a = &r->list[number];
	if (!skip_values(r, a, b, &sibling))
		return false;
	if (a->kind == KIND_FUNCTION && a->has_code && p->closed == 0)
		found(context, (uint64_t)(start - p->section));
	if (!a->children)
		return true;
	if (a->kind != KIND_SCOPE && sibling != 0) {
		/* Only ahead, so that there is an end. */
		if (sibling <= (uint64_t)(b->at - p->unit) ||
			sibling > (uint64_t)(b->end - p->unit))
			return false;
		b->at = p->unit + sibling;
		return true;
	}
	p->depth++;
	if (a->kind != KIND_SCOPE && p->closed == 0)
		p->closed = p->depth;
	return p->depth < NESTING_MAX;
}

bool
dies_functions(const struct dwarf_sections *s, uint64_t unit,
	void (*found)(void *context, uint64_t offset), void *context)
{
	struct bytes b = bytes_of(s->info.bytes, s->info.size, unit);
	struct position p = { .section = s->info.bytes };
	struct reader r = { 0 };
	uint64_t abbreviations;
	bool good;

	p.unit = b.at;
	good = !b.bad && read_header(&r, &b, &abbreviations) &&
	       read_abbreviations(&r, &s->abbrev, abbreviations);
	if (good)
		do
			good = step(&r, &b, &p, found, context);
		while (good && p.depth > 0 && b.at < b.end);
	free(r.list);
	free(r.forms);
	return good;
}
