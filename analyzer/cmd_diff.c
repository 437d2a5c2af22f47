/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame diff`: parse, load both sides, find, and hand over to a writer. */
#include <string.h>

#include "args.h"
#include "cmd.h"
#include "diff.h"
#include "err.h"
#include "write.h"
#include "write_diff.h"

#define TOP_DEFAULT 20

const char help_diff[] =
	"usage: heapflame diff [OPTION]... BASE NEW\n"
	"What has changed from BASE to NEW, each a file, a folder or the PID "
	"of a\n"
	"running program. Dumps of one process: what lives in both cancels. "
	"Runs that\n"
	"are others: both sides err. What may be chance is marked ?.\n"
	"\n"
	"  --metric M      as of report (default: inuse_space of one process, "
	"of\n"
	"                  others as of report)\n"
	"  --stacks        by stack, not by function\n"
	"  --top N         rows (default: 20; 0: all; with --json: all)\n"
	"  --cum           by what a function and all it called hold (default: "
	"by\n"
	"                  what it holds itself)\n"
	"  --significant   only what is more than chance even among so many "
	"rows\n"
	"  --normalize     BASE is scaled to hold as much as NEW: what takes a "
	"larger\n"
	"                  share?\n"
	"  --json          heapflame-diff/1, for programs\n"
	"  --color WHEN    auto, always, never: grey what may be chance\n"
	"  --bytes         exact figures (default: KiB, MiB)\n"
	"  --by WHAT       process, thread, label, phase or module, or several "
	"(a,b),\n"
	"                  apart; processes by their program\n"
	"  --wrapper RE    functions of that name are allocation wrappers, "
	"too; "
	"may\n"
	"                  repeat\n"
	"  --no-wrappers   charge whoever called malloc\n"
	"  --countname NAME, --event NAME\n"
	"                  of folded stacks and perf, as of report\n"
	"  --all           every run found on either side (default: the "
	"newest)\n"
	"  -o, --output FILE\n"
	"                  where to (default: -, standard output); FILE.svg: "
	"a\n"
	"                  flame graph of the change: blue is less, orange "
	"more\n"
	"  --title, --subtitle, --width, --height, --minwidth, --reverse,\n"
	"  --inverted, --nametype, --notes\n"
	"                  of that picture, as of flame\n"
	"  --negate        of that picture: NEW is the earlier one; widths "
	"stay\n"
	"  --help          this text\n"
	"\n" ARGS_HELP_FILTER "  --phase NAME, --from MARK, --to MARK\n"
	"                  as of report\n" ARGS_HELP_NAMES "\n"
	"  heapflame diff server.42.1.i1.heap server.42.9.i9.heap\n"
	"  heapflame diff --metric alloc_objects before/ after/\n"
	"  heapflame diff before/ after/ -o diff.svg\n";

struct wanted {
	struct args a;
	bool by_cum, stacks, significant, normalize;
	struct svg_options looks;
	const char *min_width;
};

static bool
is_picture(const struct wanted *w)
{
	size_t length = w->a.output ? strlen(w->a.output) : 0;

	return length > 4 && strcmp(w->a.output + length - 4, ".svg") == 0;
}

static struct diff_view
view_of(const struct wanted *w, const char *before)
{
	return (struct diff_view){
		.before = before,
		.after = w->a.files[0],
		.stacks = w->stacks,
		.by_cum = w->by_cum,
		.only_certain = w->significant,
		.exact = w->a.exact,
		.color = args_color(&w->a),
		.top = w->a.top >= 0 ? w->a.top
		       : w->a.json   ? 0
				     : TOP_DEFAULT,
		.columns = args_columns(&w->a),
	};
}

/* A write that failed is found, and said, when the file is closed. */
static int
draw(struct profile *p, const struct selection *s, const struct wanted *w,
	const struct diff_view *view)
{
	struct diff_columns columns;
	struct output out;
	int rc;

	if (diff_columns_find(&columns, p, s, false) < 0)
		return -1;
	rc = output_open(&out, w->a.output);
	if (rc == 0) {
		(void)write_diff_svg(out.stream, &columns, p, view, &w->looks);
		rc = output_commit(&out);
	}
	diff_columns_release(&columns);
	return rc;
}

static int
write_text(struct profile *p, const struct selection *s, const struct wanted *w,
	const struct diff_view *view)
{
	struct output out;
	struct diff d;
	int rc;

	if (diff_find_kind(&d, p, s, w->by_cum,
		    w->stacks ? DIFF_STACKS : DIFF_FUNCTIONS) < 0)
		return -1;
	rc = output_open(&out, w->a.output ? w->a.output : "-");
	if (rc == 0 && w->a.json)
		write_diff_json(out.stream, &d, view);
	else if (rc == 0)
		write_diff(out.stream, &d, view);
	if (rc == 0)
		rc = output_commit(&out);
	diff_release(&d);
	return rc;
}

static int
diff(struct profile *p, struct wanted *w)
{
	struct selection s = w->a.selection;
	const struct diff_view view = view_of(w, s.base_names[0]);

	s.normalize = w->normalize;
	return is_picture(w) ? draw(p, &s, w, &view)
			     : write_text(p, &s, w, &view);
}

/* What only a picture has, and what no picture has. */
static int
check_picture(struct wanted *w)
{
	const struct svg_options *o = &w->looks;
	bool looks = o->negate || o->reverse || o->title || o->subtitle ||
		     o->name_type || o->notes || o->width || o->row ||
		     o->icicle || w->min_width;

	if (looks && !is_picture(w))
		return error("--title, --width and the like are of a picture: "
			     "-o FILE.svg");
	if (is_picture(w) && w->a.json)
		return error("--json and a picture exclude each other");
	return svg_options_min_width(&w->looks, w->min_width);
}

/* 0, or -1 after error(): wrong usage. */
static int
check(struct wanted *w)
{
	int rc =
		w->a.file_count == 2
			? check_picture(w)
			: error("two profiles are wanted, BASE and NEW, not %d",
				  w->a.file_count);

	if (rc < 0)
		hint("Try 'heapflame diff --help'.");
	return rc;
}

int
cmd_diff(int argc, char **argv)
{
	struct wanted w = {
		.a.sums = true,
		.a.accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_BYTES |
			    ARGS_WRAPPERS | ARGS_BY | ARGS_TOP | ARGS_JSON |
			    ARGS_PHASE | ARGS_FILTER | ARGS_COLOR,
	};
	const struct args_own own[] = {
		{ .name = "cum", .kind = ARGS_FLAG, .target = &w.by_cum },
		{ .name = "stacks", .kind = ARGS_FLAG, .target = &w.stacks },
		{ .name = "significant",
			.kind = ARGS_FLAG,
			.target = &w.significant },
		{ .name = "normalize",
			.kind = ARGS_FLAG,
			.target = &w.normalize },
		{ "title", 0, ARGS_TEXT, &w.looks.title, 0 },
		{ "subtitle", 0, ARGS_TEXT, &w.looks.subtitle, 0 },
		{ "width", 0, ARGS_COUNT, &w.looks.width, 0 },
		{ "height", 0, ARGS_COUNT, &w.looks.row, 0 },
		{ "minwidth", 0, ARGS_TEXT, &w.min_width, 0 },
		{ "reverse", 0, ARGS_FLAG, &w.looks.reverse, 0 },
		{ "negate", 0, ARGS_FLAG, &w.looks.negate, 0 },
		{ "inverted", 0, ARGS_FLAG, &w.looks.icicle, 0 },
		{ "nametype", 0, ARGS_TEXT, &w.looks.name_type, 0 },
		{ "notes", 0, ARGS_TEXT, &w.looks.notes, 0 },
		{ 0 },
	};
	struct profile p;
	int rc;

	if (args_parse(&w.a, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (check(&w) < 0) {
		args_release(&w.a);
		return EXIT_USAGE;
	}
	args_take_base(&w.a);
	profile_init(&p);
	rc = args_load(&w.a, &p);
	if (rc == 0)
		rc = diff(&p, &w);
	profile_release(&p);
	args_release(&w.a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
