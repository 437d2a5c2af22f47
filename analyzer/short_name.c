/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass that copies, and passes over what is between brackets. Not every
 * bracket is one: operator<, operator->, operator(), (anonymous namespace),
 * Go's (*T), and what Rust calls a function of a trait, <T as Trait>::f. Where
 * a bracket is not closed the rest is copied, so that the time is linear.
 */
#include "short_name.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#define NESTING_MAX 32

struct writer {
	char *text;
	size_t length;
};

static void
put(struct writer *w, const char *from, size_t n)
{
	memcpy(w->text + w->length, from, n);
	w->length += n;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static bool
begins(const char *at, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - at) >= n && memcmp(at, with, n) == 0;
}

/* How many bytes "operator" and its signs take; 0: there is none here. */
static size_t
operator_length(const char *start, const char *at, const char *end)
{
	/* The longer ones first. */
	static const char *const signs[] = { "()", "[]", "<=>",
		"<<=", ">>=", "->*", "->", "<<", ">>", "<=", ">=", "==", "!=",
		"+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "&&", "||",
		"++", "--", "<", ">", "+", "-", "*", "/", "%", "^", "&", "|",
		"~", "!", "=", "," };
	const size_t word = strlen("operator");

	if (!begins(at, end, "operator") || (at > start && is_word(at[-1])) ||
		(at + word < end && is_word(at[word])))
		return 0;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (begins(at + word, end, signs[i]))
			return word + strlen(signs[i]);
	return word;
}

/*
 * Behind the bracket that closes the one at `at`, or NULL. Within round, curly
 * and square ones, < and > may be anything, and only their own kind counts.
 */
static const char *
behind(const char *at, const char *end)
{
	char open = *at;
	char close = open == '<'   ? '>'
		     : open == '(' ? ')'
		     : open == '{' ? '}'
				   : ']';
	const char *start = at;
	int depth = 0;

	while (at < end) {
		size_t n = operator_length(start, at, end);

		if (n > 0) {
			at += n;
			continue;
		}
		if (open == '<' && strchr("({[", *at) != NULL) {
			at = behind(at, end); /* one level, never '<' again */
			if (at == NULL)
				return NULL;
			continue;
		}
		if (*at == open)
			depth++;
		else if (*at == close && !(open == '<' && at[-1] == '-') &&
			 --depth == 0)
			return at + 1;
		at++;
	}
	return NULL;
}

/* " const", " &&", behind a parameter list: one of them. */
static const char *
behind_qualifier(const char *at, const char *end)
{
	static const char *const known[] = { " const", " volatile", " &&", " &",
		" noexcept", "[abi:", " [clone " };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *next;

		if (!begins(at, end, known[i]))
			continue;
		next = at + strlen(known[i]);
		if (known[i][0] == '[' || known[i][1] == '[') {
			const char *close =
				memchr(next, ']', (size_t)(end - next));

			if (close == NULL)
				return at;
			next = close + 1;
		} else if (next < end && is_word(*next)) {
			continue;
		}
		return next;
	}
	return at;
}

static const char *
behind_qualifiers(const char *at, const char *end)
{
	const char *next;

	while ((next = behind_qualifier(at, end)) != at)
		at = next;
	return at;
}

static void shorten(
	struct writer *w, const char *at, const char *end, int level);

/* Its brackets stay, and what is in them is shortened. */
static void
keep(struct writer *w, const char *at, const char *close, int level)
{
	put(w, at, 1);
	shorten(w, at + 1, close - 1, level + 1);
	put(w, close - 1, 1);
}

/*
 * Does what stands before a < make it template arguments? sign: where the last
 * operator's signs end ("operator<< <T>"). In Rust's "f::<T>" it does, too.
 */
static bool
is_template(const char *start, const char *at, const char *sign)
{
	return at > start &&
	       (is_word(at[-1]) || strchr("]:}", at[-1]) != NULL ||
		       at == sign || (at[-1] == ' ' && at - 1 == sign));
}

/* Of "{lambda(int)#1}" the parameters are part of the name. */
static void
put_braces(struct writer *w, const char *at, const char *close, int level)
{
	const char *list = memchr(at, '(', (size_t)(close - at));
	const char *rest = list != NULL ? behind(list, close) : NULL;

	if (rest == NULL) {
		keep(w, at, close, level);
		return;
	}
	put(w, at, (size_t)(list - at));
	keep(w, list, rest, level);
	put(w, rest, (size_t)(close - rest));
}

/* The brackets from `at` to before `close`. */
static void
put_brackets(struct writer *w, const char *start, const char *at,
	const char *close, int level)
{
	char before = at > start ? at[-1] : ' ';

	if (*at == '{')
		put_braces(w, at, close, level);
	else if (*at == '[' && begins(at, close, "[go.shape."))
		put(w, "[...]", 5);
	else if (*at == '[' && begins(at, close, "[abi:"))
		return;
	else if (*at == '(' && before != '.' &&
		 !begins(at, close, "(anonymous") && !begins(at, close, "(*") &&
		 !begins(at, close, "(&"))
		put(w, "()", 2);
	else
		keep(w, at, close, level);
}

static void
shorten(struct writer *w, const char *at, const char *end, int level)
{
	const char *start = at, *sign = NULL, *close;

	while (at < end) {
		size_t n = operator_length(start, at, end);

		if (n > 0 || strchr("<({[", *at) == NULL) {
			n = n > 0 ? n : 1;
			put(w, at, n);
			at += n;
			if (n > 1)
				sign = at;
			continue;
		}
		close = level < NESTING_MAX ? behind(at, end) : NULL;
		if (close == NULL) {
			put(w, at, (size_t)(end - at));
			return;
		}
		if (*at == '<' && is_template(start, at, sign))
			put(w, "<>", 2);
		else
			put_brackets(w, start, at, close, level);
		at = *at == '(' ? behind_qualifiers(close, end) : close;
	}
}

char *
short_name(const char *name)
{
	size_t n = strlen(name);
	struct writer w = { xmalloc(n + 1), 0 };

	if (name[0] == '[')
		put(&w, name, n);
	else
		shorten(&w, name, name + n, 0);
	w.text[w.length] = '\0';
	return w.text;
}
