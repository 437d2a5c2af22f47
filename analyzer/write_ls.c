/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three lines a state: columns, what became of its process, and the command
 * that opens it, ready to be copied.
 */
#include "write_ls.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "amount.h"
#include "err.h"
#include "stats.h"
#include "text.h"
#include "units.h"

#define EXE_WIDTH  24
#define LIVE_WIDTH 22
#define SAFE                                                                   \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"_-./:+,@%="

/* "45 s", "12 min", "3 h", "5 d" */
static void
age(char buf[UNITS_MAX], int64_t ms)
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 120)
		snprintf(buf, UNITS_MAX, "%" PRId64 " s", s);
	else if (s < 7200)
		snprintf(buf, UNITS_MAX, "%" PRId64 " min", s / 60);
	else if (s < 172800)
		snprintf(buf, UNITS_MAX, "%" PRId64 " h", s / 3600);
	else
		snprintf(buf, UNITS_MAX, "%" PRId64 " d", s / 86400);
}

/* As a shell takes it; a name of control characters is shown, not usable. */
static char *
quoted(const char *path)
{
	char *visible = text_visible(path), *out, *to;
	size_t n = strlen(visible);

	if (visible[strspn(visible, SAFE)] == '\0')
		return visible;
	out = to = xmalloc(4 * n + 3);
	*to++ = '\'';
	for (const char *from = visible; *from; from++) {
		if (*from == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else {
			*to++ = *from;
		}
	}
	*to++ = '\'';
	*to = '\0';
	free(visible);
	return out;
}

/* What opens it: a running one by its pid, if it has one here. */
static char *
command(const struct states_entry *e)
{
	char *path, *line;

	if (e->pid_here > 0)
		return xasprintf("heapflame report %d", e->pid_here);
	path = quoted(e->file);
	line = xasprintf("heapflame report %s", path);
	free(path);
	return line;
}

/* How it ended, for people. Caller frees. */
static char *
fate(const struct states_entry *e)
{
	switch (e->fate) {
	case LIVE_RUNNING:
		return xstrdup("running");
	case LIVE_EXITED:
		if (e->status < 0)
			return xstrdup("exited without a final dump");
		return xasprintf("exited with status %d, without a final dump",
			e->status);
	case LIVE_DUMPED:
		return xstrdup("exited; its final dump is written");
	case LIVE_SIGNALLED:
		if (e->oom_kills > 0 && e->status == 9)
			break;
		return xasprintf("killed by signal %d", e->status);
	case LIVE_REPLACED:
		return xstrdup("replaced by exec");
	case LIVE_GONE:
		break;
	}
	if (e->oom_kills == 0)
		return xstrdup("killed, crashed or _exit");
	return xasprintf("killed, probably by the OOM killer (%" PRIu64
			 " kill%s in its cgroup)",
		e->oom_kills, e->oom_kills == 1 ? "" : "s");
}

static const char *
base_name(const struct states_entry *e)
{
	const char *slash = e->exe ? strrchr(e->exe, '/') : NULL;

	return slash ? slash + 1 : e->exe ? e->exe : "?";
}

/* Left-adjusted in so many columns, which a `±` in it takes one of. */
static void
put_column(FILE *out, const char *text, size_t width)
{
	size_t columns = text_columns(text);

	fputs(text, out);
	for (; columns < width; columns++)
		putc(' ', out);
}

static void
write_entry(FILE *out, const struct states_entry *e, int64_t now_ms, bool exact)
{
	const struct shown in_bytes = { .metric = INUSE_SPACE };
	char live[AMOUNT_MAX], samples[UNITS_MAX], since[UNITS_MAX];
	char *exe = text_visible(base_name(e)), *text = fate(e);
	char *line = command(e);

	amount_with_error(
		live, &in_bytes, llround(e->live.sum), e->live.var, exact);
	age(since, now_ms - e->start_ms);
	fprintf(out, "%7d  ", e->pid_here > 0 ? e->pid_here : e->pid);
	put_column(out, text_shorten(exe, EXE_WIDTH, false), EXE_WIDTH);
	fprintf(out, "  %7s  ", since);
	put_column(out, live, LIVE_WIDTH);
	fprintf(out, "  %11s\n", units_count(samples, (int64_t)e->samples));
	fputs("         ", out);
	if (e->fate != LIVE_RUNNING) { /* by its last sample */
		age(since, now_ms - e->end_ms);
		fprintf(out, "%s ago: ", since);
	}
	fprintf(out, "%s\n         %s\n", text, line);
	free(exe);
	free(text);
	free(line);
}

void
write_ls(FILE *out, const struct states *s, int64_t now_ms, bool exact)
{
	if (s->count == 0) {
		fputs("no live states: programs have one from their first "
		      "sample on under\n'heapflame run', or preloaded as "
		      "'heapflame env' tells\n",
			out);
		return;
	}
	fprintf(out, "    pid  %-*s  %7s  %-*s  %11s\n", EXE_WIDTH, "program",
		"age", LIVE_WIDTH, "live", "samples");
	for (size_t i = 0; i < s->count; i++)
		write_entry(out, &s->list[i], now_ms, exact);
}

static void
text_or_null(FILE *out, const char *key, const char *text)
{
	fprintf(out, "\"%s\":", key);
	if (text)
		text_json(out, text);
	else
		fputs("null", out);
	putc(',', out);
}

static void
write_entry_json(FILE *out, const struct states_entry *e)
{
	static const char *const fates[] = {
		[LIVE_RUNNING] = "running",
		[LIVE_EXITED] = "exited",
		[LIVE_SIGNALLED] = "signalled",
		[LIVE_DUMPED] = "dumped",
		[LIVE_REPLACED] = "replaced",
		[LIVE_GONE] = "killed",
	};
	bool told = e->fate == LIVE_EXITED || e->fate == LIVE_SIGNALLED;
	struct interval i = stats_interval95(e->live.sum, e->live.var);
	char *line = command(e);

	putc('{', out);
	text_or_null(out, "exe", e->exe);
	text_or_null(out, "id", e->id);
	fprintf(out, "\"pid\":%d,\"pid_here\":", e->pid);
	if (e->pid_here > 0)
		fprintf(out, "%d", e->pid_here);
	else
		fputs("null", out);
	fprintf(out, ",\"state\":\"%s\",\"status\":", fates[e->fate]);
	if (told && e->status >= 0)
		fprintf(out, "%d", e->status);
	else
		fputs("null", out);
	fprintf(out,
		",\"oom_kills\":%" PRIu64 ",\"start_ms\":%" PRId64
		",\"end_ms\":%" PRId64 ",\"samples\":%" PRIu64
		",\"interval_min\":%" PRIu64 ",\"interval_max\":%" PRIu64
		",\"live\":{\"value\":%lld,\"low\":%lld,\"high\":%lld},",
		e->oom_kills, e->start_ms, e->end_ms, e->samples,
		e->interval_min, e->interval_max, llround(e->live.sum),
		llround(i.low), llround(i.high));
	text_or_null(out, "file", e->file);
	fputs("\"command\":", out);
	text_json(out, line);
	putc('}', out);
	free(line);
}

void
write_ls_json(FILE *out, const struct states *s)
{
	fputs("{\"schema\":\"heapflame-ls/1\",\n\"profiles\":[", out);
	for (size_t i = 0; i < s->count; i++) {
		fputs(i > 0 ? ",\n" : "\n", out);
		write_entry_json(out, &s->list[i]);
	}
	fputs("]}\n", out);
}
