/* SPDX-License-Identifier: Apache-2.0 */
#include "html_put.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "svg_text.h"
#include "units.h"

void
html_put(FILE *out, const char *text)
{
	svg_text_put(out, text);
}

void
html_put_json(FILE *out, const char *text, size_t length)
{
	putc('"', out);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c == '<' || c == 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
	putc('"', out);
}

void
html_section(FILE *out, const char *id, const char *heading)
{
	fprintf(out,
		"<section id=\"%s\" aria-labelledby=\"%s-h\">\n"
		"<h2 id=\"%s-h\">%s</h2>\n",
		id, id, id, heading);
}

void
html_section_end(FILE *out)
{
	fputs("</section>\n", out);
}

void
html_table(FILE *out, const char *id, const char *caption,
	const struct html_column *columns, int count, int sorted)
{
	fprintf(out,
		"<div class=\"scroll\"><table id=\"%s\">\n"
		"<caption>%s</caption>\n<thead><tr>",
		id, caption);
	for (int i = 0; i < count; i++) {
		const struct html_column *c = &columns[i];

		fprintf(out, "<th scope=\"col\" class=\"%s\" data-kind=\"%c\"",
			c->kind == 'n' ? "n" : "t", c->kind);
		if (i == sorted)
			fputs(" aria-sort=\"descending\"", out);
		if (c->explained)
			fprintf(out, " title=\"%s\"", c->explained);
		fprintf(out, ">%s</th>", c->heading);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

void
html_table_end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

void
html_row(FILE *out, uint32_t index, int top, const char *class)
{
	bool more = top > 0 && index >= (uint32_t)top;

	if (*class || more)
		fprintf(out, "<tr class=\"%s%s%s\">", class,
			*class && more ? " " : "", more ? "more" : "");
	else
		fputs("<tr>", out);
}

void
html_amount(FILE *out, const char *with_error)
{
	const char *sign = strstr(with_error, " " AMOUNT_PLUS_MINUS);

	if (!sign) {
		fprintf(out, "%s<span class=\"e\"></span>", with_error);
		return;
	}
	fprintf(out, "%.*s<span class=\"e\">%s</span>",
		(int)(sign - with_error), with_error, sign + 1);
}

void
html_cell(FILE *out, const struct shown *s, int64_t value, double var)
{
	char text[AMOUNT_MAX];

	fprintf(out, "<td class=\"n%s\" data-v=\"%" PRId64 "\">",
		amount_is_noise(s, value, var) ? " noise" : "", value);
	html_amount(out, amount_with_error(text, s, value, var, false));
	fputs("</td>", out);
}

static int64_t
rounded(double x)
{
	return fabs(x) < 9e18 ? llround(x) : x < 0 ? -INT64_MAX : INT64_MAX;
}

void
html_cell_bytes(FILE *out, double bytes, const struct interval *i)
{
	static const char letters[] = "BKMGTPE";
	char text[UNITS_MAX];
	const char *space, *letter;
	double half = i ? (i->high - i->low) / 2 : 0, unit = 1;

	units_bytes(text, rounded(bytes), false);
	space = strchr(text, ' ');
	letter = space ? strchr(letters, space[1]) : NULL;
	if (letter)
		unit = pow(1024, (double)(letter - letters));
	fprintf(out, "<td class=\"n\" data-v=\"%" PRId64 "\">%s%s",
		rounded(bytes), i && bytes > 0 ? "+" : "", text);
	if (half > 0 && isfinite(half))
		fprintf(out,
			"<span class=\"e\">" AMOUNT_PLUS_MINUS " %.*f</span>",
			unit > 1 ? 1 : 0, fmax(half / unit, unit > 1 ? .1 : 1));
	else
		fputs("<span class=\"e\"></span>", out);
	fputs("</td>", out);
}

void
html_cell_count(FILE *out, int64_t n)
{
	char text[UNITS_MAX];

	fprintf(out, "<td class=\"n\" data-v=\"%" PRId64 "\">%s</td>", n,
		units_count(text, n));
}

void
html_cell_share(FILE *out, int64_t part, int64_t whole)
{
	char text[AMOUNT_MAX];
	double share = whole ? 100.0 * (double)part / (double)whole : 0;

	fprintf(out,
		"<td class=\"n share\" data-v=\"%" PRId64
		"\" style=\"--s:%.1f%%\">%s</td>",
		part, fmin(fmax(share, 0), 100),
		amount_share(text, part, whole));
}

void
html_cell_function(FILE *out, const struct profile *p, uint32_t frame)
{
	const struct frame *f = &p->frames[frame];
	const struct function *function = &p->functions[f->function];
	const char *file = strtab_get(&p->strings, function->file), *slash;

	fputs("<td class=\"t\"><a class=\"fn\" href=\"#graph\">", out);
	html_put(out, strtab_get(&p->strings, function->name));
	fputs("</a>", out);
	if (function->file == NONE && function->module != NONE)
		file = strtab_get(
			&p->strings, p->modules[function->module].path);
	if (*file) {
		slash = strrchr(file, '/');
		fputs(" <span class=\"at\" title=\"", out);
		html_put(out, file);
		fputs("\">", out);
		html_put(out, slash && slash[1] ? slash + 1 : file);
		if (f->line > 0 && function->file != NONE)
			fprintf(out, ":%" PRIu32, f->line);
		fputs("</span>", out);
	}
	fputs("</td>", out);
}

char *
html_text_of(void (*write)(FILE *, void *), void *context)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return xstrdup("");
	write(out, context);
	if (fclose(out) != 0) {
		free(text);
		return xstrdup("");
	}
	return text;
}
