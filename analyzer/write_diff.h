/* SPDX-License-Identifier: Apache-2.0 */
/* Two profiles side by side, for people and for programs. */
#ifndef WRITE_DIFF_H
#define WRITE_DIFF_H

#include <stdio.h>

#include "diff.h"
#include "write.h"

struct diff_view {
	const char *before, *after; /* the sides' names on the command line */
	bool stacks; /* a row is a stack, not a function */
	bool by_cum;
	bool only_certain; /* rows that may be chance are summed up only */
	bool exact; /* plain digits instead of KiB, MiB */
	bool color; /* grey what may be chance */
	int top; /* rows; 0: all */
	int columns; /* of the terminal; 0: whole names */
};

void write_diff(FILE *out, const struct diff *d, const struct diff_view *v);

/* heapflame-diff/1. */
void write_diff_json(
	FILE *out, const struct diff *d, const struct diff_view *v);

/*
 * A picture, see svg_change.h; v->only_certain greys the rest. p is the profile
 * that they were found in. -1: the stream failed.
 */
int write_diff_svg(FILE *out, const struct diff_columns *of, struct profile *p,
	const struct diff_view *v, const struct svg_options *looks);

/* Parts of write_diff: what is compared; the first `count` functions. */
void write_diff_head(
	FILE *out, const struct diff *d, const struct diff_view *v);
void write_diff_table(FILE *out, const struct diff *d,
	const struct diff_view *v, const struct diff_row *const *rows,
	uint32_t count);

/* "+1.2 MiB ± 0.3" */
#define DIFF_AMOUNT_MAX 128
const char *diff_amount(char buf[DIFF_AMOUNT_MAX], const struct diff *d,
	const struct diff_figure *f, bool exact);

/* "+12.3%", "new", "gone" */
#define DIFF_SHARE_MAX 32
const char *diff_share(char buf[DIFF_SHARE_MAX], const struct diff_figure *f);

/* May it be chance? Not where nothing changed, or no error is known. */
bool diff_is_noise(const struct diff *d, const struct diff_figure *f);

#endif
