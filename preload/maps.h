/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/self/maps and the ELF headers behind it, read by the helper: memory
 * through /proc/self/mem, so that a library which is unmapped meanwhile is an
 * error and not a fault.
 */
#ifndef HF_MAPS_H
#define HF_MAPS_H

#include "modules.h"
#include "text.h"

/*
 * Brings the region's module rows up to date, as far as /proc can be read.
 * False: not now, somebody else is at it.
 */
bool hf_maps_modules(struct hf_region *r);

/*
 * Remembers what is mapped, for a region that is to be made. A thread of the
 * host's waits for it, so it looks at so much only.
 */
void hf_maps_remember(void);

/* Appends the text of /proc/self/maps as it is. */
void hf_maps_copy(struct hf_text *out);

#endif
