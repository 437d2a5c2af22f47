/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands. Whether stdout took everything is looked at here,
 * once, when the command is done: a full disk must not pass for success.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "err.h"

#ifndef VERSION
#define VERSION "0.1.0"
#endif

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
	const char *summary;
};

static const struct command commands[] = {
	{ "run", cmd_run, help_run, "run a program and profile it" },
	{ "record", cmd_record, help_record,
		"what a running program allocates in the next 30 s" },
	{ "report", cmd_report, help_report,
		"which functions hold the memory" },
	{ "flame", cmd_flame, help_flame,
		"the same as a flame graph, one SVG" },
	{ "html", cmd_html, help_html,
		"all that is known of a run, as one page" },
	{ "leaks", cmd_leaks, help_leaks, "what was never freed, by stack" },
	{ "diff", cmd_diff, help_diff,
		"two profiles: what has changed, and is it chance" },
	{ "growth", cmd_growth, help_growth,
		"which stacks grow, how fast, and is it more than chance" },
	{ "check", cmd_check, help_check,
		"limits and a baseline, for CI: holds, fails, or can't tell" },
	{ "convert", cmd_convert, help_convert,
		"for other tools: folded stacks, speedscope, traces, ..." },
	{ "bundle", cmd_bundle, help_bundle,
		"dumps and their names in one file, for other machines" },
	{ "info", cmd_info, help_info,
		"what a profile holds, and what it lacks" },
	{ "ls", cmd_ls, help_ls,
		"programs that run under heapflame, or were killed" },
	{ "ctl", cmd_ctl, help_ctl,
		"ask or tell a running program: status, start, mark, ..." },
	{ "top", cmd_top, help_top,
		"watch the functions of a running program, every second" },
	{ "env", cmd_env, help_env, "lines that preload without `run`" },
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void
print_help(FILE *out)
{
	fputs("usage: heapflame COMMAND [OPTION]... [FILE|FOLDER]...\n"
	      "Which code holds the memory of a native program?\n"
	      "\n",
		out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name,
			commands[i].summary);
	fputs("\n"
	      "  --help     this text; 'heapflame COMMAND --help' for one of "
	      "them\n"
	      "  --version  the version\n"
	      "\n"
	      "  heapflame run ./server --its --options\n"
	      "  heapflame flame\n",
		out);
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

#define WORD_MAX 15 /* longer than any command */

/* Letters to change, add or take out to make one word of the other. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[nb];
}

static int
unknown_command(const char *name)
{
	const struct command *nearest = NULL;
	size_t least = 3; /* further off it is no slip of the finger */

	for (size_t i = 0; i < COMMANDS; i++) {
		size_t n = distance(name, commands[i].name);

		if (n < least) {
			least = n;
			nearest = &commands[i];
		}
	}
	error("unknown command '%s'", name);
	if (nearest)
		hint("Did you mean 'heapflame %s'?", nearest->name);
	else
		hint("Try 'heapflame --help'.");
	return EXIT_USAGE;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Behind the program that `run` starts, options are that program's. */
static bool
wants_help(const struct command *c, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (is_help(argv[i]))
			return true;
		if (c->run == cmd_run)
			break;
	}
	return false;
}

static int
help_command(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		print_help(stdout);
		return EXIT_DONE;
	}
	c = find(argv[1]);
	if (!c)
		return unknown_command(argv[1]);
	fputs(c->help, stdout);
	return EXIT_DONE;
}

static int
dispatch(int argc, char **argv)
{
	const struct command *c;

	if (argc < 1) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (is_help(argv[0]) || strcmp(argv[0], "help") == 0)
		return help_command(argc, argv);
	if (strcmp(argv[0], "--version") == 0) {
		puts("heapflame " VERSION);
		return EXIT_DONE;
	}
	c = find(argv[0]);
	if (!c)
		return unknown_command(argv[0]);
	if (wants_help(c, argc, argv)) {
		fputs(c->help, stdout);
		return EXIT_DONE;
	}
	return c->run(argc, argv);
}

/* False after one line, or in silence if nobody reads any more. */
static bool
stdout_took_all(void)
{
	bool failed_before = ferror(stdout);
	int cause;

	errno = 0;
	if (fflush(stdout) == 0 && !failed_before)
		return true;
	cause = errno;
	if (cause != EPIPE)
		error("cannot write to standard output%s%s", cause ? ": " : "",
			cause ? strerror(cause) : "");
	return false;
}

int
main(int argc, char **argv)
{
	int code = dispatch(argc - 1, argv + 1);

	if (code == EXIT_FAILED && usage_was_wrong())
		code = EXIT_USAGE;
	if (!stdout_took_all() && code == EXIT_DONE)
		code = EXIT_FAILED;
	return code;
}
