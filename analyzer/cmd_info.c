/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame info`: what the files hold, and how much of it has names. */
#include <stdlib.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "state_map.h"
#include "why.h"
#include "write.h"

const char help_info[] =
	"usage: heapflame info [OPTION]... [FILE|FOLDER]...\n"
	"Tell what a profile holds and what it lacks: processes, sampling, "
	"losses,\n"
	"metrics, and for each module why its functions have no names. No "
	"FILE:\n"
	"the newest run here.\n"
	"\n"
	"  --why              only what explains that there is nothing or too "
	"little,\n"
	"                     a line each with what to do; FILE may be a "
	"program "
	"or\n"
	"                     a PID, too\n"
	"  --bytes            exact figures (default: KiB, MiB)\n"
	"  --all              every run found (default: the newest only)\n"
	"  -o, --output FILE  where to (default: -, standard output)\n"
	"  --help             this text\n" ARGS_HELP_NAMES "\n"
	"  heapflame info\n"
	"  heapflame info heapflame.server.4711-19aa1c05e2f.3.f.heap\n"
	"  heapflame info --why ./server\n";

/* Profiles. */
static int
load_and_write(const struct args *a, FILE *out, bool why)
{
	struct profile p;
	int rc;

	profile_init(&p);
	rc = args_load(a, &p);
	if (rc == 0 && why)
		write_why(out, &p);
	else if (rc == 0)
		write_info(out, &p, a->exact);
	profile_release(&p);
	return rc;
}

/* Programs, and processes without the profiler, are no profiles. */
static int
answer_why(const struct args *a, FILE *out)
{
	char *state;
	int pid;

	if (a->file_count != 1)
		return load_and_write(a, out, true);
	pid = state_pid(a->files[0]);
	if (pid == 0)
		return why_is_program(a->files[0])
			       ? why_program(out, a->files[0])
			       : load_and_write(a, out, true);
	state = state_path_if_any(pid);
	if (state == NULL)
		return why_process(out, pid);
	free(state);
	return load_and_write(a, out, true);
}

int
cmd_info(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT | ARGS_BYTES };
	struct output out;
	bool why = false;
	const struct args_own own[] = {
		{ .name = "why", .kind = ARGS_FLAG, .target = &why },
		{ 0 },
	};
	int rc;

	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	rc = output_open(&out, a.output ? a.output : "-");
	if (rc == 0)
		rc = why ? answer_why(&a, out.stream)
			 : load_and_write(&a, out.stream, false);
	if (rc == 0)
		rc = output_commit(&out);
	else
		output_abandon(&out);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
