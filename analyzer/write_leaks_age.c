/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LeakSanitizer does not say: how old a leak is, how sure its bytes are.
 * Below the frames, since what reads its output takes them to stand below the
 * line that begins a leak.
 */
#include <inttypes.h>

#include "amount.h"
#include "stats.h"
#include "units.h"
#include "write_leaks.h"

void
write_leak_error(
	FILE *out, const struct shown *s, const struct shown_stack *leak)
{
	struct interval i = amount_interval(s, leak->value, leak->var);
	char samples[UNITS_MAX];

	if (s->exact || !s->var_known || !(i.high - i.low >= 1))
		return;
	fprintf(out, "    95 %%: %.0f to %.0f byte(s), %s sample%s%s\n", i.low,
		i.high, units_count(samples, (int64_t)leak->samples),
		leak->samples == 1 ? "" : "s",
		amount_is_noise(s, leak->value, leak->var)
			? " (" AMOUNT_NOISE " not to be told from zero)"
			: "");
}

void
write_leak_age(FILE *out, const struct leak_age *age)
{
	const char *kind = leak_kind_names[age->kind];
	char first[UNITS_MAX], youngest[UNITS_MAX];

	if (!age->known || !age->long_lived)
		return;
	if (!kind && age->oldest_ns == LEAK_AGE_UNKNOWN)
		return; /* a bound alone tells nobody anything */
	fprintf(out, "    %s%s", kind ? kind : "", kind ? ": " : "");
	units_time(youngest, (double)age->youngest_ns);
	units_time(first, (double)age->first_ns);
	if (age->oldest_ns == LEAK_AGE_UNKNOWN)
		fprintf(out, "none later than %s before the end\n", youngest);
	else if (age->samples == 1)
		fprintf(out, "from %s after the start\n", first);
	else
		fprintf(out,
			"oldest from %s after the start, youngest %s before "
			"the end\n",
			first, youngest);
}

/* "3 (1.2 MiB) still accumulating, 12 (30.0 MiB) start-up, kept" */
void
write_leak_kinds(FILE *out, const struct shown *s, const struct leaks_view *v)
{
	uint32_t count[LEAK_KINDS] = { 0 };
	int64_t sum[LEAK_KINDS] = { 0 };
	char bytes[UNITS_MAX];
	const char *before = "note: ";

	for (uint32_t i = 0; i < s->stack_count; i++) {
		enum leak_kind kind =
			leak_age_of(&v->ages, &s->stacks[i])->kind;

		count[kind]++;
		sum[kind] += s->stacks[i].bytes;
	}
	if (count[LEAK_UNTOLD] == s->stack_count)
		return;
	for (int kind = LEAK_ACCUMULATES; kind < LEAK_KINDS; kind++) {
		if (count[kind] == 0)
			continue;
		fprintf(out, "%s%u (%s) %s", before, count[kind],
			units_bytes(bytes, sum[kind], false),
			leak_kind_names[kind]);
		before = ", ";
	}
	if (count[LEAK_UNTOLD] > 0)
		fprintf(out, ", %u (%s) cannot be told", count[LEAK_UNTOLD],
			units_bytes(bytes, sum[LEAK_UNTOLD], false));
	putc('\n', out);
}
