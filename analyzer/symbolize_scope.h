/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of functions for which DWARF has no linkage name: C, and what C++ keeps
 * inside one file (static functions, anonymous namespaces, lambdas).
 */
#ifndef SYMBOLIZE_SCOPE_H
#define SYMBOLIZE_SCOPE_H

#include <elfutils/libdw.h>

struct scope_names;

struct scope_names *scope_names_new(void);
void scope_names_free(struct scope_names *s);

/*
 * The function's name, with the namespaces, classes and functions that it is
 * in where the language is C++; NULL if it has none. Lives as long as s and
 * the Dwarf.
 */
const char *scope_name(struct scope_names *s, Dwarf_Die *die);

#endif
