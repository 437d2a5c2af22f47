/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One getopt_long table is put together for each call: the common options that
 * the command accepts, then its own. Every entry's `val` is its place in a list
 * beside it, so that one loop serves all; short letters are looked up there
 * too.
 */
#include "args.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args_values.h"
#include "err.h"
#include "select_match.h"
#include "select_rules.h"
#include "symbolize.h"

#define OPTIONS_MAX 64
#define FIRST_VAL   256 /* above every letter */

/* What parsing one command line needs. */
struct parser {
	struct args *a;
	const char *metric, *by, *color;
	bool no_wrappers;
	struct args_own known[OPTIONS_MAX];
	struct option longs[OPTIONS_MAX + 1];
	char shorts[3 * OPTIONS_MAX + 2];
	int count;
};

static void
add(struct parser *p, struct args_own own)
{
	static const int has_value[] = {
		[ARGS_FLAG] = no_argument,
		[ARGS_TEXT] = required_argument,
		[ARGS_COUNT] = required_argument,
		[ARGS_REAL] = required_argument,
		[ARGS_OPTIONAL_COUNT] = optional_argument,
		[ARGS_LIST] = required_argument,
	};
	char *end = p->shorts + strlen(p->shorts);

	assert(p->count < OPTIONS_MAX);
	p->longs[p->count] = (struct option){
		.name = own.name,
		.has_arg = has_value[own.kind],
		.val = FIRST_VAL + p->count,
	};
	if (own.letter) {
		*end++ = own.letter;
		if (has_value[own.kind] != no_argument)
			*end++ = ':';
		*end = '\0';
	}
	p->known[p->count++] = own;
}

/* As args_translate asks: -1 not known, 0 without a value, 1 with one. */
static int
kind_of(const void *context, const char *name)
{
	const struct parser *p = context;

	for (int i = 0; i < p->count; i++) {
		const struct args_own *o = &p->known[i];
		bool letter = name[0] == o->letter && name[0] && !name[1];

		if (letter || strcmp(o->name, name) == 0)
			return p->longs[i].has_arg == required_argument;
	}
	return -1;
}

static void
add_common(struct parser *p)
{
	struct args *a = p->a;
	struct selection *s = &a->selection;
	const char ***rules = s->rules;
	const struct {
		unsigned accept;
		struct args_own own;
	} common[] = {
		{ ARGS_METRIC, { "metric", 0, ARGS_TEXT, &p->metric, 0 } },
		{ ARGS_METRIC,
			{ "countname", 0, ARGS_TEXT, &a->count_name, 0 } },
		{ ARGS_METRIC, { "event", 0, ARGS_TEXT, &a->event, 0 } },
		{ ARGS_OUTPUT, { "output", 'o', ARGS_TEXT, &a->output, 0 } },
		{ ARGS_BYTES, { "bytes", 0, ARGS_FLAG, &a->exact, 0 } },
		{ ARGS_WRAPPERS,
			{ "no-wrappers", 0, ARGS_FLAG, &p->no_wrappers, 0 } },
		{ ARGS_WRAPPERS, { "wrapper", 0, ARGS_LIST, &s->wrappers, 0 } },
		{ ARGS_BY, { "by", 0, ARGS_TEXT, &p->by, 0 } },
		{ ARGS_TOP, { "top", 0, ARGS_COUNT, &a->top, 0 } },
		{ ARGS_PHASE, { "phase", 0, ARGS_TEXT, &s->phase, 0 } },
		{ ARGS_PHASE, { "from", 0, ARGS_TEXT, &s->from, 0 } },
		{ ARGS_PHASE, { "to", 0, ARGS_TEXT, &s->to, 0 } },
		{ ARGS_PHASE, { "until", 0, ARGS_TEXT, &s->to, 0 } },
		{ ARGS_BASE, { "base", 0, ARGS_LIST, &s->base_names, 0 } },
		{ ARGS_COLOR, { "color", 0, ARGS_TEXT, &p->color, 0 } },
		{ ARGS_JSON, { "json", 0, ARGS_FLAG, &a->json, 0 } },
	};

	const struct args_own always[] = {
		{ "all", 0, ARGS_FLAG, &a->all, 0 },
		{ "debug-dir", 0, ARGS_LIST, &a->debug_dirs, 0 },
		{ "sysroot", 0, ARGS_TEXT, &a->symbols.sysroot, 0 },
		{ "perf-map", 0, ARGS_TEXT, &a->symbols.perf_map, 0 },
		{ "debuginfod", 0, ARGS_FLAG, &a->symbols.debuginfod, 0 },
		{ "short-names", 0, ARGS_FLAG, &a->symbols.short_names, 0 },
	};

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		add(p, always[i]);
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if ((a->accept & common[i].accept) &&
			kind_of(p, common[i].own.name) < 0)
			add(p, common[i].own);
	for (int i = 0; i < SELECT_RULES; i++)
		if (a->accept & ARGS_FILTER)
			add(p, (struct args_own){ select_rule_names[i], 0,
				       ARGS_LIST, &rules[i], 0 });
}

static const struct args_own *
find(const struct parser *p, int val)
{
	if (val >= FIRST_VAL)
		return &p->known[val - FIRST_VAL];
	for (int i = 0; i < p->count; i++)
		if (p->known[i].letter == val)
			return &p->known[i];
	return NULL;
}

/* What getopt found wrong, in our own words. */
static int
complain(const struct parser *p, int found, char **argv)
{
	const struct args_own *o = find(p, optopt);

	if (optopt && o && found == ':')
		return error("'--%s' wants a value", o->name);
	if (optopt && o)
		return error("'--%s' takes no value", o->name);
	if (optopt)
		return error("unknown option '-%c'", optopt);
	return error("unknown option '%s'", argv[optind - 1]);
}

/* Now: `record` would find out when its time is over. */
static int
check_expressions(const struct selection *s)
{
	struct match *wrappers;
	struct rules rules;

	if (rules_init(&rules, NULL, s) < 0)
		return -1;
	rules_release(&rules);
	if (!s->wrappers)
		return 0;
	/* Bounded as the others are; what they match is wrappers.c's. */
	wrappers = match_new((const char *const *)s->wrappers, "wrapper");
	match_free(wrappers);
	return wrappers ? 0 : -1;
}

static int
set_words(struct parser *p)
{
	struct args *a = p->a;

	a->selection.show_wrappers = p->no_wrappers;
	if (p->metric) {
		a->selection.metric = metric_parse(p->metric);
		/* A file may have one of its own of that name. */
		if (a->selection.metric < 0)
			a->selection.metric_name = p->metric;
	}
	if (a->selection.phase && (a->selection.from || a->selection.to))
		return error("--phase excludes --from and --to");
	if (check_expressions(&a->selection) < 0)
		return -1;
	if (p->color && color_parse(&a->color, p->color) < 0)
		return -1;
	return p->by ? args_set_by(&a->selection, p->by) : 0;
}

/* Where to look for names: the same for all that this process loads. */
static void
set_symbols(struct args *a)
{
	a->symbols.debug_dirs = a->debug_dirs;
	profile_symbolize_options(&a->symbols);
}

static int
parse(struct parser *p, int argc, char **argv)
{
	int val;

	opterr = 0;
	optind = 0; /* glibc: start afresh, also in the permuting */
	while ((val = getopt_long(argc, argv, p->shorts, p->longs, NULL)) !=
		-1) {
		if (val == '?' || val == ':')
			return complain(p, val, argv);
		if (args_set(p->a, find(p, val), optarg) < 0)
			return -1;
	}
	if (set_words(p) < 0)
		return -1;
	set_symbols(p->a);
	p->a->files = argv + optind;
	p->a->file_count = argc - optind;
	if (p->a->selection.base_names) {
		p->a->selection.base = xmalloc(sizeof(struct profile));
		profile_init(p->a->selection.base);
	}
	return 0;
}

int
args_parse(struct args *a, const struct args_own *own, int argc, char **argv)
{
	struct parser p = { .a = a, .shorts = ":" };

	*a = (struct args){
		.accept = a->accept,
		.sums = a->sums,
		.selection = { .metric = -1 },
		.top = -1,
	};
	for (; own && own->name; own++)
		add(&p, *own);
	add_common(&p);
	if (args_translate(&a->words, argc, argv, kind_of, &p) < 0 ||
		parse(&p, a->words.count, a->words.list) < 0) {
		args_release(a);
		hint("Try 'heapflame %s --help'.", argv[0]);
		return -1;
	}
	return 0;
}

void
args_release(struct args *a)
{
	struct selection *s = &a->selection;

	free(s->wrappers);
	free(s->base_names);
	free(a->debug_dirs);
	a->debug_dirs = NULL;
	for (int i = 0; i < SELECT_RULES; i++)
		free(s->rules[i]);
	if (s->base)
		profile_release(s->base);
	free(s->base);
	*s = (struct selection){ .metric = -1 };
	args_words_release(&a->words);
}

bool
args_color(const struct args *a)
{
	bool file = a->output && strcmp(a->output, "-") != 0;

	return color_wanted(a->color, file ? -1 : STDOUT_FILENO);
}

bool
args_selects(const struct args *a)
{
	const struct selection *s = &a->selection;
	bool any = s->bys || s->phase || s->from || s->to || s->base;

	for (int i = 0; i < SELECT_RULES; i++)
		any |= s->rules[i] != NULL;
	return any;
}
