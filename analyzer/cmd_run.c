/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame run: a program under the shim, from its command line to the report.
 *
 * The folder of a run bears the program's pid, so it is made between fork and
 * exec, in the new process, which then sets its environment; `struct run_files`
 * is in memory that both processes share, so that we know the names afterwards.
 */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "elf_kind.h"
#include "err.h"
#include "folder.h"
#include "launch.h"
#include "leaks.h"
#include "program.h"
#include "run_allocator.h"
#include "run_environment.h"
#include "run_files.h"
#include "run_keep.h"
#include "run_options.h"
#include "run_summary.h"
#include "shim_path.h"

/* A line of text is a line here. */
/* clang-format off */
const char help_run[] =
	"usage: heapflame run [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
	"Run a program and its children under the profiler; at their end say who\n"
	"held the memory, and write a flame graph beside the dumps.\n"
	"\n"
	"  -o, --output DIR      folder for dumps and flame.svg (default: a new one,\n"
	"                        heapflame.PROGRAM.PID)\n"
	"  -q, --quiet           no summary; with --leaks, only if there are any\n"
	"  --leaks               exact and of this process alone: print what was\n"
	"                        never freed; leave no files\n"
	"  --error-exitcode[=N]  with --leaks: exit with N if there are any (default:\n"
	"                        with the program's status; N is 3 unless given)\n"
	"  --suppressions FILE   with --leaks: leave out what LeakSanitizer would;\n"
	"                        may repeat\n"
	"  --min-bytes N         with --leaks: leave out those of fewer bytes\n"
	"  --each-phase DIR      a flame graph for each phase the program marks, named\n"
	"                        after its mark, into DIR, which is made\n"
	"  --allocator WHICH     run it on jemalloc, tcmalloc, mimalloc, or the library\n"
	"                        of that path (default: what it uses)\n"
	"  --help                this text\n"
	"\n"
	"The profiler's own; each is HEAPFLAME_<OPTION> in the environment, too:\n"
	"  --sample SIZE         mean bytes between samples; 1: every allocation;\n"
	"                        auto: from 8K on, doubling (default: auto)\n"
	"  --depth N             frames kept of a stack (default: 128)\n"
	"  --unwind HOW          cfi, libunwind or fp (default: cfi)\n"
	"  --follow WHICH        children to profile: all, none, or patterns of their\n"
	"                        names separated by commas (default: all)\n"
	"  --active 0|1          0: load the profiler, do not sample (default: 1)\n"
	"  --dump-seconds N      a dump every N seconds; 0: never (default: 5)\n"
	"  --dump-bytes SIZE     a dump each time so much was allocated; 0: never\n"
	"                        (default: 0)\n"
	"  --dump-keep N         most dumps in the folder (default: 10000)\n"
	"  --dump-limit SIZE     most bytes of dumps in it (default: 4G)\n"
	"  --memory SIZE         most memory for the profiler's tables (default: 64M)\n"
	"  --live PLACE          where the live state is kept: shm, a folder, or\n"
	"                        0 = nowhere (default: shm)\n"
	"  --temp-ms N           freed within it is short-lived (default: 10)\n"
	"  --prefix PATH         dumps are PATH.*, the picture is PATH.svg (default:\n"
	"                        heapflame in the run's folder)\n"
	"  --verbose [0|1]       say options in force and each dump (default: 0)\n"
	"\n"
	"Exits with the program's status, 128 + N if signal N ended it, 127 if it\n"
	"was not found, 126 if it is not executable, 125 if run itself failed.\n"
	"\n"
	"  heapflame run ./server\n"
	"  heapflame run --leaks --error-exitcode ./unit-tests\n";
/* clang-format on */

/* What the new process needs to know, and what it tells. */
struct job {
	const struct run_options *options;
	const char *library;
	const struct run_allocator *allocator;
	struct run_files *files; /* shared memory; folder "": to be chosen */
	struct run_keep keep;
};

/* In the new process, see launch.h. */
static int
prepare(void *context)
{
	const struct job *job = context;
	struct run_files *files = job->files;

	if (!files->folder[0] &&
		run_files_choose(files, job->options->argv[0]) < 0)
		return EXIT_RUN_FAILED;
	if (run_environment_set(job->options, job->library, job->allocator,
		    files->prefix) < 0)
		return EXIT_RUN_FAILED;
	return 0;
}

static int
tick(void *context)
{
	return run_keep_tick(&((struct job *)context)->keep);
}

/* The names that are known before the program's pid is. */
static int
choose_early(const struct run_options *o, struct run_files *files)
{
	const char *prefix = run_options_value(o, SHIM_PREFIX);

	if (o->leaks)
		return run_files_temporary(files);
	if (o->output)
		return run_files_in(files, o->output);
	if (prefix && *prefix)
		return run_files_prefixed(files, prefix);
	return 0;
}

/* Is the run about one process, whatever others its allocator tells of? */
static bool
is_of_one(const struct run_options *o)
{
	const char *follow = run_options_value(o, SHIM_FOLLOW);

	return o->leaks || (follow && strcmp(follow, "none") == 0);
}

static double
seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What is in the folder now and was not there before. */
static void
list_new(struct folder_list *list, const struct folder_list *before,
	const struct run_files *files)
{
	size_t kept = 0;

	folder_list_profiles(list, files->folder, run_files_stem(files));
	for (size_t i = 0; i < list->count; i++)
		if (folder_list_has(before, list->paths[i]))
			free(list->paths[i]);
		else
			list->paths[kept++] = list->paths[i];
	list->count = kept;
}

static void
remove_files(void *files)
{
	folder_remove(((struct run_files *)files)->folder);
}

/* The program is gone: what it left, said. Returns our exit code. */
static int
conclude(const struct run_options *o, struct run_end *e, struct launch *l)
{
	int code = launch_exit_code(e->status);
	long long leaks;

	if (!o->leaks) {
		launch_finish(l);
		(void)run_summary(e); /* the program's status stands */
		if (e->files->own)
			(void)rmdir(e->files->folder); /* if it is empty */
		return code;
	}
	/* Until the folder is gone no Ctrl-C may end us. */
	leaks = run_leaks(e, remove_files, (void *)e->files);
	launch_finish(l);
	/* What it held when it was killed it might have freed. */
	if (o->leak_code == RUN_NO_CODE || leaks == 0 || WIFSIGNALED(e->status))
		return code;
	if (leaks > 0)
		return o->leak_code;
	/* Nobody looked: that is no success, but the program's failure is. */
	return code != 0 ? code : EXIT_RUN_FAILED;
}

/* Before the program starts: a misspelt file is found at once. */
static int
read_suppressions(struct suppressions *s, const struct run_options *o)
{
	for (const char **path = o->suppressions; path && *path; path++)
		if (suppressions_read(s, *path) < 0) {
			suppressions_release(s);
			return -1;
		}
	return 0;
}

static int
run(const struct run_options *o, const char *file, const char *library,
	const struct run_allocator *allocator, struct run_files *files)
{
	struct job job = { .options = o,
		.library = library,
		.allocator = allocator,
		.files = files,
		.keep = { .states = { .options = o, .files = files } } };
	struct launch l = { .file = file,
		.argv = o->argv,
		.prepare = prepare,
		.tick = tick,
		.context = &job };
	const char *active = run_options_value(o, SHIM_ACTIVE);
	const char *live = run_options_value(o, SHIM_LIVE);
	struct folder_list before = { 0 }, dumps = { 0 };
	struct run_end e = { .program = o->argv[0],
		.file = file,
		.files = files,
		.dumps = &dumps,
		.each_phase = o->each_phase,
		.active = !active || strcmp(active, "0") != 0,
		.live = !live || strcmp(live, "0") != 0,
		.quiet = o->quiet };
	struct leaks_view leaks = { .min_bytes = o->min_bytes };
	double start = seconds_now();
	int code;

	if (read_suppressions(&leaks.suppressed, o) < 0)
		return EXIT_RUN_FAILED;
	e.leaks = &leaks;
	if (files->folder[0])
		folder_list_profiles(
			&before, files->folder, run_files_stem(files));
	code = launch_start(&l);
	if (code == 0) {
		run_keep_start(&job.keep, l.pid);
		e.status = launch_wait(&l);
		e.alone = before.count == 0;
		e.seconds = seconds_now() - start;
		run_keep_end(&job.keep, e.status);
		e.oom = job.keep.states.oom;
		list_new(&dumps, &before, files);
		if (is_of_one(o))
			run_allocator_keep_own(allocator, &dumps, l.pid);
		if (!o->quiet)
			run_allocator_check(allocator, &dumps);
		code = conclude(o, &e, &l);
	} else if (files->own) {
		folder_remove(files->folder);
	}
	folder_list_release(&before);
	folder_list_release(&dumps);
	leaks_view_release(&leaks);
	return code;
}

/* What to do instead, where that is one word. */
static void
advise(const char *file)
{
	const char *name = program_base_name(file);

	if (strcmp(name, "sudo") == 0 || strcmp(name, "doas") == 0)
		hint("Put it in front: %s heapflame run PROGRAM", name);
}

/* With the file found and fit to be profiled. */
static int
run_file(const struct run_options *o, const char *file)
{
	char why[ELF_WHY_MAX], *library = shim_path_find();
	struct run_allocator allocator = { 0 };
	struct run_files *files;
	int code = EXIT_RUN_FAILED;

	if (!library)
		return EXIT_RUN_FAILED;
	files = mmap(NULL, sizeof *files, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (elf_unprofilable(file, library, why)) {
		error("cannot profile '%s': %s", file, why);
		advise(file);
	} else if (files == MAP_FAILED) {
		error("cannot start '%s': %s", file, strerror(errno));
	} else if (run_allocator_plan(&allocator, o, file, library) == 0 &&
		   choose_early(o, files) == 0) {
		code = run(o, file, library, &allocator, files);
	}
	run_allocator_release(&allocator);
	if (files != MAP_FAILED)
		munmap(files, sizeof *files);
	free(library);
	return code;
}

int
cmd_run(int argc, char **argv)
{
	struct run_options o = { 0 };
	char *file;
	int code;

	if (run_options_parse(&o, argc, argv) < 0) {
		run_options_release(&o);
		hint("Try 'heapflame run --help'.");
		return EXIT_RUN_FAILED;
	}
	file = program_find(o.argv[0]);
	if (!file) {
		code = errno == ENOENT || errno == ENOTDIR
			       ? EXIT_NOT_FOUND
			       : EXIT_NOT_EXECUTABLE;
		error("cannot run '%s': %s", o.argv[0],
			code == EXIT_NOT_FOUND ? "not found" : strerror(errno));
		return code;
	}
	code = run_file(&o, file);
	free(file);
	run_options_release(&o);
	return code;
}
