/* SPDX-License-Identifier: Apache-2.0 */
/* Functions, inlined ones too, and lines out of a module's DWARF. */
#ifndef SYMBOLIZE_DWARF_H
#define SYMBOLIZE_DWARF_H

#include <elfutils/libdw.h>

#include "symbolize_elf.h"

struct dwarf_units;

/* `dwarf` is borrowed; free before it ends. NULL gives a set without units. */
struct dwarf_units *dwarf_units_new(Dwarf *dwarf);
void dwarf_units_free(struct dwarf_units *u);
bool dwarf_units_empty(const struct dwarf_units *u);

/*
 * As symbolize_places(). elf_symbol is what the symbol table says, or NULL: it
 * names a function better where DWARF has no linkage name, and it names what
 * has a line but is in no function of DWARF (assembly).
 */
size_t dwarf_units_places(struct dwarf_units *u, uint64_t address,
	const char *elf_symbol, const struct place **places);

#endif
