/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flame graph as a whole: select, tree, SVG, file. Apart from cmd_flame.c
 * because `heapflame run` ends by writing one, too.
 */
#include "flame.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"

static FILE *stream; /* where a picture without a path goes */

static int
write_tree(const char *path, const struct tree *t, const struct svg_options *o)
{
	struct output out;

	if (!path)
		return write_svg(stream, t, o);
	if (output_open(&out, path) < 0)
		return -1;
	/* A write that failed is found, and said, when the file is closed. */
	(void)write_svg(out.stream, t, o);
	return output_commit(&out);
}

static int
write_selected(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options,
	bool last)
{
	struct selection of = { .metric = -1 };
	const struct svg_options looks = { 0 };
	struct shown shown;
	struct tree tree;
	int result;

	if (selection)
		of = *selection;
	/* No rectangle is less than nothing wide. */
	of.only_grown = true;
	if (select_stacks(&shown, p, &of) < 0)
		return -1;
	selection_note_shrunk(&shown);
	tree_build(&tree, &shown, true);
	shown_forget_frames(&shown);
	/* An empty picture says why, and looks at the rows for that. */
	if (last && tree.count > 1)
		profile_forget_rows(p);
	result = write_tree(path, &tree, options ? options : &looks);
	tree_release(&tree);
	shown_release(&shown);
	return result;
}

int
flame_write(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options)
{
	return write_selected(p, path, selection, options, false);
}

int
flame_put(FILE *out, struct profile *p, const struct selection *selection,
	const struct svg_options *options)
{
	stream = out;
	return write_selected(p, NULL, selection, options, false);
}

int
flame_write_last(struct profile *p, const char *path,
	const struct selection *selection, const struct svg_options *options)
{
	return write_selected(p, path, selection, options, true);
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
