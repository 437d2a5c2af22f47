/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table begins with a magic number of its version, sizes, and places in it;
 * then, sorted, where each function begins and where it is described: there
 * stands its name's place. Since Go 1.18 addresses are relative to the text.
 */
#include "symbolize_go.h"

#include <gelf.h>
#include <string.h>

#include "symbolize_bytes.h"

#define MAGIC_2	     0xfffffffb
#define MAGIC_16     0xfffffffa
#define MAGIC_18     0xfffffff0
#define MAGIC_20     0xfffffff1
#define HEADER	     8 /* bytes before the first word */
#define ADDRESS_SIZE 8

struct table {
	const unsigned char *bytes;
	size_t size;
	uint64_t count, text; /* functions; what addresses are relative to */
	uint64_t names, list; /* offsets */
	unsigned width; /* of an address and an offset in the list */
};

static uint64_t
word_at(const struct table *t, unsigned index)
{
	struct bytes b = bytes_of(
		t->bytes, t->size, HEADER + (uint64_t)index * ADDRESS_SIZE);

	return b.bad ? 0 : bytes_fixed(&b, ADDRESS_SIZE);
}

static bool
read_header(struct table *t)
{
	struct bytes b = bytes_of(t->bytes, t->size, 0);
	uint64_t magic = bytes_fixed(&b, 4);

	bytes_skip(&b, 3);
	if (bytes_fixed(&b, 1) != ADDRESS_SIZE || b.bad)
		return false;
	t->count = word_at(t, 0);
	t->width = magic == MAGIC_18 || magic == MAGIC_20 ? 4 : ADDRESS_SIZE;
	switch (magic) {
	case MAGIC_18:
	case MAGIC_20:
		t->text = word_at(t, 2);
		t->names = word_at(t, 3);
		t->list = word_at(t, 7);
		/* 0: the loader would put it there. */
		return t->text != 0;
	case MAGIC_16:
		t->names = word_at(t, 2);
		t->list = word_at(t, 6);
		return true;
	case MAGIC_2:
		t->list = HEADER + ADDRESS_SIZE;
		return true;
	default:
		return false;
	}
}

/* NULL: there is none. */
static const char *
name_at(const struct table *t, uint64_t description)
{
	struct bytes b = bytes_of(t->bytes, t->size, description);
	const char *name;

	if (b.bad)
		return NULL;
	bytes_skip(&b, t->width); /* the address once more */
	b = bytes_of(t->bytes, t->size, t->names + bytes_fixed(&b, 4));
	if (b.bad)
		return NULL;
	name = bytes_string(&b);
	return b.bad || *name == '\0' ? NULL : name;
}

static void
read_list(const struct table *t,
	void (*found)(void *, uint64_t, uint64_t, const char *), void *context)
{
	/* Each entry ends where the next begins; there is one more of those. */
	struct bytes b = bytes_of(t->bytes, t->size, t->list);
	uint64_t start = b.bad ? 0 : bytes_fixed(&b, t->width);

	for (uint64_t i = 0; i < t->count && !b.bad; i++) {
		uint64_t at = t->list + bytes_fixed(&b, t->width);
		uint64_t end = bytes_fixed(&b, t->width);
		const char *name;

		/* In version 2 the place is from the table's own start. */
		if (t->names == 0)
			at -= t->list;
		name = b.bad ? NULL : name_at(t, at);
		if (name != NULL && start < end)
			found(context, t->text + start, t->text + end, name);
		start = end;
	}
}

bool
go_functions(Elf *elf,
	void (*found)(
		void *context, uint64_t start, uint64_t end, const char *name),
	void *context)
{
	Elf_Scn *scn = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return false;
	while ((scn = elf_nextscn(elf, scn)) != NULL) {
		GElf_Shdr h;
		const char *name = gelf_getshdr(scn, &h) == NULL
					   ? NULL
					   : elf_strptr(elf, names, h.sh_name);
		const Elf_Data *data;
		struct table t = { 0 };

		if (name == NULL || strstr(name, ".gopclntab") == NULL ||
			h.sh_type == SHT_NOBITS ||
			(data = elf_getdata(scn, NULL)) == NULL ||
			data->d_buf == NULL)
			continue;
		t.bytes = data->d_buf;
		t.size = data->d_size;
		if (!read_header(&t))
			return false;
		read_list(&t, found, context);
		return true;
	}
	return false;
}
