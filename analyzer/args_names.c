/* SPDX-License-Identifier: Apache-2.0 */
#include "args_names.h"

#include <stdlib.h>
#include <string.h>

#include "args_absent.h"
#include "err.h"

/* Another name for one of our options, or for what is so anyway. */
struct synonym {
	const char *name;
	const char *ours; /* "metric=inuse_space" is complete, "base" takes the
			     value that stands there */
};

static const struct synonym synonyms[] = {
	{ "inuse_space", "metric=inuse_space" },
	{ "inuse_objects", "metric=inuse_objects" },
	{ "alloc_space", "metric=alloc_space" },
	{ "alloc_objects", "metric=alloc_objects" },
	{ "peak_space", "metric=peak_space" },
	{ "peak_objects", "metric=peak_objects" },
	{ "temp_space", "metric=temp_space" },
	{ "temp_objects", "metric=temp_objects" },
	{ "sample_index", "metric" },
	{ "show_from", "show-from" },
	{ "retain", "show" },
	{ "exclude", "hide" },
	{ "diff_base", "base" },
	{ "nodecount", "top" },
	{ "show_bytes", "bytes" },
};

/* What reports of functions are anyway: such a word is left out. */
static const char *const usual[] = { "text", "flat", "functions" };

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* One word of the command line: "-name=value". */
struct option_word {
	char name[64];
	const char *value; /* behind "=", or NULL */
	bool one_dash;
};

struct translation {
	struct args_words *words;
	int argc;
	char *const *argv;
	int at;
	int (*kind)(const void *context, const char *name);
	const void *context;
};

/* False: it is a file, a letter, or the end of options. */
static bool
take_apart(struct option_word *o, const char *word)
{
	size_t dashes = strspn(word, "-"), length;

	if (dashes < 1 || dashes > 2)
		return false;
	o->one_dash = dashes == 1;
	word += dashes;
	length = strcspn(word, "=");
	o->value = word[length] ? word + length + 1 : NULL;
	/* With one dash a letter is a short option, "-ofile" one with value. */
	if (length < 2 || length >= sizeof o->name)
		return false;
	memcpy(o->name, word, length);
	o->name[length] = '\0';
	return true;
}

static void
add(struct args_words *w, char *word)
{
	w->list[w->count++] = word;
}

static void
add_made(struct args_words *w, char *word)
{
	GROW(w->made, w->made_count, w->made_capacity);
	w->made[w->made_count++] = word;
	add(w, word);
}

static int
refuse(const struct translation *t, const char *word, const char *name)
{
	const char *instead = args_instead(name);

	/* If nobody knows it getopt will say so. */
	return instead ? error("'%s' is not for 'heapflame %s': %s", word,
				 t->argv[0], instead)
		       : 0;
}

/* "--name", "--name=value", with the word behind it if it wants that. */
static void
add_ours(struct translation *t, const char *name, const char *value)
{
	char *next = t->at + 1 < t->argc ? t->argv[t->at + 1] : NULL;

	add_made(t->words, value ? xasprintf("--%s=%s", name, value)
				 : xasprintf("--%s", name));
	if (!value && next && t->kind(t->context, name) > 0) {
		t->at++;
		add(t->words, next);
	}
}

static bool
is_number(const char *word)
{
	return word && *word && strspn(word, "0123456789") == strlen(word);
}

/* "-unit=b": bytes, or as it is anyway. */
static int
translate_unit(struct translation *t, const struct option_word *o)
{
	static const char *const exact[] = { "b", "B", "byte", "bytes" };
	static const char *const plain[] = { "auto", "minimum" };
	const char *value = o->value;

	if (t->kind(t->context, "bytes") < 0)
		return refuse(t, t->argv[t->at], "unit");
	if (!value && t->at + 1 < t->argc)
		value = t->argv[++t->at];
	for (size_t i = 0; value && i < COUNT(plain); i++)
		if (strcmp(value, plain[i]) == 0)
			return 0;
	for (size_t i = 0; value && i < COUNT(exact); i++) {
		if (strcmp(value, exact[i]) == 0) {
			add_made(t->words, xstrdup("--bytes"));
			return 0;
		}
	}
	return error("'-unit' knows bytes, auto and minimum, not '%s'",
		value ? value : "");
}

static const struct synonym *
find_synonym(const char *name)
{
	for (size_t i = 0; i < COUNT(synonyms); i++)
		if (strcmp(synonyms[i].name, name) == 0)
			return &synonyms[i];
	return NULL;
}

/* "-inuse_space", "-base=FILE": ours by another name. */
static int
translate_synonym(struct translation *t, const struct option_word *o,
	const struct synonym *s)
{
	char name[64];
	size_t length = strcspn(s->ours, "=");

	memcpy(name, s->ours, length);
	name[length] = '\0';
	if (t->kind(t->context, name) < 0)
		return refuse(t, t->argv[t->at], name);
	if (!s->ours[length]) {
		add_ours(t, name, o->value);
		return 0;
	}
	if (o->value)
		return error("'%s' takes no value", t->argv[t->at]);
	add_made(t->words, xasprintf("--%s", s->ours));
	return 0;
}

static bool
is_usual(const struct translation *t, const struct option_word *o)
{
	if (o->value || t->kind(t->context, "top") < 0)
		return false;
	for (size_t i = 0; i < COUNT(usual); i++)
		if (strcmp(usual[i], o->name) == 0)
			return true;
	/* pprof's "-top" is that it lists rows, ours is how many. */
	return o->one_dash && strcmp(o->name, "top") == 0 &&
	       !is_number(t->at + 1 < t->argc ? t->argv[t->at + 1] : NULL);
}

static int
translate(struct translation *t)
{
	char *word = t->argv[t->at];
	char letter[2] = "";
	struct option_word o;
	const struct synonym *s;

	if (!take_apart(&o, word)) {
		add(t->words, word);
		/* "-o FILE": a file is no option, whatever it is called. */
		if (word[0] == '-' && word[1] && !word[2] &&
			t->kind(t->context, word + 1) > 0 &&
			t->at + 1 < t->argc)
			add(t->words, t->argv[++t->at]);
		return 0;
	}
	if (is_usual(t, &o))
		return 0;
	letter[0] = o.name[0];
	s = find_synonym(o.name);
	if (t->kind(t->context, o.name) >= 0)
		add_ours(t, o.name, o.value);
	else if (strcmp(o.name, "unit") == 0)
		return translate_unit(t, &o);
	else if (s)
		return translate_synonym(t, &o, s);
	else if (refuse(t, word, o.name) < 0)
		return -1;
	else if (o.one_dash && t->kind(t->context, letter) < 0)
		return error("unknown option '%s'", word);
	else
		add(t->words, word);
	return 0;
}

int
args_translate(struct args_words *words, int argc, char *const *argv,
	int (*kind)(const void *context, const char *name), const void *context)
{
	struct translation t = { words, argc, argv, 0, kind, context };
	int rc = 0;

	*words = (struct args_words){ 0 };
	words->list = xcalloc((size_t)argc + 1, sizeof *words->list);
	for (; rc == 0 && t.at < argc; t.at++) {
		if (t.at > 0 && strcmp(argv[t.at], "--") == 0)
			break;
		rc = translate(&t);
	}
	for (; rc == 0 && t.at < argc; t.at++)
		add(words, argv[t.at]);
	return rc;
}

void
args_words_release(struct args_words *words)
{
	for (size_t i = 0; i < words->made_count; i++)
		free(words->made[i]);
	free(words->made);
	free(words->list);
	*words = (struct args_words){ 0 };
}
