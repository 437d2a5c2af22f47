/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's regexec tries every place of a text as a start, which is
 * quadratic in what does not match ("a.*b" in "aaaa..."). "^.*(EXPRESSION)" has
 * one place to start at, and its automaton goes over the text once.
 *
 * That automaton is made as texts need it and only ever grows, up to a state a
 * byte read: after so many bytes it is thrown away and begun anew. A
 * back-reference would put it out of use, and searching becomes exponential.
 */
#include "select_match.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#define NAME_MOST   8192 /* bytes looked at */
#define LENGTH_MOST 1000 /* bytes of an expression */
#define SIZE_MOST   500 /* characters, with repetitions written out */
#define DEPTH_MOST  32 /* parentheses within each other */
#define MEMORY	    (16 << 20) /* bytes, about, of one automaton */
#define STATE	    2304 /* bytes of one of its states */
#define STATE_CHAR  64 /* and for each character of the expression */

struct expression {
	char *text; /* as it is compiled */
	regex_t regex;
	size_t size;
	size_t left; /* bytes to be read until it is compiled anew */
};

struct match {
	struct expression *list;
	size_t count;
};

/* How large an expression is once its repetitions are written out. */
struct scan {
	const char *at;
	size_t sums[DEPTH_MOST + 1]; /* of the open groups; [0] is all */
	int depth;
	size_t last; /* what a repetition would repeat */
};

static void
add(struct scan *s, size_t size)
{
	s->last = size;
	s->sums[s->depth] += size;
}

static void
repeat(struct scan *s, size_t times)
{
	s->sums[s->depth] += s->last * (times - 1);
	s->last *= times;
}

/* "{3,5}" repeats 5 times, "{3,}" 4 times; NULL: all is well. */
static const char *
scan_braces(struct scan *s)
{
	unsigned long n = 0, m;
	const char *at = s->at + 1;
	char *end;

	if (!isdigit((unsigned char)*at) && *at != ',')
		return "a '{' wants a count behind it; \\{ stands for itself";
	if (*at != ',')
		n = strtoul(at, &end, 10);
	else
		end = (char *)at;
	m = n;
	if (*end == ',') {
		at = end + 1;
		m = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : n + 1;
		if (m == n + 1 && !isdigit((unsigned char)*at))
			end = (char *)at;
	}
	if (*end != '}')
		return "a '{' that is not closed; \\{ stands for itself";
	if (n > SIZE_MOST || m > SIZE_MOST)
		return "it repeats too often";
	repeat(s, m > n ? m : n > 0 ? n : 1);
	s->at = end;
	return NULL;
}

/* To the bracket that ends "[...]". */
static const char *
scan_brackets(struct scan *s)
{
	const char *at = s->at + 1;

	at += *at == '^';
	at += *at == ']';
	for (; *at && *at != ']'; at++) {
		char kind = at[1];
		const char *end = NULL;

		if (*at != '[' || !kind || !strchr(":.=", kind))
			continue;
		for (end = at + 2; *end && (*end != kind || end[1] != ']');)
			end++;
		if (!*end)
			return "unmatched [";
		at = end + 1;
	}
	if (!*at)
		return "unmatched [";
	add(s, 1);
	s->at = at;
	return NULL;
}

static const char *
scan_escape(struct scan *s)
{
	unsigned char c = (unsigned char)*++s->at;

	if (!c)
		return "a backslash with nothing behind it";
	if (isdigit(c))
		return "back-references are not supported";
	if (isalpha(c) && !strchr("wWsSbB", c))
		return "a letter behind a backslash means nothing in POSIX "
		       "expressions; [0-9], [[:alpha:]] do";
	add(s, 1);
	return NULL;
}

static const char *
scan_group(struct scan *s)
{
	size_t size;

	if (*s->at == '(') {
		if (s->depth == DEPTH_MOST)
			return "too many parentheses within each other";
		s->sums[++s->depth] = 0;
		s->last = 0;
		return NULL;
	}
	if (s->depth == 0)
		return "unmatched ); \\) stands for itself";
	size = s->sums[s->depth--] + 1;
	add(s, size);
	return NULL;
}

static const char *
scan_one(struct scan *s)
{
	switch (*s->at) {
	case '\\':
		return scan_escape(s);
	case '[':
		return scan_brackets(s);
	case '{':
		return scan_braces(s);
	case '(':
	case ')':
		return scan_group(s);
	case '+':
		repeat(s, 2); /* x+ is compiled as xx* */
		return NULL;
	case '*':
	case '?':
		return NULL;
	default:
		add(s, 1);
		return NULL;
	}
}

/* What is wrong with it that regcomp would not say or not survive; or NULL. */
static const char *
measure(const char *expression, size_t *size)
{
	struct scan s = { .at = expression };

	if (!*expression)
		return "it is empty";
	if (strlen(expression) > LENGTH_MOST)
		return "it is too long";
	for (; *s.at; s.at++) {
		const char *wrong = scan_one(&s);

		if (wrong)
			return wrong;
		if (s.sums[s.depth] > SIZE_MOST)
			return "it is too large";
	}
	if (s.depth > 0)
		return "unmatched (";
	*size = s.sums[0];
	return NULL;
}

static int
compile(struct expression *e)
{
	e->left = MEMORY / (STATE + STATE_CHAR * e->size);
	return regcomp(&e->regex, e->text, REG_EXTENDED | REG_NOSUB);
}

static int
add_expression(struct match *m, const char *text, const char *option)
{
	struct expression e = { 0 };
	const char *wrong = measure(text, &e.size);
	char cause[128];
	int rc;

	if (!wrong) {
		e.text = xasprintf("^.*(%s)", text);
		rc = compile(&e);
		if (rc == 0) {
			m->list[m->count++] = e;
			return 0;
		}
		regerror(rc, &e.regex, cause, sizeof cause);
		free(e.text);
		wrong = cause;
	}
	return error("--%s: bad regular expression '%.200s': %s", option, text,
		wrong);
}

struct match *
match_new(const char *const *expressions, const char *option)
{
	struct match *m = xcalloc(1, sizeof *m);
	size_t n = 0;

	while (expressions[n])
		n++;
	m->list = xcalloc(n, sizeof *m->list);
	for (size_t i = 0; i < n; i++) {
		if (add_expression(m, expressions[i], option) < 0) {
			match_free(m);
			return NULL;
		}
	}
	return m;
}

void
match_free(struct match *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++) {
		regfree(&m->list[i].regex);
		free(m->list[i].text);
	}
	free(m->list);
	free(m);
}

static bool
is_found(struct expression *e, const char *name, size_t length)
{
	if (length > e->left) {
		regfree(&e->regex);
		/* It went well before; without memory nothing does. */
		if (compile(e) != 0) {
			error("out of memory");
			exit(EXIT_FAILED);
		}
	}
	e->left -= length < e->left ? length : e->left;
	return regexec(&e->regex, name, 0, NULL, 0) == 0;
}

bool
match_any(struct match *m, const char *name)
{
	size_t length = strnlen(name, NAME_MOST + 1);
	char *cut = NULL;
	bool found = false;

	if (length > NAME_MOST) {
		cut = xmalloc(NAME_MOST + 1);
		memcpy(cut, name, NAME_MOST);
		cut[NAME_MOST] = '\0';
		length = NAME_MOST;
	}
	for (size_t i = 0; !found && i < m->count; i++)
		found = is_found(&m->list[i], cut ? cut : name, length);
	free(cut);
	return found;
}
