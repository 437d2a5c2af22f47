/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fewer samples without bias: a larger N from now on, and those alive kept
 * with p(N') / p(N) each, to stand for more.
 */
#ifndef HF_THIN_H
#define HF_THIN_H

#include "state.h"

/*
 * Doubles N until about half of the live samples would be left, and thins them.
 * False if another thread is at it or N can't grow.
 */
bool hf_thin(struct hf_region *r, uint64_t *random);

/*
 * SAMPLE=auto: doubles N when so many samples have been taken at the present
 * one, up to 512 KiB; thins when too many are alive.
 */
void hf_thin_auto(struct hf_region *r, uint64_t *random);

#endif
