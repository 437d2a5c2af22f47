/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a heaptrack file. Entries are counted from 1, that of
 * allocation infos from 0; 0 stands for none. An address in it is that of the
 * call's last byte, one less than the return address.
 */
#include "elf_image.h"
#include "err.h"
#include "read_heaptrack.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 256 /* functions at one address that are kept */

/* A column of a table: an index from 1 on, at most `count`; NONE for 0. */
static bool
take_index(struct scan *line, size_t count, uint32_t *index)
{
	uint64_t n;

	if (!scan_hex(line, &n) || n > count)
		return false;
	*index = n == 0 ? NONE : (uint32_t)(n - 1);
	scan_char(line, ' ');
	return true;
}

static bool
take_string(struct heaptrack *h, struct scan *line, uint32_t *string)
{
	if (!take_index(line, h->string_count, string))
		return false;
	if (*string != NONE)
		*string = h->strings[*string];
	return true;
}

bool
heaptrack_string(struct heaptrack *h, struct scan text)
{
	size_t n = (size_t)(text.end - text.at);
	const void *nul = memchr(text.at, '\0', n);
	uint32_t id;

	if (nul)
		n = (size_t)((const unsigned char *)nul - text.at);
	id = strtab_add_n(&h->p->strings, (const char *)text.at, n);
	GROW(h->strings, h->string_count, h->string_capacity);
	h->strings[h->string_count++] = id;
	/* The first is the program's own path, where it begins with one. */
	if (h->string_count == 1 && h->process.exe == NONE && n > 0 &&
		text.at[0] == '/')
		h->process.exe = id;
	return true;
}

bool
heaptrack_ip_line(struct heaptrack *h, struct scan line)
{
	struct heaptrack_ip ip = { .first = (uint32_t)h->place_count };

	if (!scan_hex(&line, &ip.address) || !scan_char(&line, ' ') ||
		!take_string(h, &line, &ip.module))
		return false;
	while (line.at < line.end) {
		struct heaptrack_place place = { .file = NONE };
		uint64_t number = 0;

		if (!take_string(h, &line, &place.function))
			return false;
		/* A name from a symbol alone has no file. */
		if (line.at < line.end &&
			(!take_string(h, &line, &place.file) ||
				!scan_hex(&line, &number)))
			return false;
		scan_char(&line, ' ');
		if (ip.depth == DEPTH_MAX)
			continue;
		place.line = number <= INT32_MAX ? (uint32_t)number : 0;
		GROW(h->places, h->place_count, h->place_capacity);
		h->places[h->place_count++] = place;
		ip.depth++;
	}
	GROW(h->ips, h->ip_count, h->ip_capacity);
	h->ips[h->ip_count++] = ip;
	return true;
}

/* An address of a raw file to a location; its file has our own names. */
static uint32_t
raw_location(struct heaptrack *h, uint64_t address)
{
	const struct segment *segment = addrmap_find(&h->map, address, 0);

	h->map_used = true;
	if (segment == NULL)
		return profile_location(h->p, NONE, address + 1);
	return profile_location(h->p, segment->module,
		address - segment->start + segment->offset + 1);
}

bool
heaptrack_trace_line(struct heaptrack *h, struct scan line)
{
	struct heaptrack_trace t = { 0 };
	uint64_t address, parent;

	if (h->raw) {
		if (!scan_hex(&line, &address))
			return false;
		t.ip = raw_location(h, address);
		scan_char(&line, ' ');
	} else if (!take_index(&line, h->ip_count, &t.ip) || t.ip == NONE) {
		return false;
	}
	/* A parent comes before its children, so there is no circle. */
	if (!scan_hex(&line, &parent) || parent > h->trace_count)
		return false;
	t.parent = (uint32_t)parent;
	GROW(h->traces, h->trace_count, h->trace_capacity);
	h->traces[h->trace_count++] = t;
	return true;
}

/*
 * heaptrack writes addresses as they are in memory, we count in the file: its
 * own headers say where the one lies in the other. Without it they are taken
 * to be the same, as they are in most files.
 */
static uint64_t
offset_in_file(const struct elf_image *f, uint64_t address)
{
	for (size_t i = 0; f->bytes && i < f->header.e_phnum; i++) {
		Elf64_Phdr ph;
		uint64_t at = f->header.e_phoff + i * sizeof ph;

		if (f->header.e_phentsize != sizeof ph ||
			f->header.e_phoff > f->size ||
			at > f->size - sizeof ph || f->size < sizeof ph)
			break;
		memcpy(&ph, f->bytes + at, sizeof ph);
		if (ph.p_type == PT_LOAD && address >= ph.p_vaddr &&
			address - ph.p_vaddr < ph.p_memsz)
			return address - ph.p_vaddr + ph.p_offset;
	}
	return address;
}

static void
open_elf(struct elf_image *f, const char *path)
{
	*f = (struct elf_image){ 0 };
	if (path[0] != '/' || !elf_image_open(f, path)) {
		*f = (struct elf_image){ 0 };
		return;
	}
	if (f->size >= sizeof f->header && elf_image_is_elf(f))
		elf_image_scan(f);
}

static void
add_segment(struct heaptrack *h, uint32_t module, const struct elf_image *f,
	uint64_t base, uint64_t address, uint64_t size)
{
	struct segment s = { .start = base + address,
		.end = base + address + size,
		.offset = offset_in_file(f, address),
		.last = 1,
		.module = module };

	addrmap_add(&h->map, &s);
}

/*
 * The list is written as a whole, after it was emptied. One that grows between
 * addresses would have to be sorted for each.
 */
bool
heaptrack_module_line(struct heaptrack *h, const char *name, struct scan line)
{
	uint64_t base, address, size;
	struct elf_image file;
	uint32_t module;
	bool ok = true;

	if (strcmp(name, "-") == 0) {
		addrmap_release(&h->map);
		h->map_used = false;
		return true;
	}
	if (h->map_used || !scan_char(&line, ' ') || !scan_hex(&line, &base))
		return false;
	if (strcmp(name, "x") == 0 && h->process.exe != NONE)
		name = strtab_get(&h->p->strings, h->process.exe);
	module = profile_module(h->p, name, NULL);
	name = strtab_get(&h->p->strings, h->p->modules[module].path);
	open_elf(&file, name);
	while (ok && scan_char(&line, ' ')) {
		ok = scan_hex(&line, &address) && scan_char(&line, ' ') &&
		     scan_hex(&line, &size);
		if (ok)
			add_segment(h, module, &file, base, address, size);
	}
	if (file.bytes)
		elf_image_close(&file);
	return ok && line.at == line.end;
}

uint64_t
heaptrack_tables_size(const struct heaptrack *h)
{
	return h->string_count * sizeof *h->strings +
	       h->place_count * sizeof *h->places +
	       h->ip_count * sizeof *h->ips +
	       h->trace_count * sizeof *h->traces +
	       h->info_count * sizeof *h->infos +
	       h->costs.count * sizeof *h->costs.list +
	       h->blocks.slot_count * sizeof *h->blocks.slots +
	       h->map.count * 3 * sizeof *h->map.segments +
	       h->p->strings.length + h->p->strings.count * 24ul +
	       h->p->location_count * 40ul;
}
