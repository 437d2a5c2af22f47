/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of folded stacks: "main;parse;malloc 12", or with what was before,
 * as difffolded.pl makes them: "main;parse;malloc 10 12".
 */
#ifndef FOLDED_LINE_H
#define FOLDED_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct folded_line {
	const unsigned char *stack; /* points into the line */
	size_t length;
	double count, before; /* before: 0 unless there are two */
};

enum folded_kind {
	FOLDED_NONE, /* blank or a comment, "# ..." */
	FOLDED_BAD, /* does not end in a count */
	FOLDED_STACK
};

/*
 * A line without its newline. `two`: the last two words are counts; a line
 * with one of them is then as it was before.
 */
enum folded_kind folded_line_parse(struct folded_line *l,
	const unsigned char *at, const unsigned char *end, bool two);

#endif
