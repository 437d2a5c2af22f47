/* SPDX-License-Identifier: Apache-2.0 */
/* What a window looks like. For trend.c only. */
#ifndef TREND_SHAPE_H
#define TREND_SHAPE_H

#include "trend_window.h"

/* Any class but FEW and SAWTOOTH; LINEAR where nothing speaks against it. */
enum trend_class trend_shape(const struct trend_window *w);

/* Does it rise and fall by much of what it is at most, and not by chance? */
bool trend_shape_swings(const struct trend_window *w);

#endif
