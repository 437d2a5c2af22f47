/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .eh_frame_hdr as every linker writes it: 4 bytes of encodings, the address of
 * .eh_frame, a count, then pairs (start of a function, its FDE), each 4 bytes
 * relative to the table. An FDE has its length, its CIE, and then start and
 * size of the function; the start must be the one of the table, else it is
 * encoded otherwise and passed over.
 */
#include "symbolize_fde.h"

#include <string.h>

/* DW_EH_PE_: pcrel|sdata4, udata4, datarel|sdata4. */
static const unsigned char usual[] = { 1, 0x1b, 0x03, 0x3b };

#define HEADER	  12
#define PAIR	  8
#define FDE_START 8 /* behind length and CIE pointer */
#define FDE_SIZE  16

struct image {
	const unsigned char *bytes;
	size_t size;
	const struct mapped_part *parts;
	size_t part_count;
};

static uint32_t
u32_at(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* What is mapped at [address, address + n), or NULL. */
static const unsigned char *
bytes_at(const struct image *image, uint64_t address, uint64_t n)
{
	for (size_t i = 0; i < image->part_count; i++) {
		const struct mapped_part *p = &image->parts[i];
		uint64_t into = address - p->address;

		if (into >= p->size || n > p->size - into)
			continue;
		if (p->offset > image->size ||
			into + n > image->size - p->offset)
			return NULL;
		return image->bytes + p->offset + into;
	}
	return NULL;
}

static void
add_function(struct ranges *to, const struct image *image, uint64_t start,
	uint64_t fde_address)
{
	const unsigned char *fde = bytes_at(image, fde_address, FDE_SIZE);
	uint64_t encoded;

	if (fde == NULL)
		return;
	encoded = fde_address + FDE_START +
		  (uint64_t)(int32_t)u32_at(fde + FDE_START);
	if (encoded == start)
		ranges_add(to, (struct range){ start,
				       start + u32_at(fde + FDE_START + 4),
				       start, 0 });
}

void
fde_add_functions(struct ranges *to, const unsigned char *image, size_t size,
	const struct mapped_part *table, const struct mapped_part *parts,
	size_t part_count)
{
	const struct image all = { image, size, parts, part_count };
	const unsigned char *t =
		table->size < HEADER
			? NULL
			: bytes_at(&all, table->address, table->size);
	uint64_t count;

	if (t == NULL || memcmp(t, usual, sizeof usual) != 0)
		return;
	count = u32_at(t + 8);
	if (count > (table->size - HEADER) / PAIR)
		count = (table->size - HEADER) / PAIR;
	for (uint64_t i = 0; i < count; i++) {
		const unsigned char *pair = t + HEADER + i * PAIR;

		add_function(to, &all,
			table->address + (uint64_t)(int32_t)u32_at(pair),
			table->address + (uint64_t)(int32_t)u32_at(pair + 4));
	}
}
