/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DWARF 2 to 5. A table is a header (folders, files), then a program for a
 * little machine, whose rows form sequences, each with rising addresses.
 */
#include "symbolize_lines.h"

#include <dwarf.h>
#include <stdlib.h>

#include "err.h"
#include "symbolize_bytes.h"
#include "symbolize_ranges.h"

#define OPCODES_MAX 256
#define FORMATS_MAX 16

struct row {
	uint64_t address;
	uint32_t file, line;
};

struct file {
	const char *name;
	uint64_t folder;
	char *path; /* put together when first asked for */
};

struct sequence {
	uint32_t first, count; /* rows */
};

struct lines {
	struct row *rows;
	const char **folders;
	struct file *files;
	struct sequence *sequences;
	struct ranges ranges; /* of sequences, by their index */
	size_t row_count, row_capacity, folder_count, folder_capacity;
	size_t file_count, file_capacity, sequence_count, sequence_capacity;
	const char *comp_dir;
	unsigned version;
};

struct header {
	const struct dwarf_sections *sections;
	bool wide; /* offsets of 8 bytes */
	unsigned version, address_size;
	unsigned least_instruction, operations; /* a VLIW machine's */
	int line_base;
	unsigned line_range, opcode_base;
	unsigned char lengths[OPCODES_MAX]; /* operands of standard opcodes */
};

/* What the machine holds. */
struct machine {
	uint64_t address;
	uint32_t operation, file, line;
};

static void
add_folder(struct lines *l, const char *name)
{
	GROW(l->folders, l->folder_count, l->folder_capacity);
	l->folders[l->folder_count++] = name;
}

static void
add_file(struct lines *l, const char *name, uint64_t folder)
{
	GROW(l->files, l->file_count, l->file_capacity);
	l->files[l->file_count++] = (struct file){ name, folder, NULL };
}

/* Version 2 to 4: two lists, each ended by an empty name. */
static void
read_old_names(struct lines *l, struct bytes *b)
{
	const char *name;

	add_folder(l, l->comp_dir);
	while (*(name = bytes_string(b)) != '\0')
		add_folder(l, name);
	add_file(l, NULL, 0);
	while (*(name = bytes_string(b)) != '\0') {
		uint64_t folder = bytes_unsigned(b);

		bytes_unsigned(b); /* time */
		bytes_unsigned(b); /* size */
		add_file(l, name, folder);
	}
}

static const char *
string_at(const struct section *s, uint64_t offset)
{
	struct bytes b = bytes_of(s->bytes, s->size, offset);

	return b.bad ? "" : bytes_string(&b);
}

/* False: a form that is not known here. */
static bool
read_form(const struct header *h, struct bytes *b, uint64_t form,
	const char **text, uint64_t *number)
{
	unsigned offset_size = h->wide ? 8 : 4;

	switch (form) {
	case DW_FORM_string:
		*text = bytes_string(b);
		return true;
	case DW_FORM_line_strp:
		*text = string_at(
			&h->sections->line_str, bytes_fixed(b, offset_size));
		return true;
	case DW_FORM_strp:
		*text = string_at(
			&h->sections->str, bytes_fixed(b, offset_size));
		return true;
	case DW_FORM_data1:
		*number = bytes_fixed(b, 1);
		return true;
	case DW_FORM_data2:
		*number = bytes_fixed(b, 2);
		return true;
	case DW_FORM_data4:
		*number = bytes_fixed(b, 4);
		return true;
	case DW_FORM_data8:
		*number = bytes_fixed(b, 8);
		return true;
	case DW_FORM_udata:
		*number = bytes_unsigned(b);
		return true;
	case DW_FORM_data16:
		bytes_skip(b, 16);
		return true;
	case DW_FORM_block:
		bytes_skip(b, bytes_unsigned(b));
		return true;
	default:
		return false;
	}
}

/* Version 5: what an entry consists of is described in front. */
static bool
read_list(const struct header *h, struct lines *l, struct bytes *b, bool files)
{
	uint64_t kinds[FORMATS_MAX], forms[FORMATS_MAX], count;
	unsigned formats = (unsigned)bytes_fixed(b, 1);

	if (formats > FORMATS_MAX)
		return false;
	for (unsigned i = 0; i < formats; i++) {
		kinds[i] = bytes_unsigned(b);
		forms[i] = bytes_unsigned(b);
	}
	count = bytes_unsigned(b);
	if (count > (uint64_t)(b->end - b->at) || (count > 0 && formats == 0))
		return false;
	for (uint64_t i = 0; i < count && !b->bad; i++) {
		const char *name = NULL;
		uint64_t folder = 0;

		for (unsigned k = 0; k < formats; k++) {
			const char *text = NULL;
			uint64_t number = 0;

			if (!read_form(h, b, forms[k], &text, &number))
				return false;
			if (kinds[k] == DW_LNCT_path)
				name = text;
			else if (kinds[k] == DW_LNCT_directory_index)
				folder = number;
		}
		if (files)
			add_file(l, name, folder);
		else
			add_folder(l, name);
	}
	return !b->bad;
}

static bool
read_header(struct header *h, struct lines *l, struct bytes *b)
{
	uint64_t length = bytes_length(b, &h->wide), rest;
	struct bytes names;

	if (b->bad || length > (uint64_t)(b->end - b->at))
		return false;
	b->end = b->at + length;
	l->version = h->version = (unsigned)bytes_fixed(b, 2);
	if (h->version < 2 || h->version > 5)
		return false;
	if (h->version == 5)
		bytes_skip(b, 2); /* sizes of an address and of a selector */
	rest = bytes_fixed(b, h->wide ? 8 : 4);
	names = *b;
	bytes_skip(b, rest);
	h->least_instruction = (unsigned)bytes_fixed(&names, 1);
	h->operations = h->version >= 4 ? (unsigned)bytes_fixed(&names, 1) : 1;
	bytes_skip(&names, 1); /* whether a row is a statement at first */
	h->line_base = (signed char)bytes_fixed(&names, 1);
	h->line_range = (unsigned)bytes_fixed(&names, 1);
	h->opcode_base = (unsigned)bytes_fixed(&names, 1);
	for (unsigned i = 1; i < h->opcode_base; i++)
		h->lengths[i] = (unsigned char)bytes_fixed(&names, 1);
	names.end = b->at;
	if (b->bad || names.bad || names.at > names.end || h->line_range == 0 ||
		h->opcode_base == 0 || h->operations != 1)
		return false;
	if (h->version == 5)
		return read_list(h, l, &names, false) &&
		       read_list(h, l, &names, true);
	read_old_names(l, &names);
	return !names.bad;
}

static void
add_row(struct lines *l, const struct machine *m)
{
	GROW(l->rows, l->row_count, l->row_capacity);
	l->rows[l->row_count++] = (struct row){ m->address, m->file, m->line };
}

/* Ends the sequence whose first row is `first`, at the machine's address. */
static void
end_sequence(struct lines *l, size_t first, const struct machine *m)
{
	size_t count = l->row_count - first;

	for (size_t i = first + 1; i < l->row_count; i++)
		if (l->rows[i].address < l->rows[i - 1].address)
			count = 0; /* in no order: of no use */
	/* What the linker dropped stands at 0 or 1. */
	if (count == 0 || l->row_count > UINT32_MAX ||
		l->rows[first].address <= 1) {
		l->row_count = first;
		return;
	}
	GROW(l->sequences, l->sequence_count, l->sequence_capacity);
	l->sequences[l->sequence_count] =
		(struct sequence){ (uint32_t)first, (uint32_t)count };
	ranges_add(&l->ranges, (struct range){ l->rows[first].address,
				       m->address, l->sequence_count++, 0 });
}

static const struct machine at_first = { 0, 0, 1, 1 };

static void
run_extended(struct lines *l, struct machine *m, struct bytes *b, size_t *first)
{
	uint64_t length = bytes_unsigned(b);
	struct bytes inside = *b;
	unsigned code;

	bytes_skip(b, length);
	inside.end = b->at;
	if (b->bad || length == 0)
		return;
	code = (unsigned)bytes_fixed(&inside, 1);
	if (code == DW_LNE_end_sequence) {
		end_sequence(l, *first, m);
		*first = l->row_count;
		*m = at_first;
	} else if (code == DW_LNE_set_address && length == 9) {
		m->address = bytes_fixed(&inside, 8);
		m->operation = 0;
	}
}

static void
run_standard(const struct header *h, struct lines *l, struct machine *m,
	struct bytes *b, unsigned code)
{
	switch (code) {
	case DW_LNS_copy:
		add_row(l, m);
		break;
	case DW_LNS_advance_pc:
		m->address += bytes_unsigned(b) * h->least_instruction;
		break;
	case DW_LNS_advance_line:
		m->line += (uint32_t)bytes_signed(b);
		break;
	case DW_LNS_set_file:
		m->file = (uint32_t)bytes_unsigned(b);
		break;
	case DW_LNS_const_add_pc:
		m->address +=
			(uint64_t)((255 - h->opcode_base) / h->line_range) *
			h->least_instruction;
		break;
	case DW_LNS_fixed_advance_pc:
		m->address += bytes_fixed(b, 2);
		break;
	default: /* of no interest, or of a later version */
		for (unsigned i = 0; i < h->lengths[code]; i++)
			bytes_unsigned(b);
	}
}

static void
run(const struct header *h, struct lines *l, struct bytes *b)
{
	struct machine m = at_first;
	size_t first = 0;

	while (b->at < b->end && !b->bad) {
		unsigned code = *b->at++;

		if (code >= h->opcode_base) {
			unsigned special = code - h->opcode_base;

			m.address += (uint64_t)(special / h->line_range) *
				     h->least_instruction;
			m.line += (uint32_t)(h->line_base +
					     (int)(special % h->line_range));
			add_row(l, &m);
		} else if (code == 0) {
			run_extended(l, &m, b, &first);
		} else {
			run_standard(h, l, &m, b, code);
		}
	}
	l->row_count = first;
}

struct lines *
lines_new(const struct dwarf_sections *s, uint64_t offset, const char *comp_dir)
{
	struct bytes b = bytes_of(s->line.bytes, s->line.size, offset);
	struct header h = { .sections = s };
	struct lines *l;

	if (b.bad)
		return NULL;
	l = xcalloc(1, sizeof *l);
	l->comp_dir = comp_dir;
	if (!read_header(&h, l, &b)) {
		lines_free(l);
		return NULL;
	}
	run(&h, l, &b);
	ranges_sort(&l->ranges);
	return l;
}

void
lines_free(struct lines *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->file_count; i++)
		free(l->files[i].path);
	free(l->files);
	free(l->folders);
	free(l->rows);
	free(l->sequences);
	ranges_release(&l->ranges);
	free(l);
}

bool
lines_find(struct lines *l, uint64_t address, uint64_t *file, uint32_t *line)
{
	const struct range *r = ranges_find(&l->ranges, address);
	size_t low, high;

	if (r == NULL)
		return false;
	low = l->sequences[r->value].first;
	high = low + l->sequences[r->value].count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (l->rows[middle].address <= address)
			low = middle;
		else
			high = middle;
	}
	*file = l->rows[low].file;
	*line = l->rows[low].line;
	return true;
}

static char *
whole_path(const struct lines *l, const struct file *f)
{
	const char *folder =
		f->folder < l->folder_count ? l->folders[f->folder] : NULL;
	const char *top = l->version == 5 && l->folder_count > 0 ? l->folders[0]
								 : l->comp_dir;

	if (f->name[0] == '/' || folder == NULL || folder[0] == '\0')
		return xstrdup(f->name);
	if (folder[0] == '/' || folder == top || top == NULL)
		return xasprintf("%s/%s", folder, f->name);
	return xasprintf("%s/%s/%s", top, folder, f->name);
}

const char *
lines_file(struct lines *l, uint64_t file)
{
	struct file *f;

	if (file >= l->file_count || l->files[file].name == NULL)
		return NULL;
	f = &l->files[file];
	if (f->path == NULL)
		f->path = whole_path(l, f);
	return f->path;
}
