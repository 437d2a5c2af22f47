/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A head of four lines, the sites with the chains of those that are expanded,
 * and a last line: keys, the filter being typed, or what has just been done.
 */
#define _GNU_SOURCE /* strcasestr, qsort_r */
#include "top_view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "text.h"
#include "units.h"

#define HEAD	   4
#define CHAINS	   8 /* of an expanded site */
#define NAME_LEAST 20 /* columns, before figures are left out */
#define CELL	   10

static const struct {
	const char *title;
	char key;
} columns[TOP_METRICS] = {
	[TOP_LIVE] = { "LIVE", 'l' },
	[TOP_GROWTH] = { "GROWTH", 'g' },
	[TOP_OBJECTS] = { "OBJECTS", 'o' },
	[TOP_ALLOCATED] = { "ALLOCATED", 'a' },
	[TOP_PEAK] = { "PEAK", 'p' },
};

/* Columns that are left out first where there is no room, but never `by`. */
static const enum top_metric expendable[] = { TOP_PEAK, TOP_OBJECTS,
	TOP_ALLOCATED, TOP_GROWTH };

struct drawing {
	struct top_view *v;
	const struct top *t;
	void (*put)(void *to, int y, enum top_style style, const char *text);
	void *to;
	bool shown[TOP_METRICS];
	int y, end; /* next line, and the one that is no site's any more */
	uint32_t skip; /* lines above the first */
};

static void
line(struct drawing *d, enum top_style style, char *text)
{
	if (d->v->columns > 0)
		text_shorten(text, (size_t)d->v->columns, false);
	d->put(d->to, d->y++, style, text);
	free(text);
}

struct order {
	const struct top *t;
	enum top_metric by;
	bool reverse;
};

static int
compare(const void *x, const void *y, void *context)
{
	const struct top_site *a = *(const struct top_site *const *)x;
	const struct top_site *b = *(const struct top_site *const *)y;
	const struct order *o = context;
	int64_t va = a->v[o->by], vb = b->v[o->by];

	if (va != vb)
		return (va > vb) != o->reverse ? -1 : 1;
	return strcmp(top_name(o->t, a), top_name(o->t, b));
}

void
top_view_arrange(struct top_view *v, const struct top *t)
{
	struct order o = { t, v->by, v->reverse };

	v->order = xrealloc(v->order, (t->count + 1) * sizeof *v->order);
	v->count = 0;
	for (uint32_t i = 0; i < t->count; i++)
		if (!v->filter[0] ||
			strcasestr(top_name(t, &t->sites[i]), v->filter))
			v->order[v->count++] = &t->sites[i];
	if (v->count > 0)
		qsort_r(v->order, v->count, sizeof *v->order, compare, &o);
	if (v->cursor >= v->count)
		v->cursor = v->count > 0 ? v->count - 1 : 0;
}

void
top_view_release(struct top_view *v)
{
	free(v->order);
	v->order = NULL;
}

static uint32_t
lines_of(const struct top_view *v, const struct top *t, uint32_t i)
{
	struct top_chain chains[CHAINS];

	if (!t->known[v->order[i]->function].open)
		return 1;
	return 1 + top_chains(t, v->order[i], v->by, chains, CHAINS);
}

void
top_view_move(struct top_view *v, const struct top *t, long by)
{
	long to = (long)v->cursor + by;
	uint32_t above = 0, room = v->rows > HEAD + 1 ? v->rows - HEAD - 1 : 1;
	uint32_t own;

	if (to < 0)
		to = 0;
	if (to >= (long)v->count)
		to = v->count > 0 ? (long)v->count - 1 : 0;
	v->cursor = (uint32_t)to;
	if (v->count == 0) {
		v->scroll = 0;
		return;
	}
	for (uint32_t i = 0; i < v->cursor; i++)
		above += lines_of(v, t, i);
	own = lines_of(v, t, v->cursor);
	if (own > room)
		own = room;
	if (v->scroll > above)
		v->scroll = above;
	if (v->scroll + room < above + own)
		v->scroll = above + own - room;
}

static int
figures_width(const struct drawing *d)
{
	int width = 0;

	for (int m = 0; m < TOP_METRICS; m++)
		width += d->shown[m] ? CELL + 1 : 0;
	return width;
}

static void
choose_columns(struct drawing *d)
{
	for (int m = 0; m < TOP_METRICS; m++)
		d->shown[m] = d->t->has[m];
	for (size_t i = 0; i < sizeof expendable / sizeof *expendable; i++)
		if (d->v->columns > 0 &&
			figures_width(d) + NAME_LEAST > d->v->columns &&
			expendable[i] != d->v->by)
			d->shown[expendable[i]] = false;
}

/* "+1.2 MiB", or "0 B" as it is. */
static void
put_amount(char buf[UNITS_MAX], enum top_metric m, int64_t value)
{
	if (m == TOP_OBJECTS) {
		units_count(buf, value);
		return;
	}
	units_bytes(buf, value, false);
	if (m == TOP_GROWTH && value > 0) {
		memmove(buf + 1, buf, UNITS_MAX - 2);
		buf[0] = '+';
	}
}

/* Whole parts, as many as there is room for. */
static void __attribute__((format(printf, 3, 4)))
append(const struct drawing *d, char **text, const char *format, ...)
{
	char *more, *longer;
	va_list args;

	va_start(args, format);
	if (vasprintf(&more, format, args) < 0)
		exit(EXIT_FAILED);
	va_end(args);
	longer = xasprintf("%s%s", *text, more);
	free(more);
	if (**text && d->v->columns > 0 &&
		text_columns(longer) > (size_t)d->v->columns) {
		free(longer);
		return;
	}
	free(*text);
	*text = longer;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void
draw_process(struct drawing *d)
{
	static const char *const states[PROCESS_STATES] = { [PROCESS_ENDED] =
								    "ended",
		[PROCESS_RUNNING] = "running",
		[PROCESS_KILLED] = "killed",
		[PROCESS_UNTOLD] = "" };
	const struct profile *p = &d->t->p;
	const struct process *process = p->processes;
	char n[UNITS_MAX], samples[UNITS_MAX];
	char *exe, *text = xstrdup("");

	if (p->process_count == 0) {
		free(text);
		line(d, TOP_BOLD, xstrdup("nothing is known of the process"));
		return;
	}
	exe = text_visible(base_name(strtab_get(&p->strings, process->exe)));
	append(d, &text, "%s%s, pid %d: %s", d->v->frozen ? "FROZEN  " : "",
		exe, process->pid, states[process->state]);
	append(d, &text, ", N = %s",
		process->interval_max == 1
			? "1"
			: units_bytes(
				  n, (int64_t)process->interval_max, false));
	append(d, &text, ", %s samples",
		units_count(samples, (int64_t)process->samples));
	line(d, TOP_BOLD, text);
	free(exe);
}

static void
draw_totals(struct drawing *d)
{
	const struct top *t = d->t;
	const struct shown *shown = &t->shown[TOP_LIVE];
	char buf[AMOUNT_MAX] = "?", *text = xstrdup("");
	uint64_t rss = t->p.process_count > 0 ? t->p.processes[0].rss : 0;

	if (shown->profile)
		amount_with_error(buf, shown, shown->total, shown->var, false);
	append(d, &text, "live %s", buf);
	put_amount(buf, TOP_GROWTH, t->total.v[TOP_GROWTH]);
	append(d, &text, ", %s in %lld s", buf,
		(long long)((t->now_ms - t->opened_ms) / 1000));
	if (rss > 0)
		append(d, &text, ", RSS %s",
			units_bytes(buf, (int64_t)rss, false));
	append(d, &text, ", allocated %s",
		units_bytes(buf, t->total.v[TOP_ALLOCATED], false));
	line(d, TOP_PLAIN, text);
}

/* The highest of `width` columns' moments, the latest at the right. */
static void
draw_trend(struct drawing *d)
{
	static const char *const blocks[] = { "\xe2\x96\x81", "\xe2\x96\x82",
		"\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
		"\xe2\x96\x87", "\xe2\x96\x88" };
	static const char *const signs[] = { "_", ".", ",", "-", "=", "+", "*",
		"#" };
	const struct top *t = d->t;
	uint32_t room = d->v->columns > 40 ? (uint32_t)d->v->columns - 32 : 40;
	uint32_t first = t->trend_count > room ? t->trend_count - room : 0;
	int64_t low = INT64_MAX, high = INT64_MIN;
	char bar[TOP_TREND * 3 + 1] = "", a[UNITS_MAX], b[UNITS_MAX];

	for (uint32_t i = first; i < t->trend_count; i++) {
		low = t->trend[i] < low ? t->trend[i] : low;
		high = t->trend[i] > high ? t->trend[i] : high;
	}
	for (uint32_t i = first; i < t->trend_count; i++) {
		double part = high > low ? (double)(t->trend[i] - low) /
						   (double)(high - low)
					 : 0;

		strcat(bar, (d->v->utf8 ? blocks : signs)[(int)(part * 7)]);
	}
	line(d, TOP_DIM,
		xasprintf("%s %s %s", units_bytes(a, low, false), bar,
			units_bytes(b, high, false)));
}

static void
draw_titles(struct drawing *d)
{
	char *text = xstrdup(""), title[CELL + 2];

	for (int m = 0; m < TOP_METRICS; m++) {
		if (!d->shown[m])
			continue;
		/* One sorts by the column that is marked. */
		snprintf(title, sizeof title, "%s%s",
			(int)d->v->by == m ? "*" : "", columns[m].title);
		append(d, &text, "%*s ", CELL, title);
	}
	append(d, &text, "FUNCTION");
	if (d->v->filter[0])
		append(d, &text, " with '%s'", d->v->filter);
	line(d, TOP_TITLES, text);
}

/* A line of the list, unless it is scrolled out of sight. */
static void
list_line(struct drawing *d, enum top_style style, char *text)
{
	if (d->skip > 0) {
		d->skip--;
		free(text);
	} else if (d->end > 0 && d->y >= d->end) {
		free(text);
	} else {
		line(d, style, text);
	}
}

static void
draw_chains(struct drawing *d, const struct top_site *s)
{
	struct top_chain chains[CHAINS];
	uint32_t n = top_chains(d->t, s, d->v->by, chains, CHAINS);
	char value[UNITS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		char *chain = top_chain_text(d->t, d->v->by, &chains[i]);

		put_amount(value, d->v->by == TOP_GROWTH ? TOP_LIVE : d->v->by,
			chains[i].value);
		list_line(d, TOP_DIM,
			xasprintf("%*s   < %s", CELL, value, chain));
		free(chain);
	}
}

static void
draw_site(struct drawing *d, uint32_t i)
{
	const struct top_site *s = d->v->order[i];
	bool open = d->t->known[s->function].open;
	char *text = xstrdup(""), value[UNITS_MAX];

	for (int m = 0; m < TOP_METRICS; m++) {
		if (!d->shown[m])
			continue;
		put_amount(value, (enum top_metric)m, s->v[m]);
		append(d, &text, "%*s ", CELL, value);
	}
	append(d, &text, "%s%s", open ? "- " : "", top_name(d->t, s));
	list_line(d,
		d->v->rows > 0 && i == d->v->cursor ? TOP_CURSOR : TOP_PLAIN,
		text);
	if (open)
		draw_chains(d, s);
}

static void
draw_help(struct drawing *d)
{
	static const char *const keys[] = {
		"l g o a p    sort by live, growth, objects, allocated, peak",
		"Tab, r       sort by the next column; the other way round",
		"up, down     move; PgUp, PgDn, Home, End",
		"Enter        the chains of calls of a site, or away with them",
		"/            filter by name: type, Enter; Esc takes it away",
		"f            freeze, and go on",
		"w            write a flame graph of what is shown",
		"h            this",
		"q            quit",
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		list_line(d, TOP_PLAIN, xstrdup(keys[i]));
}

static void
draw_last_line(struct drawing *d)
{
	const struct top_view *v = d->v;
	static const char keys[] = "q quit  / filter  Enter chains  l g o a p "
				   "sort  f freeze  w write SVG  h help";
	static const char few[] =
		"q quit  / filter  l g o a p sort  w SVG  h help";

	d->y = v->rows - 1;
	if (v->typing)
		line(d, TOP_BOLD, xasprintf("filter: %s_", v->filter));
	else if (v->message[0])
		line(d, TOP_BOLD, text_visible(v->message));
	else
		line(d, TOP_DIM,
			xstrdup(v->columns < (int)sizeof keys ? few : keys));
}

void
top_view_draw(struct top_view *v, const struct top *t, uint32_t sites,
	void (*put)(void *to, int y, enum top_style style, const char *text),
	void *to)
{
	struct drawing d = { .v = v, .t = t, .put = put, .to = to };

	if (v->rows > 0)
		d.end = v->rows > HEAD + 1 ? v->rows - 1 : HEAD;
	choose_columns(&d);
	draw_process(&d);
	draw_totals(&d);
	draw_trend(&d);
	draw_titles(&d);
	d.skip = v->help ? 0 : v->scroll;
	if (v->help)
		draw_help(&d);
	for (uint32_t i = 0; !v->help && i < v->count; i++)
		if (sites == 0 || i < sites)
			draw_site(&d, i);
	while (d.y < d.end)
		line(&d, TOP_PLAIN, xstrdup(""));
	if (v->rows > HEAD)
		draw_last_line(&d);
}
