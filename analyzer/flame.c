/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph as a whole: select, tree, SVG, file. Apart from cmd_flame.c
 * because `heapflame run` ends by writing one, too.
 */
#include "flame.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "tree_callers.h"

/* Where a picture goes: a stream that is open, or else a file. */
struct target {
	FILE *stream;
	const char *path;
};

static int
write_tree(const struct target *to, const struct tree *t,
	const struct svg_options *o)
{
	struct output out;

	if (to->stream)
		return write_svg(to->stream, t, o);
	if (output_open(&out, to->path) < 0)
		return -1;
	/* A write that failed is found, and said, when the file is closed. */
	(void)write_svg(out.stream, t, o);
	return output_commit(&out);
}

#define WHOLE_MOST 9e15 /* that the page's numbers hold */

/* Every metric that can be shown of the same selection. */
struct columns {
	struct shown shown[METRICS];
	uint32_t count, main;
};

static bool
all_have(const struct profile *p, enum metric m)
{
	uint32_t n = 0;

	while (n < p->process_count && p->processes[n].has[m])
		n++;
	return n > 0 && n == p->process_count;
}

/* What is of no phase, or not in the base, can't be shown beside the others. */
static bool
is_column(const struct profile *p, const struct selection *s, enum metric m)
{
	bool parts = s->phase || s->from || s->to;

	return all_have(p, m) && (m < FOREIGN || (!parts && !s->base)) &&
	       (!s->base || all_have(s->base, m));
}

static int
select_columns(struct columns *c, struct profile *p, const struct selection *s)
{
	struct selection other = *s;
	struct shown first;

	*c = (struct columns){ 0 };
	if (select_stacks(&first, p, s) < 0)
		return -1;
	selection_note_shrunk(&first);
	other.metric_name = NULL;
	for (int m = 0; m < METRICS; m++) {
		other.metric = m;
		if (m == (int)first.metric) {
			c->main = c->count;
			c->shown[c->count++] = first;
		} else if (first.stack_count <= SELECT_STACKS_OF_ALL &&
			   is_column(p, s, (enum metric)m) &&
			   select_stacks(&c->shown[c->count], p, &other) == 0) {
			c->count++;
		}
	}
	return 0;
}

/* What nothing in the files explains: it is the root's own, without a frame. */
static void
widen(struct shown *s, double whole)
{
	double more = whole - (double)s->total;

	if (!(whole > 0))
		return;
	if (more < 0 || whole > WHOLE_MOST) {
		warning("--total %.15g is ignored: %s", whole,
			more < 0 ? "there is more than that"
				 : "no sum can be as large");
		return;
	}
	s->stacks = xrealloc(
		s->stacks, ((size_t)s->stack_count + 1) * sizeof *s->stacks);
	memmove(s->stacks + 1, s->stacks, s->stack_count * sizeof *s->stacks);
	s->stacks[0] =
		(struct shown_stack){ .value = llround(more), .stack = NONE };
	s->stack_count++;
}

static int
write_columns(const struct target *to, struct columns *c,
	const struct svg_options *options, struct profile *forget)
{
	struct svg_options looks = { 0 };
	struct shown reversed = { 0 };
	struct tree tree, callers = { 0 };
	int result;

	if (options)
		looks = *options;
	widen(&c->shown[c->main], looks.whole);
	if (looks.reverse) {
		shown_reverse(&reversed, &c->shown[c->main]);
		tree_build(&callers, &reversed, true);
		looks.callers = &callers;
	}
	tree_build_columns(&tree, c->shown, c->count, c->main, true);
	for (uint32_t i = 0; i < c->count; i++)
		shown_forget_frames(&c->shown[i]);
	/* An empty picture says why, and looks at the rows for that. */
	if (forget && tree.nodes[0].total > 0)
		profile_forget_rows(forget);
	result = write_tree(to, &tree, &looks);
	tree_release(&tree);
	tree_release(&callers);
	shown_release(&reversed);
	return result;
}

static int
write_selected(struct profile *p, const struct target *to,
	const struct selection *selection, const struct svg_options *options,
	bool last)
{
	struct selection of = { .metric = -1 };
	struct columns *columns = xmalloc(sizeof *columns);
	int result = -1;

	if (selection)
		of = *selection;
	/* No rectangle is less than nothing wide. */
	of.only_grown = true;
	if (select_columns(columns, p, &of) == 0)
		result = write_columns(to, columns, options, last ? p : NULL);
	for (uint32_t i = 0; i < columns->count; i++)
		shown_release(&columns->shown[i]);
	free(columns);
	return result;
}

int
flame_write(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options)
{
	const struct target to = { .path = path };

	return write_selected(p, &to, selection, options, false);
}

int
flame_put(FILE *out, struct profile *p, const struct selection *selection,
	const struct svg_options *options)
{
	const struct target to = { .stream = out };

	return write_selected(p, &to, selection, options, false);
}

int
flame_write_last(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options)
{
	const struct target to = { .path = path };

	return write_selected(p, &to, selection, options, true);
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *
flame_path(const char *origin)
{
	const char *slash, *name, *dot;

	if (is_folder(origin))
		return xasprintf("%s%sflame.svg", origin,
			origin[strlen(origin) - 1] == '/' ? "" : "/");
	slash = strrchr(origin, '/');
	name = slash ? slash + 1 : origin;
	dot = strrchr(name, '.');
	if (dot && dot > name &&
		(!strcmp(dot, ".heap") || !strcmp(dot, ".live") ||
			!strcmp(dot, ".folded")))
		return xasprintf("%.*s.svg", (int)(dot - name), name);
	return xasprintf("%s.svg", *name ? name : "flame");
}
