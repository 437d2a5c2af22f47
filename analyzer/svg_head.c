/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the picture. They must be right without the report beside them:
 * which metric, how much, how sure, of which program.
 */
#include "svg_head.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "svg_change.h"
#include "svg_color.h"
#include "svg_style.h"
#include "svg_text.h"
#include "units.h"
#include "write.h"

#define MARGIN	    12 /* px */
#define NAMED_MAX   3 /* programs that the subtitle names */
#define FEW_SAMPLES 100

const char *
svg_amount(char buf[SVG_AMOUNT_MAX], const struct shown *s, int64_t value)
{
	const char *noun = amount_noun(s, value);
	size_t used;

	amount(buf, s, value, false);
	used = strlen(buf);
	if (*noun)
		snprintf(buf + used, SVG_AMOUNT_MAX - used, " %s", noun);
	return buf;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static const char *
program(const struct profile *p, uint32_t process)
{
	return base_name(strtab_get(&p->strings, p->processes[process].exe));
}

/* " . redis-server", " . g++, cc1plus, as and 2 more (7 processes)" */
static void
put_programs(FILE *out, const struct profile *p)
{
	bool *seen = xcalloc(p->strings.count + 1, sizeof *seen);
	const char *named[NAMED_MAX];
	unsigned count = 0, more = 0, j;

	for (uint32_t i = 0; i < p->process_count; i++) {
		uint32_t exe = p->processes[i].exe;

		if (exe == NONE || seen[exe])
			continue;
		seen[exe] = true;
		for (j = 0; j < count; j++)
			if (!strcmp(named[j], program(p, i)))
				break;
		if (j < count)
			continue;
		if (count == NAMED_MAX) {
			more++;
			continue;
		}
		named[count] = program(p, i);
		fprintf(out, "%s%s", count ? ", " : " \xc2\xb7 ", named[count]);
		count++;
	}
	free(seen);
	if (more)
		fprintf(out, " and %u more", more);
	if (profile_processes(p) > 1)
		fprintf(out, " (%" PRIu64 " processes)", profile_processes(p));
}

/* "12.3 MiB +- 0.8 (95 %)", as the report says it. */
static void
put_total(FILE *out, const struct shown *s)
{
	char text[AMOUNT_MAX];

	fputs(amount_with_error(text, s, s->total, s->var, false), out);
	if (*amount_noun(s, s->total))
		fprintf(out, " %s", amount_noun(s, s->total));
	if (s->total <= 0)
		return;
	if (s->exact && s->metric < FOREIGN)
		fputs(", exact", out);
	else if (!s->var_known)
		fputs(", error not known", out);
	else if (s->var > 0)
		fputs(" (95 %)", out);
}

static char *
usual_subtitle(const struct shown *s)
{
	char samples[UNITS_MAX];
	char *text = NULL, *words;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return xstrdup("");
	fprintf(out, "%s: ",
		s->title[0] ? s->title
			    : profile_metric_name(s->profile, s->metric));
	put_total(out, s);
	words = selection_words(s);
	if (*words)
		fprintf(out, " \xc2\xb7 %s", words);
	free(words);
	put_programs(out, s->profile);
	if (s->samples && !s->exact)
		fprintf(out, " \xc2\xb7 %s%s sample%s",
			s->samples < FEW_SAMPLES ? "only " : "",
			units_count(samples, (int64_t)s->samples),
			s->samples == 1 ? "" : "s");
	if (s->samples && s->samples < FEW_SAMPLES && !s->exact)
		fputs(": try a smaller --sample", out);
	if (fclose(out) != 0) {
		free(text);
		return xstrdup("");
	}
	return text;
}

char *
svg_head_subtitle(const struct shown *s, const struct svg_options *o)
{
	return o->subtitle ? xstrdup(o->subtitle) : usual_subtitle(s);
}

/* One line of the head, shortened to the width of the picture. */
static void
put_line(FILE *out, const char *class, const char *text, int y, int size,
	const char *fill, int width)
{
	fprintf(out,
		"<text class=\"%s hf-static\" x=\"%d\" y=\"%d\" "
		"font-family=\"" SVG_SANS "\" font-size=\"%d\" fill=\"%s\">",
		class, MARGIN, y, size, fill);
	svg_text_put_fitted(
		out, text, (unsigned)((width - 2 * MARGIN) / (size * 0.56)));
	fputs("</text>\n", out);
}

/* What the script is told. */
static void
put_settings(FILE *out, const struct shown *s, const struct svg_options *o,
	int width)
{
	static const char *const by[] = {
		[SVG_BY_MODULE] = "module", [SVG_BY_KIND] = "kind"
	};

	svg_text_attribute(
		out, "data-metric", profile_metric_name(s->profile, s->metric));
	if (o->min_width > 0)
		fprintf(out, " data-minwidth=\"%g%s\"", o->min_width,
			o->min_percent ? "%" : "");
	if (o->palette && o->palette->by != SVG_BY_NAME)
		svg_text_attribute(out, "data-colors", by[o->palette->by]);
	if (o->width > 0)
		fprintf(out, " data-width=\"%d\"", width);
	if (o->row > 0)
		fprintf(out, " data-row=\"%d\"", o->row);
	if (o->font_size > 0)
		fprintf(out, " data-fontsize=\"%g\"", o->font_size);
	if (o->font_width > 0)
		fprintf(out, " data-fontwidth=\"%g\"", o->font_width);
	if (o->change) {
		svg_text_attribute(out, "data-diff", "yes");
		svg_text_attribute(out, "data-colors",
			o->change->grey ? "certain" : "change");
		if (o->change->tree->negated)
			svg_text_attribute(out, "data-negate", "yes");
	}
	if (o->icicle)
		svg_text_attribute(out, "data-layout", "icicle");
	if (o->callers)
		svg_text_attribute(out, "data-view", "callers");
	if (o->name_type)
		svg_text_attribute(out, "data-nametype", o->name_type);
	if (o->notes)
		svg_text_attribute(out, "data-notes", o->notes);
}

static void
put_root(FILE *out, const struct shown *s, const struct svg_options *o,
	const char *title, int width, int height)
{
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"hf\" "
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\"",
		width, height, width, height);
	svg_text_attribute(out, "aria-label", title);
	put_settings(out, s, o, width);
	fputs(">\n", out);
}

void
svg_head_put(FILE *out, const struct shown *s, const struct svg_options *o,
	int width, int height)
{
	const char *usual =
		s->metric < FOREIGN ? "Heap flame graph" : "Flame graph";
	const char *title = o->title ? o->title : usual;
	char *below = svg_head_subtitle(s, o);

	put_root(out, s, o, title, width, height);
	fputs("<title>", out);
	svg_text_put(out, title);
	fputs("</title>\n<desc>", out);
	svg_text_put(out, below);
	fputs("</desc>\n", out);
	svg_style_put(out, o);
	fputs("<rect class=\"hf-bg hf-static\" width=\"100%\" height=\"100%\" "
	      "fill=\"",
		out);
	fprintf(out, "%s\"/>\n", o->ground ? o->ground : SVG_GROUND);
	put_line(out, "hf-title", title, 28, 19, "#2b1d14", width);
	put_line(out, "hf-sub", below, 50, 13, "#7a6656", width);
	free(below);
}

void
svg_head_put_empty(FILE *out, const struct shown *s, int width)
{
	const struct profile *p = s->profile;
	bool live = s->metric == INUSE_SPACE || s->metric == INUSE_OBJECTS;
	const char *why = "Nothing was recorded under this metric.";
	const char *what = "heapflame info says what was captured and lost.";

	if (s->whole > 0 && s->selected == 0) {
		why = "No stack is left by this selection.";
		what = "It is in the line above.";
	} else if (s->compared && s->whole > 0) {
		why = "No stack holds more than in the base.";
		what = "heapflame report --base shows what holds less.";
	} else if (!p->row_count) {
		why = "The profile holds no sample at all.";
		what = "A short or small program wants a smaller interval: "
		       "heapflame run --sample 1";
	} else if (live) {
		why = "Nothing is live: all that was sampled has been freed.";
		what = metric_is_space(s->metric)
			       ? "Try --metric peak_space or --metric "
				 "alloc_space."
			       : "Try --metric peak_objects or --metric "
				 "alloc_objects.";
	} else if (s->metric == TEMP_SPACE || s->metric == TEMP_OBJECTS) {
		why = "No short-lived allocation was sampled.";
		what = "Try --metric alloc_space.";
	}
	put_line(out, "hf-title", why, 110, 16, "#2b1d14", width);
	put_line(out, "hf-sub", what, 136, 13, "#7a6656", width);
}
