/* SPDX-License-Identifier: Apache-2.0 */
/* The part of diff.c that judges the rows and puts them in order. */
#ifndef DIFF_ROWS_H
#define DIFF_ROWS_H

#include "diff.h"

/* One more stack in it. */
void diff_figure_add(struct diff_figure *f, const struct shown_pair *pair);
/* Its change, the error of that, and what to call it. */
void diff_figure_judge(struct diff_figure *f, const struct shown *s);
/*
 * Of changes each being one of so many, sorted by p: is number i, all before it
 * being so, certain, if it is significant?
 */
bool diff_is_certain(double p, uint32_t i, uint32_t count);

/* Fills what is judged of the total and of all rows, and sorts these. */
void diff_rows_judge(struct diff *d, bool by_cum);

#endif
