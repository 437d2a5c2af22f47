/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands. To add one: write cmd_x.c with cmd_x and its help text, declare
 * it here, add a line to the table in main.c, document it in man/heapflame.1
 * and CHANGELOG.md. A cmd_*.c parses, calls and reports; it never includes
 * another one.
 */
#ifndef CMD_H
#define CMD_H

/*
 * Each gets its own name as argv[0] and returns an exit code of err.h.
 * `--help` is taken care of by main.c, which prints the text beside it.
 */
int cmd_run(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_flame(int argc, char **argv);
int cmd_leaks(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_growth(int argc, char **argv);
int cmd_html(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_convert(int argc, char **argv);
int cmd_bundle(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_ls(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_env(int argc, char **argv);

/* Usage line, one sentence, options with defaults, two examples. */
extern const char help_run[], help_report[], help_flame[], help_leaks[];
extern const char help_convert[], help_info[], help_ls[], help_env[],
	help_ctl[], help_top[], help_record[], help_bundle[], help_growth[],
	help_check[], help_diff[], help_html[];

#endif
