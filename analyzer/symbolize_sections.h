/* SPDX-License-Identifier: Apache-2.0 */
/* Sections of a Dwarf as they lie, uncompressed, for our own readers. */
#ifndef SYMBOLIZE_SECTIONS_H
#define SYMBOLIZE_SECTIONS_H

#include <elfutils/libdw.h>

struct section {
	const unsigned char *bytes;
	size_t size; /* 0: there is none */
};

struct dwarf_sections {
	struct section info, abbrev, line, line_str, str;
};

/*
 * All empty if it is not a little-endian file of 64 bits: then libdw has to do.
 * The bytes live as long as the Dwarf.
 */
void dwarf_sections_find(struct dwarf_sections *s, Dwarf *dwarf);

#endif
