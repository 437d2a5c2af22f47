/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of a Go program: its runtime needs a table of them (.gopclntab),
 * which is there in stripped ones, too.
 */
#ifndef SYMBOLIZE_GO_H
#define SYMBOLIZE_GO_H

#include <libelf.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Calls found() with each function's first address, the one behind it, and its
 * name, which lives as long as the Elf. False: no such table, or one of a
 * version that is not known (Go 1.2 to 1.25 are).
 */
bool go_functions(Elf *elf,
	void (*found)(
		void *context, uint64_t start, uint64_t end, const char *name),
	void *context);

#endif
