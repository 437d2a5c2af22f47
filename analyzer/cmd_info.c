/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame info`: what the files hold, and how much of it has names. */
#include "args.h"
#include "cmd.h"
#include "err.h"
#include "write.h"

const char help_info[] =
	"usage: heapflame info [OPTION]... [FILE|FOLDER]...\n"
	"Tell what a profile holds and what it lacks: processes, sampling, "
	"losses,\n"
	"metrics, and for each module why its functions have no names. No "
	"FILE:\n"
	"the newest run here.\n"
	"\n"
	"  --bytes            exact figures (default: KiB, MiB)\n"
	"  --all              every run found (default: the newest only)\n"
	"  -o, --output FILE  where to (default: -, standard output)\n"
	"  --help             this text\n"
	"\n"
	"  heapflame info\n"
	"  heapflame info heapflame.server.4711-19aa1c05e2f.3.f.heap\n";

int
cmd_info(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT | ARGS_BYTES };
	struct output out;
	struct profile p;
	int rc;

	if (args_parse(&a, NULL, argc, argv) < 0)
		return EXIT_USAGE;
	profile_init(&p);
	rc = args_load(&a, &p);
	if (rc == 0)
		rc = output_open(&out, a.output ? a.output : "-");
	if (rc == 0) {
		write_info(out.stream, &p, a.exact);
		rc = output_commit(&out);
	}
	profile_release(&p);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
