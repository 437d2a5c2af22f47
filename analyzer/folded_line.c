/* SPDX-License-Identifier: Apache-2.0 */
/* From the line's end: a name may hold blanks, and numbers after them. */
#include "folded_line.h"

#include "scan.h"

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* The count behind the last blank; *end is then where that blank stands. */
static bool
take_count(const unsigned char *begin, const unsigned char **end, double *count)
{
	const unsigned char *at = *end;
	struct scan s = { .end = *end };

	while (at > begin && !is_blank(at[-1]))
		at--;
	if (at == begin || at == *end || !scan_is_digit(*at))
		return false;
	s.at = at;
	if (!scan_number(&s, count) || s.at != *end)
		return false;
	*end = at - 1;
	return true;
}

enum folded_kind
folded_line_parse(struct folded_line *l, const unsigned char *at,
	const unsigned char *end, bool two)
{
	const unsigned char *first = at;

	if (end > at && end[-1] == '\r')
		end--;
	while (first < end && is_blank(*first))
		first++;
	if (first == end || (*at == '#' && (at + 1 == end || at[1] == ' ')))
		return FOLDED_NONE;
	*l = (struct folded_line){ .stack = at };
	if (!take_count(at, &end, &l->count))
		return FOLDED_BAD;
	if (two && !take_count(at, &end, &l->before))
		l->before = l->count;
	l->length = (size_t)(end - at);
	return FOLDED_STACK;
}
