/* SPDX-License-Identifier: Apache-2.0 */
/* What each process, thread, label or phase of --by holds, before the table of
 * functions. */
#include <inttypes.h>
#include <stdlib.h>

#include "amount.h"
#include "err.h"
#include "groups.h"
#include "text.h"
#include "units.h"
#include "write.h"
#include "write_json.h"

#define FIGURES	   34 /* columns before the names, at least */
#define NAME_LEAST 20

/* "worker, tenant=a"; caller frees. */
static char *
names_of(const struct shown *s, const struct group *g)
{
	char *text = xstrdup("");

	for (int i = 0; i < s->bys; i++) {
		char *name = text_visible(shown_name(s, g->frames[i]));
		char *longer =
			xasprintf("%s%s%s", text, i > 0 ? ", " : "", name);

		free(name);
		free(text);
		text = longer;
	}
	return text;
}

static void
write_group(FILE *out, const struct shown *s, const struct group *g,
	const struct text_options *o)
{
	char value[AMOUNT_MAX], share[AMOUNT_MAX], objects[UNITS_MAX];
	char *names = names_of(s, g);
	size_t used, room = (size_t)o->columns;

	amount_with_error(value, s, g->value, g->var, o->exact);
	amount_share(share, g->value, s->hundred);
	units_count(objects, g->objects);
	used = text_columns(value) + 1 + 6 + 1 + 9 + 2;
	if (o->columns > 0)
		text_shorten(names,
			room > used + NAME_LEAST ? room - FIGURES : NAME_LEAST,
			false);
	fprintf(out, "%*s%s %6s %9s  %s\n",
		used < FIGURES ? (int)(FIGURES - used) : 0, "", value, share,
		objects, names);
	free(names);
}

void
write_text_groups(
	FILE *out, const struct shown *s, const struct text_options *o)
{
	struct groups groups;
	uint32_t n;

	groups_build(&groups, s);
	n = o->top > 0 && (uint32_t)o->top < groups.count ? (uint32_t)o->top
							  : groups.count;
	if (n > 0)
		fprintf(out, "%*s  share   objects  by ", FIGURES - 18,
			s->compared ? "change" : "held");
	for (int i = 0; n > 0 && i < s->bys; i++)
		fprintf(out, "%s%s", select_by_names[s->by[i]],
			i + 1 < s->bys ? ", " : "\n");
	for (uint32_t i = 0; i < n; i++)
		write_group(out, s, &groups.list[i], o);
	if (n < groups.count)
		fprintf(out, "... and %u more (--top 0 shows all)\n",
			groups.count - n);
	if (n > 0)
		putc('\n', out);
	groups_release(&groups);
}

void
json_groups(FILE *out, const struct shown *s)
{
	struct groups groups;

	fputs("\"by\":[", out);
	for (int i = 0; i < s->bys; i++)
		fprintf(out, "%s\"%s\"", i > 0 ? "," : "",
			select_by_names[s->by[i]]);
	fputs("],\n\"groups\":[", out);
	groups_build(&groups, s);
	for (uint32_t i = 0; i < groups.count; i++) {
		const struct group *g = &groups.list[i];

		fputs(i > 0 ? ",\n{\"names\":[" : "\n{\"names\":[", out);
		for (int k = 0; k < s->bys; k++) {
			if (k > 0)
				putc(',', out);
			text_json(out, shown_name(s, g->frames[k]));
		}
		fputs("],", out);
		json_value(out, s, "value", g->value, g->var);
		fprintf(out, ",\"objects\":%" PRId64, g->objects);
		json_samples(out, s, g->value, g->var, g->samples);
		putc('}', out);
	}
	fputs("],\n", out);
	groups_release(&groups);
}
