/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame ls`: which profiles there are that nobody has made a dump of. */
#include <time.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "write.h"
#include "write_ls.h"

const char help_ls[] =
	"usage: heapflame ls [OPTION]... [FILE.live|FOLDER]...\n"
	"List the live states of this machine or container: programs that run "
	"under\n"
	"heapflame, and those that were killed, crashed or called _exit, with "
	"what they\n"
	"hold and the command that opens them. No FOLDER: all that can be "
	"found of running\n"
	"processes, and in /dev/shm and $XDG_RUNTIME_DIR.\n"
	"\n"
	"  --json             for programs\n"
	"  --bytes            exact figures (default: KiB, MiB)\n"
	"  -o, --output FILE  where to (default: -, standard output)\n"
	"  --help             this text\n"
	"\n"
	"  heapflame ls\n"
	"  heapflame ls /srv/states\n";

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
find(struct states *s, const struct args *a)
{
	if (a->file_count == 0)
		states_find(s);
	for (int i = 0; i < a->file_count; i++)
		if (states_add(s, a->files[i]) < 0)
			return -1;
	states_sort(s);
	if (s->closed > 0)
		note("%zu folder%s of other users left out", s->closed,
			s->closed == 1 ? "" : "s");
	return 0;
}

int
cmd_ls(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT | ARGS_BYTES | ARGS_JSON };
	struct states s = { .list = NULL };
	struct output out;
	int rc;

	if (args_parse(&a, NULL, argc, argv) < 0)
		return EXIT_USAGE;
	rc = find(&s, &a);
	if (rc == 0)
		rc = output_open(&out, a.output ? a.output : "-");
	if (rc == 0) {
		if (a.json)
			write_ls_json(out.stream, &s);
		else
			write_ls(out.stream, &s, now_ms(), a.exact);
		rc = output_commit(&out);
	}
	states_release(&s);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
