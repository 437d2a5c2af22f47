/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which loaded object an address is in, and where its unwind table is: what
 * glibc has told without a lock since 2.35 (_dl_find_object), for those before.
 *
 * A table of our own, filled at start and after each dlclose by asking the
 * loader, on a thread that may; and by the helper from what is mapped, soon
 * after an address was met that nobody knows (dlopen can't be wrapped).
 * Lookups are lock-free and may come from any thread at any time.
 */
#ifndef HF_OBJECTS_H
#define HF_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "sys.h"

struct hf_object {
	uintptr_t start, end;
	const void *eh_frame_header;
};

/* There is such a table: who finds objects shall add them. */
bool hf_objects_needed(void);

/* Fills the table; in the constructor. False: the loader has nothing. */
bool hf_objects_start(void);

bool hf_objects_find(uintptr_t pc, struct hf_object *found);

/* One that the helper has found; nothing if it is there or not needed. */
void hf_objects_add(const struct hf_object *o);

/*
 * Around dlclose: objects that came after the start are not to be had
 * meanwhile, since their tables may vanish; then those that are left are.
 */
void hf_objects_suspend(void);
void hf_objects_resume(void);

#endif
