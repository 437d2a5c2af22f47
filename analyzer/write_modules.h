/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address space that is made up for formats that want addresses. Where
 * modules lay is not in a profile, so each gets 4 GiB of its own, the program
 * first; offsets into the file stay what they were.
 */
#ifndef WRITE_MODULES_H
#define WRITE_MODULES_H

#include "profile.h"

/* Readers take the first module for the program: is it this one? */
bool modules_is_program(const struct profile *p, uint32_t module);

/* Modules in the order in which they lie. Caller frees. */
uint32_t *modules_order(const struct profile *p);

/* Where each module lies, by module. Caller frees. */
uint64_t *modules_place(const struct profile *p, const uint32_t *order);

/* How much of each module is used, in whole pages; 0: nothing. Caller frees. */
uint64_t *modules_extents(const struct profile *p);

/* Where a location's return address lies, given where modules do. */
uint64_t modules_address(const struct location *l, const uint64_t *starts);

#endif
