/* SPDX-License-Identifier: Apache-2.0 */
/* What a fork child takes over from its parent: the blocks that are alive. */
#ifndef HF_INHERIT_H
#define HF_INHERIT_H

#include "state.h"

/*
 * Charges the live samples of the region before to stacks of `r`, as inherited.
 * Copies only the stacks that they need. Called once, by the thread that made
 * `r`, under hf_fp_enter.
 */
void hf_inherit(struct hf_region *r);

#endif
