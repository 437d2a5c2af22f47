/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of functions with code in one unit. A unit of C++ has a hundred
 * entries for each of those, and libdw takes apart every one anew; here each
 * kind (abbreviation) is looked at once, and what it is not about is passed
 * over by its size.
 */
#ifndef SYMBOLIZE_DIES_H
#define SYMBOLIZE_DIES_H

#include <stdbool.h>

#include "symbolize_sections.h"

/*
 * Calls found() with the offset in .debug_info of each function that has code,
 * but for those within functions. unit: where the unit's header is. False: it
 * has something that is not known here, found() may have been called: ask libdw
 * for all of it.
 */
bool dies_functions(const struct dwarf_sections *s, uint64_t unit,
	void (*found)(void *context, uint64_t offset), void *context);

#endif
