/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdw has uncompressed what it needs when it opened the file, in place; a
 * section that still is compressed is passed over.
 */
#include "symbolize_sections.h"

#include <gelf.h>
#include <string.h>

static void
take(struct section *to, Elf_Scn *scn)
{
	const Elf_Data *data = elf_getdata(scn, NULL);

	if (data != NULL && data->d_buf != NULL)
		*to = (struct section){ data->d_buf, data->d_size };
}

void
dwarf_sections_find(struct dwarf_sections *s, Dwarf *dwarf)
{
	struct {
		const char *name;
		struct section *to;
	} wanted[] = { { ".debug_info", &s->info },
		{ ".debug_abbrev", &s->abbrev }, { ".debug_line", &s->line },
		{ ".debug_line_str", &s->line_str },
		{ ".debug_str", &s->str } };
	Elf *elf = dwarf != NULL ? dwarf_getelf(dwarf) : NULL;
	const char *ident = elf != NULL ? elf_getident(elf, NULL) : NULL;
	Elf_Scn *scn = NULL;
	size_t names;

	*s = (struct dwarf_sections){ 0 };
	if (ident == NULL || ident[EI_DATA] != ELFDATA2LSB ||
		ident[EI_CLASS] != ELFCLASS64 ||
		elf_getshdrstrndx(elf, &names) != 0)
		return;
	while ((scn = elf_nextscn(elf, scn)) != NULL) {
		GElf_Shdr h;
		const char *name;

		if (gelf_getshdr(scn, &h) == NULL || h.sh_type == SHT_NOBITS ||
			(h.sh_flags & SHF_COMPRESSED) != 0)
			continue;
		name = elf_strptr(elf, names, h.sh_name);
		for (size_t i = 0;
			name != NULL && i < sizeof wanted / sizeof *wanted; i++)
			if (strcmp(name, wanted[i].name) == 0)
				take(wanted[i].to, scn);
	}
}
