/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ELF file: is it the one that was profiled, where is its code, which
 * symbols has it, and where is its debug information (libdwfl finds separate
 * files by build-id and by debug link). It is laid out at its own addresses, so
 * that those are what objdump shows.
 */
#include "symbolize_elf.h"

#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "symbolize_debuginfod.h"
#include "symbolize_dwarf.h"
#include "symbolize_fde.h"
#include "symbolize_go.h"
#include "symbolize_ranges.h"

#define DELETED " (deleted)" /* what the kernel appends to such a path */

struct symbolize_file {
	Dwfl *dwfl;
	Dwfl_Callbacks callbacks;
	char *debug_path;
	Dwfl_Module *module;
	struct mapped_part *parts; /* what is loaded of the file */
	size_t part_count, part_capacity;
	struct mapped_part unwind; /* .eh_frame_hdr; size 0: none */
	struct ranges functions; /* from there; filled when first needed */
	bool functions_known;
	struct ranges symbols; /* values are indices into names */
	const char **names; /* borrowed from the ELF file */
	size_t name_count, name_capacity;
	bool whole_table; /* symbols are not only the exported ones */
	bool go_table; /* Go's own table stands in for it */
	bool unreadable; /* debug sections are compressed in an unknown way */
	struct dwarf_units *units;
	GElf_Addr dwarf_bias; /* of a debug file laid out elsewhere */
};

/* Regular files only: what a dump names could be a device or a pipe. */
static int
open_regular(const char *path, struct stat *st, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t n = strlen(path), suffix = strlen(DELETED);

	if (fd < 0) {
		if (n > suffix && strcmp(path + n - suffix, DELETED) == 0)
			*why = "the file was deleted while it was in use";
		else if (errno == ENOENT || errno == ENOTDIR)
			*why = "the file is not there";
		else
			*why = strerror(errno);
		return -1;
	}
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		*why = "it is no regular file";
		close(fd);
		return -1;
	}
	return fd;
}

static bool
has_build_id(Elf *elf, const char *wanted)
{
	static const char digits[] = "0123456789abcdef";
	const void *bits;
	ssize_t n = dwelf_elf_gnu_build_id(elf, &bits);

	if (n <= 0 || strlen(wanted) != (size_t)n * 2)
		return false;
	for (ssize_t i = 0; i < n; i++) {
		unsigned char byte = ((const unsigned char *)bits)[i];

		if (wanted[2 * i] != digits[byte >> 4] ||
			wanted[2 * i + 1] != digits[byte & 15])
			return false;
	}
	return true;
}

/*
 * NULL if the file is the one that was mapped, else what is wrong. Package
 * managers and `cp -p` give a new file an old date, but no old time of change.
 */
static const char *
what_differs(Elf *elf, const struct stat *st, const char *build_id,
	int64_t newest_ms)
{
	int64_t changed_ms = (int64_t)st->st_mtim.tv_sec * 1000;
	int64_t placed_ms = (int64_t)st->st_ctim.tv_sec * 1000;

	if (elf == NULL || elf_kind(elf) != ELF_K_ELF)
		return "it is no ELF file";
	if (build_id != NULL)
		return has_build_id(elf, build_id) ? NULL
						   : "the file was replaced "
						     "since (build-id differs)";
	if (newest_ms != 0 && changed_ms > newest_ms)
		return "the file was replaced since (it is newer)";
	if (newest_ms != 0 && placed_ms > newest_ms)
		return "no build-id was recorded, and the file was put there "
		       "since (--sysroot takes it as it is)";
	return NULL;
}

static void
find_parts(struct symbolize_file *f, Elf *elf)
{
	size_t count;

	if (elf_getphdrnum(elf, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr h;
		struct mapped_part part;

		if (gelf_getphdr(elf, (int)i, &h) == NULL)
			continue;
		part = (struct mapped_part){ h.p_offset, h.p_vaddr, h.p_filesz,
			(h.p_flags & PF_X) != 0 };
		if (h.p_type == PT_GNU_EH_FRAME)
			f->unwind = part;
		if (h.p_type != PT_LOAD)
			continue;
		GROW(f->parts, f->part_count, f->part_capacity);
		f->parts[f->part_count++] = part;
	}
}

/* zstd, of which libelf before 0.189 has never heard. */
static bool
has_unreadable(Elf *elf)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(elf, scn)) != NULL) {
		GElf_Shdr h;
		GElf_Chdr c;

		if (gelf_getshdr(scn, &h) != NULL &&
			(h.sh_flags & SHF_COMPRESSED) != 0 &&
			gelf_getchdr(scn, &c) != NULL &&
			c.ch_type != ELFCOMPRESS_ZLIB)
			return true;
	}
	return false;
}

static bool
is_code(const struct symbolize_file *f, uint64_t address)
{
	for (size_t i = 0; i < f->part_count; i++)
		if (f->parts[i].executable &&
			address - f->parts[i].address < f->parts[i].size)
			return true;
	return false;
}

/*
 * Of names for the same code the one that people know: exported, not weak,
 * with few underscores in front, short.
 */
static int
rank_of(const GElf_Sym *symbol, const char *name)
{
	size_t underscores = strspn(name, "_"), length = strlen(name);
	int binding = GELF_ST_BIND(symbol->st_info);
	int rank = binding == STB_GLOBAL ? 0 : binding == STB_WEAK ? 1 : 2;

	if (strncmp(name, "_Z", 2) == 0 || strncmp(name, "_R", 2) == 0)
		underscores = 0;
	return (int)(underscores < 7 ? underscores : 7) * 65536 * 4 +
	       rank * 65536 + (int)(length < 65535 ? length : 65535);
}

static void
add_symbol(struct symbolize_file *f, const GElf_Sym *symbol, uint64_t address,
	const char *name)
{
	int type = GELF_ST_TYPE(symbol->st_info);

	if (symbol->st_shndx == SHN_UNDEF || symbol->st_size == 0 ||
		name[0] == '\0' || !is_code(f, address) ||
		(type != STT_FUNC && type != STT_GNU_IFUNC &&
			type != STT_NOTYPE))
		return;
	GROW(f->names, f->name_count, f->name_capacity);
	f->names[f->name_count] = name;
	ranges_add(
		&f->symbols, (struct range){ address, address + symbol->st_size,
				     f->name_count++, rank_of(symbol, name) });
}

#define RANK_GO (1 << 30) /* any symbol is preferred */

static void
add_go_function(void *context, uint64_t start, uint64_t end, const char *name)
{
	struct symbolize_file *f = context;

	if (!is_code(f, start))
		return;
	GROW(f->names, f->name_count, f->name_capacity);
	f->names[f->name_count] = name;
	ranges_add(&f->symbols,
		(struct range){ start, end, f->name_count++, RANK_GO });
}

/* The table of symbols, or the exported ones where there is no other. */
static void
find_symbols(struct symbolize_file *f, Elf *elf)
{
	int count = dwfl_module_getsymtab(f->module);

	f->whole_table = dwfl_module_getsymtab_first_global(f->module) > 1;
	for (int i = 1; i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		const char *name = dwfl_module_getsym_info(
			f->module, i, &symbol, &address, NULL, NULL, NULL);

		if (name != NULL)
			add_symbol(f, &symbol, address, name);
	}
	if (!f->whole_table)
		f->go_table = go_functions(elf, add_go_function, f);
	ranges_sort(&f->symbols);
}

/* The file itself is given; nothing else is looked for. */
static int
find_no_elf(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
	char **path, Elf **elf)
{
	return -1;
}

static int
find_cached(Dwfl_Module *module)
{
	const unsigned char *bits;
	GElf_Addr address;
	int n = dwfl_module_build_id(module, &bits, &address);
	int fd = n > 0 ? symbolize_cached(bits, (size_t)n) : -1;
	const void *found;
	Elf *elf;

	if (fd < 0)
		return -1;
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (dwelf_elf_gnu_build_id(elf, &found) != n ||
		memcmp(found, bits, (size_t)n) != 0) {
		close(fd);
		fd = -1;
	}
	elf_end(elf);
	return fd;
}

static int
find_debug(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
	const char *path, const char *link, GElf_Word crc, char **found)
{
	int fd = dwfl_standard_find_debuginfo(
		module, data, name, base, path, link, crc, found);

	return fd >= 0 ? fd : find_cached(module);
}

/* Takes over fd. */
static bool
report(struct symbolize_file *f, const char *path, int fd)
{
	f->callbacks = (Dwfl_Callbacks){ .find_elf = find_no_elf,
		.find_debuginfo = find_debug,
		.debuginfo_path = &f->debug_path };
	f->dwfl = dwfl_begin(&f->callbacks);
	if (f->dwfl != NULL) {
		dwfl_report_begin(f->dwfl);
		f->module = dwfl_report_elf(f->dwfl, path, path, fd, 0, true);
		dwfl_report_end(f->dwfl, NULL, NULL);
	}
	if (f->module == NULL) {
		close(fd);
		return false;
	}
	return true;
}

static const char *
check(int fd, const struct stat *st, const struct symbolize_wanted *wanted)
{
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	const char *wrong =
		what_differs(elf, st, wanted->build_id, wanted->newest_ms);

	elf_end(elf);
	return wrong;
}

struct symbolize_file *
symbolize_open(const struct symbolize_wanted *wanted, const char **why)
{
	struct symbolize_file *f;
	struct stat st;
	GElf_Addr bias;
	Elf *elf;
	int fd;

	elf_version(EV_CURRENT);
	fd = open_regular(wanted->path, &st, why);
	if (fd < 0)
		return NULL;
	*why = check(fd, &st, wanted);
	if (*why != NULL) {
		close(fd);
		return NULL;
	}
	f = xcalloc(1, sizeof *f);
	f->debug_path = wanted->debug_path;
	elf = report(f, wanted->path, fd) ? dwfl_module_getelf(f->module, &bias)
					  : NULL;
	if (elf == NULL) {
		*why = "it is a damaged ELF file";
		symbolize_close(f);
		return NULL;
	}
	find_parts(f, elf);
	f->unreadable = has_unreadable(elf);
	f->units = dwarf_units_new(
		dwfl_module_getdwarf(f->module, &f->dwarf_bias));
	find_symbols(f, elf);
	return f;
}

void
symbolize_close(struct symbolize_file *f)
{
	if (f == NULL)
		return;
	dwarf_units_free(f->units);
	ranges_release(&f->symbols);
	free(f->names);
	free(f->parts);
	ranges_release(&f->functions);
	dwfl_end(f->dwfl);
	free(f);
}

bool
symbolize_address(
	const struct symbolize_file *f, uint64_t offset, uint64_t *address)
{
	for (size_t i = 0; i < f->part_count; i++) {
		const struct mapped_part *p = &f->parts[i];

		if (!p->executable || offset - p->offset >= p->size)
			continue;
		*address = offset - p->offset + p->address;
		return true;
	}
	return false;
}

uint64_t
symbolize_function_start(struct symbolize_file *f, uint64_t address)
{
	const struct range *r;

	if (!f->functions_known) {
		GElf_Addr bias;
		size_t size = 0;
		Elf *elf = dwfl_module_getelf(f->module, &bias);
		char *image = elf_rawfile(elf, &size);

		if (image != NULL)
			fde_add_functions(&f->functions,
				(const unsigned char *)image, size, &f->unwind,
				f->parts, f->part_count);
		ranges_sort(&f->functions);
		f->functions_known = true;
	}
	r = ranges_find(&f->functions, address);
	return r != NULL ? r->value : 0;
}

size_t
symbolize_places(
	struct symbolize_file *f, uint64_t address, const struct place **places)
{
	const struct range *r = ranges_find(&f->symbols, address);

	return dwarf_units_places(f->units, address - f->dwarf_bias,
		r != NULL ? f->names[r->value] : NULL, places);
}

const char *
symbolize_lacks(const struct symbolize_file *f)
{
	if (!dwarf_units_empty(f->units))
		return NULL;
	if (f->unreadable)
		return "its debug information is compressed in a way that this "
		       "libelf cannot read";
	if (f->whole_table)
		return "no debug information, only a table of symbols";
	return f->go_table
		       ? "stripped: only Go's own table of functions is left"
		       : "stripped: only exported functions have names";
}
