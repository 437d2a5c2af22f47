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
	"                     not where they lay in the process\n"
	"  --metric M         of folded: inuse_space, inuse_objects, "
	"alloc_space,\n"
	"                     alloc_objects, peak_space, peak_objects, "
	"temp_space,\n"
	"                     temp_objects (default: peak_space of a program "
	"that\n"
	"                     ended, else inuse_space)\n"
	"  --by WHAT          of folded: process, thread, label, phase or "
	"module, or\n"
	"                     several (a,b), are the root of their stacks\n"
	"  --all              every run found (default: the newest only)\n"
	"  -o, --output FILE  where to, - is standard output (default: that, "
	"but a\n"
	"                     named file if it is a terminal)\n"
	"  --help             this text\n"
	"\n" ARGS_HELP_SELECT
	"Here a second --to is the mark, and --until is always.\n"
	"\n"
	"  heapflame convert --to folded | flamegraph.pl >heap.svg\n"
	"  heapflame convert --to heap_v2 -o server.heap "
	"heapflame.server.4711\n";

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
convert_speedscope(FILE *out, struct profile *p, const struct args *a)
{
	return write_speedscope(out, p, &a->selection);
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
	bool selects; /* --metric, --by and the like mean something to it */
	/* 0, or -1 after error(). */
	int (*write)(FILE *out, struct profile *p, const struct args *a);
} formats[] = {
	{ "folded", "folded", true, convert_folded },
	{ "heap_v2", "heap_v2", false, convert_heapv2 },
	{ "speedscope", "speedscope.json", true, convert_speedscope },
	{ "json", "json", false, convert_json },
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

	if (format->selects ||
		(s->metric < 0 && !s->metric_name && !args_selects(a)))
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
	profile_init(&p);
	rc = args_load(&a, &p);
	if (rc == 0)
		rc = convert(&p, &a, format);
	profile_release(&p);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
