/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few fields of an ELF file, for telling what kind of program it is without
 * a library: loader, dynamic section, dynamic symbols.
 */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* A file as it lies; sizes are 0 for what it has not. */
struct elf_image {
	const unsigned char *bytes;
	size_t size;
	struct stat status;
	Elf64_Ehdr header; /* 64-bit files only */
	uint64_t dynamic; /* offset of the dynamic section */
	uint64_t dynamic_end; /* 0: none */
	uint64_t names; /* offset of its string table */
	uint64_t interpreter; /* offset of the loader's path; 0: none */
};

/*
 * Maps the file. Close it after true. False: can't be read or is empty;
 * `status` is filled in all the same if stat() could.
 */
bool elf_image_open(struct elf_image *f, const char *path);
void elf_image_close(struct elf_image *f);

bool elf_image_is_elf(const struct elf_image *f);
/* EM_...; the field lies at the same place in 32-bit files. */
uint16_t elf_image_machine(const struct elf_image *f);

/* Fills in header to interpreter. Does nothing for a 32-bit file. */
void elf_image_scan(struct elf_image *f);

/* The string at that offset, or "" if there is none. */
const char *elf_image_text(const struct elf_image *f, uint64_t offset);

/* The index-th string of that tag, or NULL behind the last. */
const char *elf_image_dynamic_text(
	const struct elf_image *f, int64_t tag, size_t index);

/* The build-id in lower-case hex; false: none, or none that fits. */
bool elf_image_build_id(const struct elf_image *f, char *hex, size_t size);

/* Is test() true of any string of that tag (DT_NEEDED, DT_SONAME)? */
bool elf_image_any_dynamic(
	const struct elf_image *f, int64_t tag, bool (*test)(const char *name));

/*
 * Calls visit() with each symbol of the tables of that type (SHT_DYNSYM,
 * SHT_SYMTAB) until it says true; then true.
 */
bool elf_image_visit(const struct elf_image *f, uint32_t type,
	bool (*visit)(void *context, const char *name, const Elf64_Sym *s),
	void *context);

/* Is test() true of any dynamic symbol? */
bool elf_image_any_symbol(const struct elf_image *f,
	bool (*test)(const char *name, bool is_defined));

#endif
