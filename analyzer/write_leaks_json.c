/* SPDX-License-Identifier: Apache-2.0 */
/* heapflame-report/1 with "leaks", in the order of the text. */
#include <inttypes.h>
#include <stdlib.h>

#include "text.h"
#include "write_json.h"
#include "write_leaks.h"

static void
write_json_age(FILE *out, const struct leak_age *age)
{
	fputs(",\"age\":", out);
	if (!age->known) {
		fputs("null", out);
		return;
	}
	fputs("{\"kind\":", out);
	if (age->kind == LEAK_UNTOLD)
		fputs("null", out);
	else
		text_json(out, leak_kind_names[age->kind]);
	if (age->oldest_ns == LEAK_AGE_UNKNOWN)
		fputs(",\"oldest_ms\":null", out);
	else
		fprintf(out, ",\"oldest_ms\":%" PRIu64,
			age->oldest_ns / 1000000);
	fprintf(out, ",\"youngest_ms\":%" PRIu64 ",\"samples\":%" PRIu64 "}",
		age->youngest_ns / 1000000, age->samples);
}

static void
write_json_hidden(FILE *out, const char *name, const struct known_hidden *h)
{
	fprintf(out,
		"\"%s\":{\"bytes\":%" PRId64 ",\"objects\":%" PRId64 "},\n",
		name, h->bytes, h->objects);
}

static void
write_json_suppressed(FILE *out, const struct suppressions *s)
{
	const char *before = "\n";

	fputs("\"suppressed\":[", out);
	for (size_t i = 0; i < s->count; i++) {
		const struct suppression *it = &s->list[i];

		if (it->objects == 0)
			continue;
		fprintf(out, "%s{\"pattern\":", before);
		text_json(out, it->pattern);
		fprintf(out, ",\"bytes\":%" PRId64 ",\"objects\":%" PRId64 "}",
			it->bytes, it->objects);
		before = ",\n";
	}
	fputs("],\n", out);
}

int64_t
write_leaks_json(FILE *out, const struct shown *s, const struct leaks_view *v)
{
	const struct shown_stack **list = leaks_in_order(s, v);
	uint32_t n = leaks_listed(s, v);

	json_head(out, s);
	write_json_hidden(out, "known", &v->known);
	write_json_hidden(out, "small", &v->small);
	write_json_suppressed(out, &v->suppressed);
	fputs("\"leaks\":[", out);
	for (uint32_t i = 0; i < n; i++) {
		const struct shown_stack *leak = list[i];

		fputs(i > 0 ? ",\n{" : "\n{", out);
		json_value(out, s, "bytes", leak->bytes, leak->var);
		fprintf(out, ",\"objects\":%" PRId64, leak->objects);
		putc(',', out);
		json_stack(out, s, s->frames + leak->first, leak->depth);
		json_samples(out, s, leak->value, leak->var, leak->samples);
		write_json_age(out, leak_age_of(&v->ages, leak));
		putc('}', out);
	}
	fputs("]}\n", out);
	free(list);
	return leaks_objects(s);
}
