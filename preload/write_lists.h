/* SPDX-License-Identifier: Apache-2.0 */
/* The lists in a dump's head that grow: names, phases, history. */
#ifndef HF_WRITE_LISTS_H
#define HF_WRITE_LISTS_H

#include "state.h"
#include "text.h"

void hf_write_lists(struct hf_text *t, const struct hf_region *r);

#endif
