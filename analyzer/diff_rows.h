/* SPDX-License-Identifier: Apache-2.0 */
/* The part of diff.c that judges the rows and puts them in order. */
#ifndef DIFF_ROWS_H
#define DIFF_ROWS_H

#include "diff.h"

/* Fills what is judged of the total and of all rows, and sorts these. */
void diff_rows_judge(struct diff *d, bool by_cum);

#endif
