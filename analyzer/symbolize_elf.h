/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program's or library's own file says of an address in it. With
 * symbolize_dwarf.c the only user of elfutils.
 */
#ifndef SYMBOLIZE_ELF_H
#define SYMBOLIZE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbolize_file;

/* A function at an address. The strings live as long as the file is open. */
struct place {
	const char *symbol; /* as it stands there, perhaps mangled */
	const char *source; /* path of the source file; NULL: not known */
	uint32_t line; /* 0: not known */
	bool inlined;
};

/* Which file is wanted, and what is known of it. */
struct symbolize_wanted {
	const char *path; /* where it lies */
	const char *build_id; /* NULL: nobody knows */
	int64_t newest_ms; /* it was mapped then at the latest; 0: unknown */
	/* libdwfl's list of folders for separate debug files; it must live as
	   long as the file is open. */
	char *debug_path;
};

/*
 * Opens a file that was mapped by a profiled process. Only the file that it was
 * is opened: else NULL, and *why says in words what is wrong.
 */
struct symbolize_file *symbolize_open(
	const struct symbolize_wanted *wanted, const char **why);
void symbolize_close(struct symbolize_file *f);

/* An offset in the file to an address as objdump shows it; false: no code. */
bool symbolize_address(
	const struct symbolize_file *f, uint64_t offset, uint64_t *address);

/*
 * The functions at an address, innermost inlined one first, the one that has a
 * symbol last. Returns how many; 0: none. Valid until the next call.
 */
size_t symbolize_places(struct symbolize_file *f, uint64_t address,
	const struct place **places);

/*
 * Where the function that an address is in begins, also in a stripped file; 0
 * if that can't be told.
 */
uint64_t symbolize_function_start(struct symbolize_file *f, uint64_t address);

/* Why it has no more names than it has; NULL if it has debug information. */
const char *symbolize_lacks(const struct symbolize_file *f);

#endif
