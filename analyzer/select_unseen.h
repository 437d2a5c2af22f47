/* SPDX-License-Identifier: Apache-2.0 */
/* What the samples of a stack cannot show. */
#ifndef SELECT_UNSEEN_H
#define SELECT_UNSEEN_H

#include "select_metric.h"

/*
 * Adds to the variance of objects: there may be blocks smaller than the
 * smallest one sampled, and of small ones there are many. `interval` is the
 * largest N. Adds nothing where the metric is no count of objects, where the
 * figures are exact, or no sizes are known. docs/SAMPLING.md, section 3.
 */
void unseen_widen(struct figures *sum, enum metric m, uint64_t interval);

#endif
