/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interned strings: equal bytes have equal ids. Ids count from 0 in order of
 * first use. Strings may hold any byte but NUL.
 */
#ifndef STRTAB_H
#define STRTAB_H

#include <stddef.h>
#include <stdint.h>

struct strtab {
	char *bytes;
	size_t length, capacity;
	size_t *starts; /* id -> place in bytes */
	uint32_t count, starts_capacity;
	uint32_t *slots; /* open addressing; id + 1, 0 = free */
	uint32_t slot_count;
};

/* `= {0}` is an empty table; release takes it back to that. */
void strtab_release(struct strtab *t);
uint32_t strtab_add(struct strtab *t, const char *s);
uint32_t strtab_add_n(struct strtab *t, const char *s, size_t n);

/* No more come: what finds equal ones is let go. */
void strtab_complete(struct strtab *t);

/* The string, NUL-terminated; valid until the next add. "" for UINT32_MAX. */
const char *strtab_get(const struct strtab *t, uint32_t id);

#endif
