/* SPDX-License-Identifier: Apache-2.0 */
/* The block at the head of a report that says what resident memory is. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "memory.h"
#include "stats.h"
#include "text.h"
#include "units.h"
#include "write.h"
#include "write_json.h"
#include "write_memory.h"

static const char *const labels[MEMORY_PARTS] = {
	[MEMORY_LIVE] = "live: allocated and not freed",
	[MEMORY_ROUNDING] = "rounding up, headers and blocks not seen",
	[MEMORY_FRAGMENTS] =
		"fragmentation: free, in pages that live blocks keep",
	[MEMORY_CACHED] = "cached by the allocator: free pages that it keeps",
	[MEMORY_HELD] = "held by the allocator beyond that",
	[MEMORY_STACKS] = "stacks of threads",
	[MEMORY_OWN] = "heapflame's own",
	[MEMORY_OTHER] = "other anonymous memory: mapped past malloc",
	[MEMORY_FILES] = "mapped files: programs, libraries, data",
	[MEMORY_SHARED] = "shared memory",
	[MEMORY_ABSENT] = "not in memory of that: never touched, or swapped",
};

static const char *const names[MEMORY_PARTS] = {
	[MEMORY_LIVE] = "live",
	[MEMORY_ROUNDING] = "rounding",
	[MEMORY_FRAGMENTS] = "fragmentation",
	[MEMORY_CACHED] = "cached",
	[MEMORY_HELD] = "held",
	[MEMORY_STACKS] = "stacks",
	[MEMORY_OWN] = "own",
	[MEMORY_OTHER] = "other",
	[MEMORY_FILES] = "files",
	[MEMORY_SHARED] = "shared",
	[MEMORY_ABSENT] = "absent",
};

const char *
memory_label(const struct memory *m, enum memory_part part)
{
	if (part == MEMORY_OTHER && !m->asked)
		return "other anonymous memory: the allocator's, or past "
		       "malloc";
	if (part == MEMORY_ROUNDING && m->part[part] < 0)
		return "by which the estimate of live is too high";
	return labels[part];
}

static void
write_title(
	FILE *out, const struct memory *m, const struct profile *p, bool exact)
{
	char now[UNITS_MAX], peak[UNITS_MAX], *allocator;

	fputs("memory", out);
	if (m->processes > 1)
		fprintf(out, " of %u processes, each", m->processes);
	fprintf(out, " %s: %s resident", m->ended ? "at the end" : "by then",
		units_bytes(now, m->rss, exact));
	if (m->rss_peak > 0 && m->processes == 1)
		fprintf(out, ", %s at most",
			units_bytes(peak, m->rss_peak, exact));
	if (m->allocator != NONE) {
		allocator = text_visible(strtab_get(&p->strings, m->allocator));
		fprintf(out, ", malloc of %s", allocator);
		free(allocator);
	}
	putc('\n', out);
}

static void
write_part(FILE *out, const struct shown *s, const struct memory *m, int part,
	bool exact)
{
	char value[AMOUNT_MAX], share[AMOUNT_MAX];
	struct shown bytes = *s;
	size_t used;

	bytes.metric = INUSE_SPACE; /* whatever else is shown: as bytes */
	amount_with_error(value, &bytes, m->part[part],
		part == MEMORY_LIVE && !s->exact ? m->live_var : 0, exact);
	used = text_columns(value);
	fprintf(out, "%*s%s %6s  %s\n", used < 20 ? (int)(20 - used) : 0, "",
		value, amount_share(share, m->part[part], m->rss),
		memory_label(m, (enum memory_part)part));
}

void
memory_verdict(FILE *out, const struct memory *m, bool exact)
{
	static const char *const others[MEMORY_PARTS] = {
		[MEMORY_STACKS] = "stacks of threads",
		[MEMORY_OTHER] = "mapped by other means than malloc",
		[MEMORY_FILES] = "mapped files",
		[MEMORY_SHARED] = "shared memory",
	};
	char amount[UNITS_MAX], share[AMOUNT_MAX];

	if (m->part[MEMORY_OWN] > m->rss / 2)
		fprintf(out,
			"heapflame's own: %s (%s), less with a larger "
			"--sample. Beside that:\n",
			units_bytes(amount, m->part[MEMORY_OWN], exact),
			amount_share(share, m->part[MEMORY_OWN], m->rss));
	units_bytes(amount, m->amount, exact);
	amount_share(share, m->amount, m->rss);
	switch (m->verdict) {
	case VERDICT_LIVE:
		fprintf(out,
			"Live memory: %s (%s) is allocated and not freed.\n",
			amount, share);
		break;
	case VERDICT_FRAGMENTATION:
		fprintf(out,
			"Fragmentation: %s (%s) is free, in pages that live "
			"blocks keep.\n",
			amount, share);
		break;
	case VERDICT_CACHED:
		fprintf(out,
			"Cached by the allocator: %s (%s) was freed and is "
			"kept for later.\n",
			amount, share);
		break;
	case VERDICT_HELD:
		fprintf(out,
			"Held by the allocator: %s (%s), cached or fragmented; "
			"it does not say.\n",
			amount, share);
		break;
	case VERDICT_NOT_HEAP:
		fprintf(out, "Not heap: %s (%s) is %s.\n", amount, share,
			others[m->about]);
		break;
	case VERDICT_UNKNOWN:
		fprintf(out,
			"Not live: %s (%s) is the allocator's or past malloc; "
			"it was not asked.\n",
			amount, share);
		break;
	}
}

void
write_text_memory(FILE *out, const struct shown *s, bool exact)
{
	struct memory m;

	memory_find(&m, s->profile);
	if (m.processes == 0 || m.rss <= 0)
		return;
	write_title(out, &m, s->profile, exact);
	for (int i = 0; i < MEMORY_PARTS; i++)
		if (m.part[i] != 0)
			write_part(out, s, &m, i, exact);
	memory_verdict(out, &m, exact);
	putc('\n', out);
}

void
json_memory(FILE *out, const struct shown *s)
{
	static const char *const verdicts[] = {
		[VERDICT_LIVE] = "live memory",
		[VERDICT_FRAGMENTATION] = "fragmentation",
		[VERDICT_CACHED] = "cached by the allocator",
		[VERDICT_HELD] = "held by the allocator",
		[VERDICT_NOT_HEAP] = "not heap",
		[VERDICT_UNKNOWN] = "unknown",
	};
	struct interval error;
	struct memory m;

	memory_find(&m, s->profile);
	fputs("\"memory\":", out);
	if (m.processes == 0) {
		fputs("null,\n", out);
		return;
	}
	error = stats_interval95(
		(double)m.part[MEMORY_LIVE], s->exact ? 0 : m.live_var);
	fprintf(out, "{\"rss\":%" PRId64 ",\"rss_peak\":%" PRId64, m.rss,
		m.rss_peak);
	for (int i = 0; i < MEMORY_PARTS; i++)
		fprintf(out, ",\"%s\":%" PRId64, names[i], m.part[i]);
	fprintf(out,
		",\"live_low\":%.0f,\"live_high\":%.0f,\"verdict\":\"%s\","
		"\"allocator\":",
		error.low, error.high, verdicts[m.verdict]);
	if (m.allocator != NONE)
		text_json(out, strtab_get(&s->profile->strings, m.allocator));
	else
		fputs("null", out);
	fputs("},\n", out);
}
