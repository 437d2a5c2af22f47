/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame report`: parse, load, select, and hand over to a writer. */
#include "args.h"
#include "cmd.h"
#include "err.h"
#include "growth_small.h"
#include "reading_facts.h"
#include "write.h"

#define TOP_DEFAULT 20
#define PRUNE	    0.01

const char help_report[] =
	"usage: heapflame report [OPTION]... [FILE|FOLDER]...\n"
	"Show which functions hold the memory. No FILE: the newest run here.\n"
	"\n"
	"  --metric M      inuse_space, inuse_objects, alloc_space, "
	"alloc_objects,\n"
	"                  peak_space, peak_objects, temp_space, temp_objects\n"
	"                  (default: peak_space of a program that ended, else\n"
	"                  inuse_space)\n"
	"  --top N         rows (default: 20; 0: all; with --json: all)\n"
	"  --cum           sort by cum, what a function and all it called "
	"hold\n"
	"                  (default: by flat, what it holds itself)\n"
	"  --tree          the heaviest chains of calls, as an indented tree\n"
	"  --json          heapflame-report/1, for programs\n"
	"  --color WHEN    auto, always, never: grey what is not to be told "
	"from zero\n"
	"  --bytes         exact figures (default: KiB, MiB)\n"
	"  --by WHAT       process, thread, label, phase or module, or "
	"several (a,b),\n"
	"                  stand at the root of their stacks\n"
	"  --wrapper RE    functions of that name are allocation wrappers, "
	"too:\n"
	"                  their caller is charged; may repeat\n"
	"  --no-wrappers   charge whoever called malloc, be it a wrapper or "
	"without a\n"
	"                  name (default: the first named function that is no\n"
	"                  wrapper)\n"
	"  --countname NAME\n"
	"                  what folded stacks count: bytes, nanoseconds, or a "
	"word\n"
	"                  (default: samples)\n"
	"  --event NAME    of perf script's text: that event (default: the "
	"first)\n"
	"  --all           every run found (default: the newest only)\n"
	"  -o, --output FILE\n"
	"                  where to (default: -, standard output)\n"
	"  --help          this text\n"
	"\n" ARGS_HELP_SELECT ARGS_HELP_NAMES "\n"
	"  heapflame report --top 5\n"
	"  heapflame report --metric alloc_objects --tree "
	"heapflame.server.42\n";

struct report {
	struct args args;
	bool by_cum, tree;
	struct reading reading;
};

/* Of more there are no sentences: their selections would take more memory than
 * the table. */
#define READING_ROWS_MAX 32768

/*
 * What all of the profile says, if all of it is shown, and in the metric that
 * it is best shown in: the sentences would be of other figures than the table.
 */
static int
find_reading(struct profile *p, struct report *r)
{
	const struct args *a = &r->args;
	const struct growth_options options = { .selection = &a->selection };
	struct reading_found found;
	struct growth g;
	bool grows;
	int status;

	if (args_selects(a) || a->selection.metric >= 0 ||
		a->selection.metric_name || p->row_count > READING_ROWS_MAX)
		return 0;
	grows = growth_find_small(
		&g, a->files, a->file_count, a->all, &options);
	status =
		reading_facts_find(&found, p, &a->selection, grows ? &g : NULL);
	if (status == 0)
		reading_find(&r->reading, &found.facts);
	reading_found_release(&found);
	growth_release(&g);
	return status;
}

static void
write_report(FILE *out, const struct shown *s, const struct report *r)
{
	const struct text_options options = {
		.exact = r->args.exact,
		.by_cum = r->by_cum,
		.top = r->args.top < 0 ? TOP_DEFAULT : r->args.top,
		.columns = args_columns(&r->args),
		.color = args_color(&r->args),
		.prune = PRUNE,
	};
	struct tree tree;

	if (r->args.json) {
		write_json(out, s, &r->reading, r->by_cum, r->args.top);
		return;
	}
	write_text_head(out, s, r->args.exact);
	write_text_reading(out, &r->reading);
	/* It is of the whole process, at the end. */
	if (!s->phase && !s->from && !s->to && !s->compared)
		write_text_memory(out, s, r->args.exact);
	if (r->tree) {
		tree_build(&tree, s, r->args.selection.show_wrappers);
		write_text_tree(out, &tree, &options);
		tree_release(&tree);
	} else {
		write_text_groups(out, s, &options);
		write_text_table(out, s, &options);
	}
}

static int
report(struct profile *p, struct report *r)
{
	struct selection selection = r->args.selection;
	struct output out;
	struct shown shown;
	int rc;

	/* Before the selection that is shown: it adds frames to p. */
	if (find_reading(p, r) < 0)
		return -1;
	selection.keep_empty = true;
	if (select_stacks(&shown, p, &selection) < 0)
		return -1;
	rc = output_open(&out, r->args.output ? r->args.output : "-");
	if (rc == 0) {
		write_report(out.stream, &shown, r);
		rc = output_commit(&out);
	}
	shown_release(&shown);
	return rc;
}

int
cmd_report(int argc, char **argv)
{
	struct report r = {
		.args.sums = true,
		.args.accept = ARGS_METRIC | ARGS_OUTPUT | ARGS_BYTES |
			       ARGS_WRAPPERS | ARGS_BY | ARGS_TOP | ARGS_JSON |
			       ARGS_SELECT | ARGS_COLOR,
	};
	const struct args_own own[] = {
		{ .name = "cum", .kind = ARGS_FLAG, .target = &r.by_cum },
		{ .name = "tree", .kind = ARGS_FLAG, .target = &r.tree },
		{ 0 },
	};
	struct profile p;
	int rc;

	if (args_parse(&r.args, own, argc, argv) < 0)
		return EXIT_USAGE;
	profile_init(&p);
	rc = args_load(&r.args, &p);
	if (rc == 0)
		rc = report(&p, &r);
	reading_release(&r.reading);
	profile_release(&p);
	args_release(&r.args);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
