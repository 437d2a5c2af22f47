/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame convert`: the same profile in formats that other tools read. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "runs.h"
#include "write.h"

#define TRACKS 10 /* of functions, and of stacks, in a trace */

static int tracks = -1; /* --tracks */

const char help_convert[] =
	"usage: heapflame convert --to FORMAT [OPTION]... [FILE|FOLDER]...\n"
	"Write a profile in a format that other tools read. No FILE: the "
	"newest\n"
	"run here.\n"
	"\n"
	"  --to FORMAT        folded: a line a stack, root;...;leaf value, of "
	"one\n"
	"                     metric, wrappers and inlined frames included;\n"
	"                     heap_v2: for jeprof, inuse and alloc; all "
	"processes\n"
	"                     are added up, and modules lie where nothing "
	"overlaps,\n"
	"                     not where they lay in the process;\n"
	"                     pprof: profile.proto, gzip: allocated and in "
	"use by\n"
	"                     objects and by bytes, or --metric's pair; "
	"threads,\n"
	"                     labels, phases and processes are labels of it;\n"
	"                     speedscope: each metric is a profile, inlined "
	"frames\n"
	"                     included;\n"
	"                     trace: all dumps of each process as counters "
	"over time,\n"
	"                     for Perfetto and chrome://tracing, with the "
	"functions\n"
	"                     and stacks that held most, and marks;\n"
	"                     json: all that is known, docs/FORMAT.md "
	"section 12\n"
	"  --metric M         of folded and speedscope: inuse_space, "
	"inuse_objects,\n"
	"                     alloc_space, alloc_objects, peak_space, "
	"peak_objects,\n"
	"                     temp_space, temp_objects (default: peak_space of "
	"a\n"
	"                     program that ended, else inuse_space; of "
	"speedscope: all)\n"
	"  --tracks N         of trace: functions, and stacks, with a track "
	"(10; 0: "
	"all)\n"
	"  --by WHAT          of those: process, thread, label, phase or "
	"module, or\n"
	"                     several (a,b), are the root of their stacks\n"
	"  --countname NAME   what folded stacks count: bytes, nanoseconds, or "
	"a word\n"
	"                     (default: samples)\n"
	"  --event NAME       of perf script's text: that event (default: the "
	"first)\n"
	"  --all              every run found (default: the newest only)\n"
	"  -o, --output FILE  where to, - is standard output (default: that, "
	"but a\n"
	"                     named file if it is a terminal)\n"
	"  --help             this text\n"
	"\n" ARGS_HELP_SELECT "Here a second --to is the mark, and --until is "
	"always.\n" ARGS_HELP_NAMES "\n"
	"  heapflame convert --to folded | flamegraph.pl >heap.svg\n"
	"  heapflame convert --to heap_v2 -o server.heap "
	"heapflame.server.4711\n"
	"  heapflame convert --to pprof -o heap.pb.gz && go tool pprof "
	"heap.pb.gz\n";

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * The file to write if none was named and a terminal would be flooded: beside
 * a run's dumps, else in the working directory, for the dump's own folder need
 * not be ours. Caller frees.
 */
static char *
default_path(const char *format)
{
	const char *origin = runs_origin();
	const char *base = strrchr(origin, '/');

	if (is_folder(origin))
		return xasprintf("%s/heap.%s", origin, format);
	base = base ? base + 1 : origin;
	return xasprintf("%s.%s", *base ? base : "heap", format);
}

static int
convert_folded(FILE *out, struct profile *p, const struct args *a)
{
	struct shown shown;
	struct selection selection = a->selection;

	/* No frame is left out, so there is no need to know the wrappers. */
	selection.show_wrappers = !select_is_by(&selection, BY_MODULE);
	selection.only_grown = true;
	if (select_stacks(&shown, p, &selection) < 0)
		return -1;
	selection_note_shrunk(&shown);
	/* A write that failed is found, and said, at the file's end. */
	(void)write_folded(out, &shown);
	shown_release(&shown);
	return 0;
}

static int
convert_heapv2(FILE *out, struct profile *p, const struct args *a)
{
	(void)write_heapv2(out, p);
	return 0;
}

static int
convert_pprof(FILE *out, struct profile *p, const struct args *a)
{
	if (isatty(fileno(out)))
		return error("pprof is no text for a terminal; name a file "
			     "with -o, or leave -o out");
	return write_pprof(out, p, &a->selection);
}

static int
convert_speedscope(FILE *out, struct profile *p, const struct args *a)
{
	return write_speedscope(out, p, &a->selection);
}

static int
convert_trace(FILE *out, struct profile *p, const struct args *a)
{
	return write_trace(out, &(struct trace_input){
					.files = a->files,
					.count = a->file_count,
					.all = a->all,
					.top = tracks < 0 ? TRACKS : tracks,
					.selection = &a->selection,
				});
}

static int
convert_json(FILE *out, struct profile *p, const struct args *a)
{
	return write_profile_json(out, p);
}

/* What can be written; the first line of --to's help is this list. */
static const struct format {
	const char *name;
	const char *suffix; /* of a file that nobody has named */
	enum {
		SELECTS_NOTHING, /* it holds the whole profile */
		SELECTS_RULES, /* --focus and the like mean something to it */
		SELECTS_ALL /* --metric, --by and the rest, too */
	} selects;
	bool all_dumps; /* it reads them itself, and gets an empty p */
	/* 0, or -1 after error(). */
	int (*write)(FILE *out, struct profile *p, const struct args *a);
} formats[] = {
	{ "folded", "folded", SELECTS_ALL, false, convert_folded },
	{ "heap_v2", "heap_v2", SELECTS_NOTHING, false, convert_heapv2 },
	{ "pprof", "pb.gz", SELECTS_ALL, false, convert_pprof },
	{ "speedscope", "speedscope.json", SELECTS_ALL, false,
		convert_speedscope },
	{ "trace", "trace.json", SELECTS_RULES, true, convert_trace },
	{ "json", "json", SELECTS_NOTHING, false, convert_json },
};

#define FORMATS (sizeof formats / sizeof *formats)

static int
convert(struct profile *p, const struct args *a, const struct format *format)
{
	bool to_file = !a->output && isatty(STDOUT_FILENO);
	char *path = to_file ? default_path(format->suffix)
			     : xstrdup(a->output ? a->output : "-");
	struct output out;
	int rc = output_open(&out, path);

	if (rc == 0)
		rc = format->write(out.stream, p, a);
	if (rc == 0)
		rc = output_commit(&out);
	else
		output_abandon(&out);
	if (rc == 0 && to_file)
		hint("heapflame: wrote '%s'", path);
	free(path);
	return rc;
}

/* "folded, heap_v2"; caller frees. */
static char *
list_formats(void)
{
	char *list = xstrdup(formats[0].name);

	for (size_t i = 1; i < FORMATS; i++) {
		char *longer = xasprintf("%s%s%s", list,
			i + 1 < FORMATS ? ", " : " and ", formats[i].name);

		free(list);
		list = longer;
	}
	return list;
}

/* NULL after saying what is wrong with it. */
static const struct format *
find_format(const char *name)
{
	char *list;

	for (size_t i = 0; name && i < FORMATS; i++)
		if (strcmp(name, formats[i].name) == 0)
			return &formats[i];
	list = list_formats();
	if (name)
		error("--to knows %s, not '%s'", list, name);
	else
		error("--to is missing: %s", list);
	free(list);
	return NULL;
}

/* 0, or -1 after error(). */
static int
check_selection(const struct format *format, const struct args *a)
{
	const struct selection *s = &a->selection;
	bool rest = s->metric >= 0 || s->metric_name || s->bys || s->phase ||
		    s->from || s->to || s->base;

	if (tracks >= 0 && !format->all_dumps)
		return error("--tracks is for trace, not for %s", format->name);
	if (format->selects == SELECTS_ALL)
		return 0;
	if (format->selects == SELECTS_RULES && !rest)
		return 0;
	if (format->selects == SELECTS_RULES)
		return error("%s has its own metrics, of all of the time; of "
			     "the selection it knows the expressions alone",
			format->name);
	if (!rest && !args_selects(a))
		return 0;
	return error("%s always holds the whole profile; --metric, --by and "
		     "what selects a part of it are for other formats",
		format->name);
}

int
cmd_convert(int argc, char **argv)
{
	struct args a = { .accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_BY |
				    ARGS_SELECT };
	const char *to = NULL;
	const struct format *format;
	const struct args_own own[] = {
		{ .name = "to", .kind = ARGS_TEXT, .target = &to },
		{ .name = "tracks", .kind = ARGS_COUNT, .target = &tracks },
		{ 0 },
	};
	struct profile p;
	int rc;

	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	format = find_format(to);
	if (!format || check_selection(format, &a) < 0) {
		hint("Try 'heapflame convert --help'.");
		args_release(&a);
		return EXIT_USAGE;
	}
	a.sums = format->write == convert_folded ||
		 format->write == convert_heapv2;
	profile_init(&p);
	rc = format->all_dumps ? 0 : args_load(&a, &p);
	if (rc == 0)
		rc = convert(&p, &a, format);
	profile_release(&p);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
