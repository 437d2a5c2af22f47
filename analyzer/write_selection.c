/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not all says so, and how much of all it is: a total that stands for a
 * part is the worst of errors.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "text.h"
#include "write.h"
#include "write_json.h"

#define WORD_COLUMNS 60 /* of a line, for an expression or a name */

/* ", 'a', 'b'" after the first. */
static void
put_quoted(FILE *out, const char *const *list)
{
	for (size_t i = 0; list[i]; i++) {
		char *text = text_visible(list[i]);

		text_shorten(text, WORD_COLUMNS, false);
		fprintf(out, "%s'%s'", i > 0 ? ", " : "", text);
		free(text);
	}
}

static bool
has_rules(const struct shown *s)
{
	for (int i = 0; i < SELECT_RULES; i++)
		if (s->rules[i])
			return true;
	return false;
}

/* "focus 'x', ignore 'y': 12.3 MiB of 45.6 MiB, 27.0%" */
static void
put_rules(FILE *out, const struct shown *s, bool exact)
{
	char part[AMOUNT_MAX], whole[AMOUNT_MAX], share[AMOUNT_MAX];
	const char *before = "";

	for (int i = 0; i < SELECT_RULES; i++) {
		if (!s->rules[i])
			continue;
		fprintf(out, "%s%s ", before, select_rule_names[i]);
		put_quoted(out, s->rules[i]);
		before = ", ";
	}
	fprintf(out, ": %s of %s, %s", amount(part, s, s->selected, exact),
		amount(whole, s, s->whole, exact),
		amount_share(share, s->selected, s->whole));
}

/* "base 'old.heap': 12.3 MiB less 8.0 MiB" */
static void
put_base(FILE *out, const struct shown *s, bool exact)
{
	char now[AMOUNT_MAX], then[AMOUNT_MAX], shrunk[AMOUNT_MAX];

	fputs("base ", out);
	if (s->base_names)
		put_quoted(out, s->base_names);
	fprintf(out, ": %s less %s", amount(now, s, s->selected, exact),
		amount(then, s, s->base_total, exact));
	if (s->shrunk_count > 0)
		fprintf(out,
			"; left out: %s in %" PRIu32 " stack%s that shrank",
			amount(shrunk, s, s->shrunk, exact), s->shrunk_count,
			s->shrunk_count == 1 ? "" : "s");
}

void
write_text_selection(FILE *out, const struct shown *s, bool exact)
{
	if (has_rules(s)) {
		put_rules(out, s, exact);
		putc('\n', out);
	}
	if (s->compared) {
		put_base(out, s, exact);
		putc('\n', out);
	}
}

char *
selection_words(const struct shown *s)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return xstrdup("");
	if (has_rules(s))
		put_rules(out, s, false);
	if (has_rules(s) && s->compared)
		fputs("; ", out);
	if (s->compared)
		put_base(out, s, false);
	if (fclose(out) == 0)
		return text;
	free(text);
	return xstrdup("");
}

void
selection_note_shrunk(const struct shown *s)
{
	char shrunk[AMOUNT_MAX];

	if (s->shrunk_count > 0)
		note("left out: %" PRIu32 " stack%s that shrank, %s in all; "
		     "'heapflame report --base' shows them",
			s->shrunk_count, s->shrunk_count == 1 ? "" : "s",
			amount(shrunk, s, s->shrunk, false));
}

static void
json_list(FILE *out, const char *key, const char *const *list)
{
	fprintf(out, ",\"%s\":[", key);
	for (size_t i = 0; list && list[i]; i++) {
		if (i > 0)
			putc(',', out);
		text_json(out, list[i]);
	}
	putc(']', out);
}

static void
json_mark(FILE *out, const char *key, const char *mark)
{
	fprintf(out, ",\"%s\":", key);
	if (mark)
		text_json(out, mark);
	else
		fputs("null", out);
}

/* The option's word as a key. */
static const char *
key_of(int rule)
{
	return rule == RULE_SHOW_FROM ? "show_from" : select_rule_names[rule];
}

void
json_selection(FILE *out, const struct shown *s)
{
	fputs("\"selection\":", out);
	if (!has_rules(s) && !s->compared && !s->from && !s->to) {
		fputs("null,\n", out);
		return;
	}
	fprintf(out, "{\"whole\":%" PRId64 ",\"selected\":%" PRId64, s->whole,
		s->selected);
	for (int i = 0; i < SELECT_RULES; i++)
		json_list(out, key_of(i), s->rules[i]);
	json_mark(out, "from", s->from);
	json_mark(out, "to", s->to);
	json_list(out, "base", s->base_names);
	if (s->compared)
		fprintf(out,
			",\"base_total\":%" PRId64 ",\"shrunk\":%" PRId64
			"},\n",
			s->base_total, s->shrunk);
	else
		fputs(",\"base_total\":null,\"shrunk\":null},\n", out);
}
