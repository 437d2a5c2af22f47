/* SPDX-License-Identifier: Apache-2.0 */
/* From a profile to the facts that reading.h puts into words. */
#ifndef READING_FACTS_H
#define READING_FACTS_H

#include "growth.h"
#include "reading.h"
#include "select.h"

/* `= {0}`: nothing is known. Names and memory are in it. */
struct reading_found {
	struct reading_facts facts;
	struct memory memory;
	char *holder, *grower, *churner, *reallocer;
};

/*
 * Of the whole of p, symbolized; of the selection only its wrappers count.
 * growth: of the same files, or NULL. What the files don't tell, or tell
 * without its error, is left unknown. 0, or -1 after error(). To be released
 * in any case.
 */
int reading_facts_find(struct reading_found *out, struct profile *p,
	const struct selection *s, const struct growth *growth);
void reading_found_release(struct reading_found *f);

#endif
