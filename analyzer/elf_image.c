/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ELF file as it lies on disk, as much of it as elf_kind.c asks for. Every
 * offset comes from the file and may point anywhere: get() checks each read,
 * and copies, since nothing need be aligned.
 */
#include "elf_image.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool
get(const struct elf_image *f, uint64_t offset, void *out, size_t size)
{
	if (offset > f->size || f->size - offset < size)
		return false;
	memcpy(out, f->bytes + offset, size);
	return true;
}

/* The string at that offset, or "" if it runs past the end. */
const char *
elf_image_text(const struct elf_image *f, uint64_t offset)
{
	if (offset >= f->size ||
		!memchr(f->bytes + offset, '\0', f->size - offset))
		return "";
	return (const char *)f->bytes + offset;
}

bool
elf_image_open(struct elf_image *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	memset(f, 0, sizeof *f);
	if (stat(path, &f->status) < 0)
		memset(&f->status, 0, sizeof f->status);
	if (fd < 0)
		return false;
	if (fstat(fd, &f->status) == 0 && S_ISREG(f->status.st_mode) &&
		f->status.st_size > 0) {
		void *p = mmap(
			NULL, f->status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (p != MAP_FAILED) {
			f->bytes = p;
			f->size = f->status.st_size;
		}
	}
	close(fd);
	return f->bytes != NULL;
}

void
elf_image_close(struct elf_image *f)
{
	if (f->bytes)
		munmap((void *)f->bytes, f->size);
	f->bytes = NULL;
}

bool
elf_image_is_elf(const struct elf_image *f)
{
	return f->size > EI_NIDENT && memcmp(f->bytes, ELFMAG, SELFMAG) == 0;
}

uint16_t
elf_image_machine(const struct elf_image *f)
{
	uint16_t m = EM_NONE;

	get(f, offsetof(Elf64_Ehdr, e_machine), &m, sizeof m);
	return m;
}

static bool
segment(const struct elf_image *f, unsigned index, Elf64_Phdr *ph)
{
	return index < f->header.e_phnum &&
	       f->header.e_phentsize == sizeof *ph &&
	       f->header.e_phoff < f->size &&
	       get(f, f->header.e_phoff + index * sizeof *ph, ph, sizeof *ph);
}

static bool
section(const struct elf_image *f, unsigned index, Elf64_Shdr *sh)
{
	return index < f->header.e_shnum &&
	       f->header.e_shentsize == sizeof *sh &&
	       f->header.e_shoff < f->size &&
	       get(f, f->header.e_shoff + index * sizeof *sh, sh, sizeof *sh);
}

/* Virtual address to file offset; 0 if it is in no segment. */
static uint64_t
offset_of(const struct elf_image *f, uint64_t address)
{
	Elf64_Phdr ph;

	for (unsigned i = 0; segment(f, i, &ph); i++)
		if (ph.p_type == PT_LOAD && address >= ph.p_vaddr &&
			address - ph.p_vaddr < ph.p_filesz)
			return address - ph.p_vaddr + ph.p_offset;
	return 0;
}

/* The index-th entry of the dynamic section; false behind the last one. */
static bool
dynamic_entry(const struct elf_image *f, size_t index, Elf64_Dyn *d)
{
	uint64_t at = f->dynamic + index * sizeof *d;

	return at < f->dynamic_end && get(f, at, d, sizeof *d) &&
	       d->d_tag != DT_NULL;
}

/* Finds loader, dynamic section and its strings. 64-bit files only. */
void
elf_image_scan(struct elf_image *f)
{
	Elf64_Phdr ph;
	Elf64_Dyn d;

	if (f->bytes[EI_CLASS] != ELFCLASS64 ||
		!get(f, 0, &f->header, sizeof f->header))
		return;
	for (unsigned i = 0; segment(f, i, &ph); i++) {
		if (ph.p_type == PT_INTERP)
			f->interpreter = ph.p_offset;
		if (ph.p_type == PT_DYNAMIC && ph.p_offset < f->size) {
			f->dynamic = ph.p_offset;
			f->dynamic_end = ph.p_filesz > f->size - ph.p_offset
						 ? f->size
						 : ph.p_offset + ph.p_filesz;
		}
	}
	for (size_t i = 0; dynamic_entry(f, i, &d); i++)
		if (d.d_tag == DT_STRTAB)
			f->names = offset_of(f, d.d_un.d_val);
}

/* The index-th string of that tag, or NULL. */
const char *
elf_image_dynamic_text(const struct elf_image *f, int64_t tag, size_t index)
{
	Elf64_Dyn d;

	for (size_t i = 0; dynamic_entry(f, i, &d); i++)
		if (d.d_tag == tag && index-- == 0)
			return elf_image_text(f, f->names + d.d_un.d_val);
	return NULL;
}

/* In the notes at [at, end): the first with the id. */
static bool
build_id_in(const struct elf_image *f, uint64_t at, uint64_t end, char *hex,
	size_t size)
{
	Elf64_Nhdr n;

	while (at < end && get(f, at, &n, sizeof n)) {
		uint64_t name = at + sizeof n;
		uint64_t id =
			name + ((n.n_namesz + UINT64_C(3)) & ~UINT64_C(3));
		uint64_t length = n.n_descsz;

		if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 &&
			strcmp(elf_image_text(f, name), "GNU") == 0) {
			if (length == 0 || id > f->size ||
				f->size - id < length || size <= 2 * length)
				return false;
			for (uint64_t i = 0; i < length; i++)
				snprintf(hex + 2 * i, 3, "%02x",
					f->bytes[id + i]);
			return true;
		}
		at = id + ((length + 3) & ~UINT64_C(3));
	}
	return false;
}

bool
elf_image_build_id(const struct elf_image *f, char *hex, size_t size)
{
	Elf64_Phdr ph;

	for (unsigned i = 0; segment(f, i, &ph); i++)
		if (ph.p_type == PT_NOTE && ph.p_offset < f->size &&
			ph.p_filesz <= f->size - ph.p_offset &&
			build_id_in(f, ph.p_offset, ph.p_offset + ph.p_filesz,
				hex, size))
			return true;
	return false;
}

/* Calls test() with each string of that tag until it says true. */
bool
elf_image_any_dynamic(
	const struct elf_image *f, int64_t tag, bool (*test)(const char *))
{
	Elf64_Dyn d;

	for (size_t i = 0; dynamic_entry(f, i, &d); i++)
		if (d.d_tag == tag &&
			test(elf_image_text(f, f->names + d.d_un.d_val)))
			return true;
	return false;
}

/* Calls visit() with each symbol of the tables of that type till it says true.
 */
bool
elf_image_visit(const struct elf_image *f, uint32_t type,
	bool (*visit)(void *context, const char *name, const Elf64_Sym *s),
	void *context)
{
	Elf64_Shdr sh, strings;
	Elf64_Sym s;

	for (unsigned i = 0; section(f, i, &sh); i++) {
		if (sh.sh_type != type || !section(f, sh.sh_link, &strings))
			continue;
		for (uint64_t at = 0;
			sh.sh_size - at >= sizeof s && at < sh.sh_size &&
			get(f, sh.sh_offset + at, &s, sizeof s);
			at += sizeof s)
			if (visit(context,
				    elf_image_text(
					    f, strings.sh_offset + s.st_name),
				    &s))
				return true;
	}
	return false;
}

struct symbol_test {
	bool (*test)(const char *name, bool is_defined);
};

static bool
ask_test(void *context, const char *name, const Elf64_Sym *s)
{
	const struct symbol_test *t = context;

	return t->test(name, s->st_shndx != SHN_UNDEF);
}

/* The first dynamic symbol for which test() is true. */
bool
elf_image_any_symbol(const struct elf_image *f,
	bool (*test)(const char *name, bool is_defined))
{
	struct symbol_test t = { test };

	return elf_image_visit(f, SHT_DYNSYM, ask_test, &t);
}
