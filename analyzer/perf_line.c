/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command's name may hold anything, blanks and numbers too: it ends before
 * the first numbers that are followed by what must follow them.
 */
#include "perf_line.h"

#include <string.h>

#include "scan.h"

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct scan *s)
{
	while (s->at < s->end && is_blank(*s->at))
		s->at++;
}

/* The next word and the blanks behind it; empty at the end. */
static struct perf_text
next_word(struct scan *s)
{
	struct perf_text word = { .at = s->at };

	while (s->at < s->end && !is_blank(*s->at))
		s->at++;
	word.length = (size_t)(s->at - word.at);
	skip_blanks(s);
	return word;
}

/* All of the word is digits, at least one. */
static bool
is_number(struct perf_text word, uint64_t *value)
{
	struct scan s = { word.at, word.at + word.length };

	return scan_u64(&s, value) && s.at == s.end;
}

/* "4503" or "4503/4507" */
static bool
is_ids(struct perf_text word, struct perf_event *e)
{
	struct scan s = { word.at, word.at + word.length };

	if (!scan_u64(&s, &e->pid))
		return false;
	e->tid = e->pid;
	e->has_pid = scan_char(&s, '/');
	if (e->has_pid && !scan_u64(&s, &e->tid))
		return false;
	return s.at == s.end;
}

/* "2135.440550:" */
static bool
is_time(struct perf_text word)
{
	struct scan s = { word.at, word.at + word.length };
	uint64_t n;

	return scan_u64(&s, &n) && scan_char(&s, '.') && scan_u64(&s, &n) &&
	       scan_char(&s, ':') && s.at == s.end;
}

/*
 * Takes "[003]", flags as "d..2." and the time; false if there is no time, then
 * the processor alone.
 */
static bool
take_time(struct scan *s)
{
	struct scan all = *s;

	for (int words = 0; words < 4 && s->at < s->end; words++) {
		struct perf_text word = next_word(s);

		if (is_time(word))
			return true;
		/* Of a command with a number in it the process comes yet. */
		if (scan_is_digit(word.at[0]))
			break;
	}
	*s = all;
	if (s->at < s->end && *s->at == '[')
		next_word(s);
	return false;
}

/* "1003009 cycles:u:" and what follows. */
static void
take_name(struct scan *s, struct perf_event *e)
{
	struct scan before = *s;
	struct perf_text word = next_word(s);

	e->has_period = is_number(word, &e->period);
	if (e->has_period)
		word = next_word(s);
	else
		e->period = 1;
	if (word.length > 1 && word.at[word.length - 1] == ':')
		e->name = (struct perf_text){ word.at, word.length - 1 };
	else
		*s = before;
	e->rest = (struct perf_text){ s->at, (size_t)(s->end - s->at) };
}

/*
 * Finds where the command ends: before the first numbers, with `timed` the
 * first that are followed by a time. *s is then behind all of that.
 */
static bool
take_process(struct scan *s, struct perf_event *e, bool timed)
{
	const unsigned char *comm = s->at, *end;

	next_word(s);
	while (s->at < s->end) {
		end = s->at;
		if (is_ids(next_word(s), e)) {
			struct scan after = *s;

			if (!take_time(&after) && timed)
				continue;
			*s = after;
			while (is_blank(end[-1]))
				end--;
			e->comm = (struct perf_text){ comm,
				(size_t)(end - comm) };
			return true;
		}
	}
	return false;
}

bool
perf_line_event(struct perf_event *e, struct perf_text line, bool strict)
{
	struct scan s = { line.at, line.at + line.length }, timed;

	*e = (struct perf_event){ .period = 1 };
	skip_blanks(&s);
	timed = s;
	if (take_process(&timed, e, true))
		s = timed;
	else if (strict || !take_process(&s, e, false))
		return false;
	take_name(&s, e);
	return true;
}

static bool
is_hex(struct perf_text word)
{
	for (size_t i = 0; i < word.length; i++)
		if (scan_hex_digit(word.at[i]) > 15)
			return false;
	return word.length > 0;
}

static bool
ends_with(struct perf_text t, const char *end)
{
	size_t n = strlen(end);

	return t.length >= n && memcmp(t.at + t.length - n, end, n) == 0;
}

/* What is in the last brackets is the module; they are taken off the text. */
static struct perf_text
take_module(struct perf_text *text)
{
	static const char deleted[] = " (deleted))";
	size_t end = text->length, at;

	if (end < 2 || text->at[end - 1] != ')')
		return (struct perf_text){ 0 };
	at = ends_with(*text, deleted) ? end - strlen(deleted) : end - 1;
	while (at > 0 && !(text->at[at] == '(' &&
				 (at == 0 || is_blank(text->at[at - 1]))))
		at--;
	if (text->at[at] != '(')
		return (struct perf_text){ 0 };
	text->length = at;
	return (struct perf_text){ text->at + at + 1, end - at - 2 };
}

/* "main+0x1f" is "main". */
static void
drop_offset(struct perf_text *symbol)
{
	size_t at = symbol->length;

	while (at > 0 && scan_hex_digit(symbol->at[at - 1]) < 16)
		at--;
	if (at < symbol->length && at > 3 &&
		memcmp(symbol->at + at - 3, "+0x", 3) == 0)
		symbol->length = at - 3;
}

bool
perf_line_frame(struct perf_frame *f, struct perf_text line)
{
	struct scan s = { line.at, line.at + line.length };
	struct perf_text text;

	skip_blanks(&s);
	if (!is_hex(next_word(&s)))
		return false;
	while (s.end > s.at && is_blank(s.end[-1]))
		s.end--;
	text = (struct perf_text){ s.at, (size_t)(s.end - s.at) };
	f->module = take_module(&text);
	while (text.length > 0 && is_blank(text.at[text.length - 1]))
		text.length--;
	if (text.length == 0)
		text = (struct perf_text){ (const unsigned char *)"[unknown]",
			9 };
	drop_offset(&text);
	f->symbol = text;
	return true;
}
