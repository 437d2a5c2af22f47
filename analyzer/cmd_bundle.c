/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame bundle`: dumps and the names that they need, in one file. */
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "bundle.h"
#include "cmd.h"
#include "err.h"

const char help_bundle[] =
	"usage: heapflame bundle [OPTION]... [FILE|FOLDER]...\n"
	"Put dumps, and the names of all functions in them, into one file, "
	"which every\n"
	"command reads on any machine, without the programs. No FILE: the "
	"newest run\n"
	"here.\n"
	"\n"
	"  -o, --output FILE  where to (default: named after the dumps, with "
	".hfb, here)\n"
	"  --all              every run found (default: the newest only)\n"
	"  --help             this text\n"
	"\n"
	"  heapflame bundle -o server.hfb heapflame.server.4711\n"
	"  heapflame report server.hfb\n"
	"  tar -xf server.hfb    takes the dumps out again\n";

/* "server.4711-19aa1c05e2f.3.f.hfb", here; caller frees. */
static char *
default_path(const struct bundling *b)
{
	const struct bundled *d = &b->list[0];
	const char *origin = d->run_folder ? d->run_folder : d->name;
	const char *slash = strrchr(origin, '/');
	size_t n;

	origin = slash ? slash + 1 : origin;
	n = strlen(origin);
	if (n > 5 && strcmp(origin + n - 5, ".heap") == 0)
		n -= 5;
	return xasprintf("%.*s.hfb", (int)n, origin);
}

static int
bundle(struct bundling *b, const struct args *a)
{
	char *path = a->output ? xstrdup(a->output) : default_path(b);
	int rc = bundle_write(b, path);

	if (rc == 0 && strcmp(path, "-") != 0)
		hint("heapflame: wrote '%s': %zu dump%s, %u modules", path,
			b->count, b->count == 1 ? "" : "s", b->p.module_count);
	free(path);
	return rc;
}

int
cmd_bundle(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT };
	struct bundling b = { 0 };
	int rc;

	if (args_parse(&a, NULL, argc, argv) < 0)
		return EXIT_USAGE;
	rc = bundle_gather(&b, a.files, a.file_count, a.all);
	if (rc == 0)
		rc = bundle(&b, &a);
	bundle_release(&b);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
