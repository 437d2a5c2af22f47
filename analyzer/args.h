/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of the commands that show a profile. What they have in
 * common is parsed here, what is a command's own comes from a table of it:
 *
 *	struct args a = { .accept = ARGS_METRIC | ARGS_OUTPUT };
 *	const struct args_own own[] = {
 *		{ .name = "cum", .kind = ARGS_FLAG, .target = &by_cum },
 *		{ 0 },
 *	};
 *	if (args_parse(&a, own, argc, argv) < 0)
 *		return EXIT_USAGE;
 *	profile_init(&p);
 *	if (args_load(&a, &p) == 0)
 *		...
 *	profile_release(&p);
 *	args_release(&a);
 */
#ifndef ARGS_H
#define ARGS_H

#include <stdbool.h>

#include "args_names.h"
#include "color.h"
#include "select.h"
#include "symbolize.h"

/*
 * The common options. --all and what struct symbolize_options knows are
 * accepted always.
 */
enum {
	ARGS_METRIC = 1, /* --metric M, --countname NAME, --event NAME */
	ARGS_OUTPUT = 2, /* -o FILE, --output FILE */
	ARGS_BYTES = 4, /* --bytes: exact figures */
	ARGS_WRAPPERS = 8, /* --no-wrappers, --wrapper RE (may repeat) */
	ARGS_BY = 16, /* --by process,thread,label,phase,module */
	ARGS_TOP = 32, /* --top N */
	ARGS_JSON = 64, /* --json */
	ARGS_PHASE = 128, /* --phase NAME, --from MARK, --to MARK */
	ARGS_FILTER = 256, /* --focus, --ignore, --hide, --show, --show-from */
	ARGS_BASE = 512, /* --base FILE (may repeat) */
	ARGS_COLOR = 1024, /* --color auto, always or never */
	ARGS_SELECT = ARGS_PHASE | ARGS_FILTER | ARGS_BASE
};

/* What --help says of them, in every command that has them. */
#define ARGS_HELP_FILTER                                                       \
	"Only a part (SELECTION in the manual page; pprof's spellings do, "    \
	"too):\n"                                                              \
	"  --focus RE          stacks with a function, file or module that "   \
	"matches\n"                                                            \
	"  --ignore RE         stacks without one\n"                           \
	"  --hide RE, --show RE\n"                                             \
	"                      without, with only, such frames in the "        \
	"stacks\n"                                                             \
	"  --show-from RE      without the callers of the first such frame\n"
#define ARGS_HELP_SELECT                                                       \
	ARGS_HELP_FILTER                                                       \
	"  --phase NAME        what was allocated in that phase; inuse: what " \
	"of it\n"                                                              \
	"                      lives at its end; peak: its own maximum\n"      \
	"  --from MARK, --to MARK\n"                                           \
	"                      what was allocated between these marks\n"       \
	"  --base FILE         less what FILE holds, stack by stack\n"
/* Of each command that shows a profile; args_parse knows these options. */
#define ARGS_HELP_NAMES                                                        \
	"\nWhere names come from (Names in the manual page), and how long "    \
	"they are:\n"                                                          \
	"  --debug-dir DIR     separate debug files, as in /usr/lib/debug\n"   \
	"  --sysroot DIR       another machine's files, looked for there "     \
	"first\n"                                                              \
	"  --perf-map FILE     of code made at run time; or a folder of "      \
	"them\n"                                                               \
	"  --debuginfod        ask the servers in DEBUGINFOD_URLS\n"           \
	"  --short-names       no template arguments, no parameters\n"

struct args {
	unsigned accept; /* ARGS_*; set by the caller before args_parse */

	char *const *files; /* those of argv, borrowed */
	int file_count;
	bool all;
	/* Set before: rows may add up that no option sets apart (`sum`). */
	bool sums;
	struct selection selection; /* metric -1 unless one was named */
	struct args_words words; /* what files and texts are borrowed from */
	const char *count_name; /* --countname; NULL: not given; borrowed */
	const char *event; /* --event; likewise */
	const char *output; /* NULL: not given; borrowed */
	bool exact;
	bool json;
	enum color_when color; /* see args_color() */
	int top; /* -1: not given; 0: all */
	const char **debug_dirs; /* --debug-dir, each; NULL: none */
	struct symbolize_options symbols; /* in force from args_parse on */
};

enum args_kind {
	ARGS_FLAG, /* bool *: set to true */
	ARGS_TEXT, /* const char **: borrowed from argv */
	ARGS_COUNT, /* int *: 0 to INT_MAX */
	ARGS_REAL, /* double *: 0 and more, finite */
	ARGS_LIST, /* const char ***: NULL-terminated, may repeat; common
		      options only, for args_release frees it */
	ARGS_OPTIONAL_COUNT /* int *: as COUNT; with no value left alone at what
			       `if_bare` says */
};

/* An option of the command's own. The table ends with name NULL. */
struct args_own {
	const char *name; /* without the dashes */
	char letter; /* its short form, or 0 */
	enum args_kind kind;
	void *target;
	int if_bare; /* ARGS_OPTIONAL_COUNT: the value when none is given */
};

/*
 * Fills a. 0, or -1 after one line that says what is wrong and one that names
 * the command's --help; the caller then returns EXIT_USAGE. own may be NULL.
 * argv[0] is the command's name.
 */
int args_parse(
	struct args *a, const struct args_own *own, int argc, char **argv);
void args_release(struct args *a);

/* Is the text that goes to standard output, or to -o FILE, coloured? */
bool args_color(const struct args *a);

/* Is less than all asked for, by any of ARGS_SELECT or by --by? */
bool args_selects(const struct args *a);

/*
 * The named files, or the newest run, symbolized, and the base if one is named.
 * 0, or -1 after error().
 */
int args_load(const struct args *a, struct profile *p);

/* Before args_load: the first file is the base, as if named by --base. */
void args_take_base(struct args *a);

/* Columns of the terminal that the output goes to; 0: it goes to none. */
int args_columns(const struct args *a);

#endif
