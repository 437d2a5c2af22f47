/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thompson's construction: each part of an expression becomes steps behind
 * those of the parts before it. What repeats a part, or chooses between two, is
 * known only behind it, and put in front of it then.
 */
#include "pprof_rx.h"

#include <string.h>

#include "err.h"

#define STEPS_MAX 16384
#define DEPTH_MAX 64 /* parentheses within each other */

struct parser {
	struct pprof_rx *rx;
	const char *at, *end;
	int depth;
};

static bool parse_any(struct parser *p);

/* Room for so many steps at `from`; false if there are too many. */
static bool
insert(struct pprof_rx *rx, size_t from, size_t n)
{
	if (rx->count + n > STEPS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		GROW(rx->steps, rx->count, rx->capacity);
		rx->count++;
	}
	memmove(rx->steps + from + n, rx->steps + from,
		(rx->count - n - from) * sizeof *rx->steps);
	for (size_t i = from + n; i < rx->count; i++) {
		struct pprof_rx_step *s = &rx->steps[i];

		if (s->op != SPLIT && s->op != JUMP)
			continue;
		s->a = (uint16_t)(s->a + (s->a >= from ? n : 0));
		s->b = (uint16_t)(s->b + (s->b >= from ? n : 0));
	}
	return true;
}

static bool
emit(struct pprof_rx *rx, struct pprof_rx_step step)
{
	size_t at = rx->count;

	if (!insert(rx, at, 1))
		return false;
	rx->steps[at] = step;
	return true;
}

static void
set_add(pprof_rx_set s, unsigned char c)
{
	s[c / 8] |= (unsigned char)(1u << c % 8);
}

/* \d, \w, \s and their opposites. */
static bool
add_named(pprof_rx_set s, char name)
{
	pprof_rx_set named = { 0 };
	bool other = name >= 'A' && name <= 'Z';

	for (int c = 0; c < 256; c++) {
		bool digit = c >= '0' && c <= '9';
		bool word = digit || c == '_' || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z');
		bool blank = c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
		char kind = (char)(name | 0x20);

		if ((kind == 'd' ? digit : kind == 'w' ? word : blank) != other)
			set_add(named, (unsigned char)c);
	}
	for (size_t i = 0; i < sizeof(pprof_rx_set); i++)
		s[i] |= named[i];
	return true;
}

/* Behind a backslash: a class or a character that stands for itself. */
static bool
is_class(char c)
{
	return c != '\0' && strchr("dwsDWS", c) != NULL;
}

static bool
is_literal(char c)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return !letter && !(c >= '0' && c <= '9');
}

static bool
emit_set(struct pprof_rx *rx, const pprof_rx_set s)
{
	GROW(rx->sets, rx->set_count, rx->set_capacity);
	memcpy(rx->sets[rx->set_count], s, sizeof(pprof_rx_set));
	return rx->set_count < UINT16_MAX &&
	       emit(rx, (struct pprof_rx_step){
				.op = CLASS, .a = (uint16_t)rx->set_count++ });
}

/* One character of "[...]", or a class that is added to s: *c is then -1. */
static bool
parse_member(struct parser *p, pprof_rx_set s, int *c)
{
	if (p->at == p->end)
		return false;
	*c = (unsigned char)*p->at++;
	if (*c == '[' && p->at < p->end && *p->at == ':')
		return false;
	if (*c != '\\')
		return true;
	if (p->at == p->end)
		return false;
	*c = (unsigned char)*p->at++;
	if (is_class((char)*c)) {
		add_named(s, (char)*c);
		*c = -1;
		return true;
	}
	return is_literal((char)*c);
}

/* Behind the "[". */
static bool
parse_set(struct parser *p)
{
	pprof_rx_set s = { 0 };
	bool other = p->at < p->end && *p->at == '^', first = true;
	int low, high;

	p->at += other;
	for (; p->at < p->end && (first || *p->at != ']'); first = false) {
		if (!parse_member(p, s, &low))
			return false;
		high = low;
		if (low >= 0 && p->end - p->at > 1 && p->at[0] == '-' &&
			p->at[1] != ']') {
			p->at++;
			if (!parse_member(p, s, &high) || high < low)
				return false;
		}
		for (int c = low; c >= 0 && c <= high; c++)
			set_add(s, (unsigned char)c);
	}
	if (p->at == p->end)
		return false;
	p->at++;
	for (size_t i = 0; other && i < sizeof s; i++)
		s[i] = (unsigned char)~s[i];
	return emit_set(p->rx, s);
}

static bool
parse_group(struct parser *p)
{
	if (p->end - p->at > 1 && p->at[0] == '?') {
		if (p->at[1] != ':')
			return false;
		p->at += 2;
	}
	if (++p->depth > DEPTH_MAX || !parse_any(p))
		return false;
	p->depth--;
	return p->at < p->end && *p->at++ == ')';
}

static bool
parse_escape(struct parser *p)
{
	pprof_rx_set s = { 0 };
	char c;

	if (p->at == p->end)
		return false;
	c = *p->at++;
	if (is_class(c))
		return add_named(s, c) && emit_set(p->rx, s);
	return is_literal(c) &&
	       emit(p->rx, (struct pprof_rx_step){ .op = CHARACTER,
				   .character = (unsigned char)c });
}

static bool
parse_atom(struct parser *p)
{
	char c = *p->at++;

	switch (c) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_set(p);
	case '\\':
		return parse_escape(p);
	case '.':
		return emit(p->rx, (struct pprof_rx_step){ .op = ANY });
	case '*':
	case '+':
	case '?':
	case '{':
	case '^':
	case '$':
		return false;
	default:
		return emit(p->rx, (struct pprof_rx_step){ .op = CHARACTER,
					   .character = (unsigned char)c });
	}
}

/* What stands from `from` on, repeated as the sign behind it says. */
static bool
parse_repeat(struct parser *p, size_t from)
{
	struct pprof_rx *rx = p->rx;
	char sign = p->at < p->end ? *p->at : '\0';
	uint16_t start = (uint16_t)from;

	if (sign == '{')
		return false;
	if (sign != '*' && sign != '+' && sign != '?')
		return true;
	p->at++;
	if (p->at < p->end && *p->at == '?')
		p->at++; /* lazy or not: it matches the same whole */
	if (sign == '+')
		return emit(rx, (struct pprof_rx_step){ .op = SPLIT,
					.a = start,
					.b = (uint16_t)(rx->count + 1) });
	if (!insert(rx, from, 1))
		return false;
	rx->steps[from] = (struct pprof_rx_step){ .op = SPLIT,
		.a = (uint16_t)(start + 1),
		.b = (uint16_t)(rx->count + (sign == '*')) };
	return sign == '?' ||
	       emit(rx, (struct pprof_rx_step){ .op = JUMP, .a = start });
}

static bool
parse_sequence(struct parser *p)
{
	while (p->at < p->end && *p->at != '|' && *p->at != ')') {
		size_t from = p->rx->count;

		if (!parse_atom(p) || !parse_repeat(p, from))
			return false;
	}
	return true;
}

/*
 * a|b|c: SPLIT a, next; a; JUMP end; ... What leads to the end is known in the
 * end only: until then each JUMP holds the one before it.
 */
static bool
parse_any(struct parser *p)
{
	struct pprof_rx *rx = p->rx;
	size_t jumps = SIZE_MAX;

	for (;;) {
		size_t from = rx->count, jump;

		if (!parse_sequence(p))
			return false;
		if (p->at == p->end || *p->at != '|')
			break;
		p->at++;
		if (!insert(rx, from, 1) ||
			!emit(rx, (struct pprof_rx_step){ .op = JUMP }))
			return false;
		rx->steps[from] = (struct pprof_rx_step){ .op = SPLIT,
			.a = (uint16_t)(from + 1),
			.b = (uint16_t)rx->count };
		jump = rx->count - 1;
		rx->steps[jump].b =
			jumps == SIZE_MAX ? 0 : (uint16_t)(jump - jumps);
		jumps = jump;
	}
	while (jumps != SIZE_MAX) {
		uint16_t back = rx->steps[jumps].b;

		rx->steps[jumps].a = (uint16_t)rx->count;
		rx->steps[jumps].b = 0;
		jumps = back == 0 ? SIZE_MAX : jumps - back;
	}
	return true;
}

bool
pprof_rx_parse(struct pprof_rx *rx, const char *text, size_t length)
{
	struct parser p = { rx, text, text + length, 0 };

	/* They may be said once more; a whole name is meant in any case. */
	if (length >= 1 && text[0] == '^')
		p.at++;
	if (p.end > p.at && p.end[-1] == '$' &&
		(p.end - p.at < 2 || p.end[-2] != '\\'))
		p.end--;
	return parse_any(&p) && p.at == p.end &&
	       emit(rx, (struct pprof_rx_step){ .op = DONE });
}
