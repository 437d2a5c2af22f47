/* SPDX-License-Identifier: Apache-2.0 */
/* Names for people; the only file that includes libiberty is demangle.c. */
#ifndef ANALYZER_DEMANGLE_H
#define ANALYZER_DEMANGLE_H

/*
 * A symbol as its author would call it: C++, Rust (legacy without its hash,
 * and v0) and D demangled, without parameter lists and return types but with
 * template arguments; symbol versions and the suffixes of a compiler's clones
 * (".constprop.0", ".cold", ...) and glibc's "__GI_" cut off. What is not
 * mangled is returned as it is. The caller frees.
 */
char *demangle(const char *symbol);

#endif
