/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SELECT_SORT_H
#define SELECT_SORT_H

#include "select_collect.h"

/*
 * The entries in the order of select_order.h, those of equal stacks by row.
 * After collect(): that is what adds functions of our own.
 */
void select_sort(struct collector *c);

#endif
