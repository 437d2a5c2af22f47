/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame top`: keys in, lines out; once, or every second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "flame.h"
#include "state_map.h"
#include "symbolize.h"
#include "top_screen.h"
#include "top_view.h"

#define EVERY_MS    1000
#define TOP_DEFAULT 20
#define NAMES_MOST  100 /* files that are tried */

const char help_top[] =
	"usage: heapflame top [OPTION]... PID|FILE\n"
	"Watch which functions hold the memory of a running program, once a "
	"second, from\n"
	"its live state: it notices nothing. FILE: a live state or a dump.\n"
	"\n"
	"  --once              print it once, as text (so, too, if stdout is "
	"no\n"
	"                      terminal)\n"
	"  --top N             with --once: functions (default: 20; 0: all)\n"
	"  -o, --output FILE   what 'w' writes (default: top.<exe>.<pid>.svg, "
	"and\n"
	"                      numbered on)\n"
	"  --help              this text\n" ARGS_HELP_NAMES "\n"
	"Keys: l g o a p (or Tab) sort by live, growth since it was opened, "
	"objects,\n"
	"allocated, peak; r the other way round; / filter by name; Enter "
	"chains of calls;\n"
	"f freeze; w write the flame graph of now; h help; q quit.\n"
	"\n"
	"  heapflame top 4242\n"
	"  heapflame top --once --top 5 4242\n";

struct session {
	struct top top;
	struct top_view view;
	const char *output;
	int written;
	bool quit;
};

static void
print_line(void *to, int y, enum top_style style, const char *text)
{
	(void)y;
	(void)style;
	fprintf(to, "%s\n", text);
}

static int
terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int
print_once(struct session *s, int sites)
{
	if (top_update(&s->top) < 0)
		return -1;
	s->view.utf8 = true;
	s->view.columns = terminal_columns();
	top_view_arrange(&s->view, &s->top);
	top_view_draw(&s->view, &s->top, sites < 0 ? TOP_DEFAULT : sites,
		print_line, stdout);
	return 0;
}

/* A name that a process has chosen must not lead elsewhere. */
static char *
picture_name(const struct top *t, int number)
{
	const struct process *p = t->p.processes;
	const char *exe = strtab_get(&t->p.strings, p->exe);
	const char *slash = strrchr(exe, '/');
	char suffix[16] = "", *name;

	if (number > 0)
		snprintf(suffix, sizeof suffix, ".%d", number + 1);
	name = xasprintf(
		"top.%.100s.%d%s.svg", slash ? slash + 1 : exe, p->pid, suffix);
	for (char *c = name; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 127)
			*c = '_';
	return name;
}

static char *
free_name(struct session *s)
{
	char *name;

	if (s->output)
		return xstrdup(s->output);
	for (;;) {
		name = picture_name(&s->top, s->written++);
		if (access(name, F_OK) < 0 || s->written == NAMES_MOST)
			return name;
		free(name);
	}
}

static void
write_picture(struct session *s)
{
	static const enum metric metrics[TOP_METRICS] = { INUSE_SPACE,
		INUSE_SPACE, INUSE_OBJECTS, ALLOC_SPACE, PEAK_SPACE };
	const struct selection selection = { .metric =
						     (int)metrics[s->view.by] };
	char *name;

	if (s->top.p.process_count == 0)
		return;
	name = free_name(s);
	if (flame_write(&s->top.p, name, &selection, NULL) == 0)
		snprintf(s->view.message, sizeof s->view.message, "wrote '%s'",
			name);
	free(name);
}

static void
type_filter(struct session *s, int key)
{
	char *filter = s->view.filter;
	size_t n = strlen(filter);

	if (key == '\n') {
		s->view.typing = false;
	} else if (key == 27) {
		s->view.typing = false;
		filter[0] = '\0';
	} else if (key == TOP_KEY_ERASE || key == 127 || key == 8) {
		if (n > 0)
			filter[n - 1] = '\0';
	} else if (key >= ' ' && key < 127 && n < TOP_FILTER_MAX - 1) {
		filter[n] = (char)key;
		filter[n + 1] = '\0';
	}
	s->view.cursor = s->view.scroll = 0;
}

static void
sort_by(struct session *s, enum top_metric by)
{
	if (!s->top.has[by]) {
		snprintf(s->view.message, sizeof s->view.message,
			"the file does not hold it");
		return;
	}
	s->view.by = by;
	s->view.cursor = s->view.scroll = 0;
}

static void
next_column(struct session *s)
{
	enum top_metric by = s->view.by;

	do
		by = (by + 1) % TOP_METRICS;
	while (!s->top.has[by]);
	sort_by(s, by);
}

/* Keys that say where to go; false: it is none. */
static bool
move(struct session *s, int key)
{
	long page = s->view.rows > 7 ? s->view.rows - 6 : 1;

	switch (key) {
	case TOP_KEY_UP:
	case 'k':
		top_view_move(&s->view, &s->top, -1);
		return true;
	case TOP_KEY_DOWN:
	case 'j':
		top_view_move(&s->view, &s->top, 1);
		return true;
	case TOP_KEY_PAGE_UP:
		top_view_move(&s->view, &s->top, -page);
		return true;
	case TOP_KEY_PAGE_DOWN:
		top_view_move(&s->view, &s->top, page);
		return true;
	case TOP_KEY_HOME:
		top_view_move(&s->view, &s->top, -(long)s->view.count);
		return true;
	case TOP_KEY_END:
		top_view_move(&s->view, &s->top, s->view.count);
		return true;
	}
	return false;
}

static void
expand(struct session *s)
{
	struct top_known *known;

	if (s->view.count == 0)
		return;
	known = &s->top.known[s->view.order[s->view.cursor]->function];
	known->open = !known->open;
}

static void
command(struct session *s, int key)
{
	static const char letters[] = "lgoap"; /* enum top_metric */
	const char *letter = key > 0 && key < 127 ? strchr(letters, key) : NULL;

	if (letter)
		sort_by(s, (enum top_metric)(letter - letters));
	else if (key == 'q' || key == 3)
		s->quit = true;
	else if (key == '\t')
		next_column(s);
	else if (key == 'r')
		s->view.reverse = !s->view.reverse;
	else if (key == '/')
		s->view.typing = true;
	else if (key == 27)
		s->view.filter[0] = '\0';
	else if (key == 'f')
		s->view.frozen = !s->view.frozen;
	else if (key == '\n' || key == ' ')
		expand(s);
	else if (key == 'w')
		write_picture(s);
}

static void
obey(struct session *s, int key)
{
	if (key == TOP_KEY_GONE) {
		s->quit = true;
		return;
	}
	if (key == TOP_KEY_NONE || key == TOP_KEY_RESIZED)
		return;
	s->view.message[0] = '\0';
	if (s->view.typing && key != 3)
		type_filter(s, key);
	else if (s->view.help || key == 'h' || key == '?')
		s->view.help = !s->view.help && key != 'q';
	else if (!move(s, key))
		command(s, key);
}

static long
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
draw(struct session *s)
{
	char *message = s->view.message;

	top_screen_said(message, sizeof s->view.message);
	top_screen_size(&s->view.columns, &s->view.rows);
	top_view_arrange(&s->view, &s->top);
	top_view_move(&s->view, &s->top, 0);
	top_view_draw(&s->view, &s->top, 0, top_screen_put, NULL);
	top_screen_show();
}

/* A large profile must not cost a whole core: a quarter of one at most. */
static int
watch(struct session *s)
{
	long due = clock_ms() + EVERY_MS, began;
	bool ended = false;

	while (!s->quit) {
		long left = due - clock_ms();

		draw(s);
		obey(s, top_screen_key(left > 0 ? (int)left : 0));
		began = clock_ms();
		if (began < due)
			continue;
		if (!ended && !s->view.frozen)
			ended = top_update(&s->top) < 0;
		due = began + 4 * (clock_ms() - began);
		if (due < began + EVERY_MS)
			due = began + EVERY_MS;
	}
	return 0;
}

static int
show(struct session *s)
{
	int result;

	/* Before the screen is taken: what is wrong is read afterwards. */
	if (top_update(&s->top) < 0 || top_screen_open() < 0)
		return -1;
	s->view.utf8 = top_screen_utf8();
	result = watch(s);
	top_screen_close();
	return result;
}

static int
top(const struct args *a, bool once)
{
	struct session s = { .output = a->output };
	char *path = state_path_of(a->files[0]), *root;
	int result;

	if (!path)
		return -1;
	root = state_root_of(a->files[0]);
	profile_symbolize_of(state_pid(a->files[0]), root);
	top_init(&s.top, path);
	if (once || !isatty(STDOUT_FILENO))
		result = print_once(&s, a->top);
	else
		result = show(&s);
	top_view_release(&s.view);
	top_release(&s.top);
	profile_symbolize_of(0, NULL);
	free(root);
	free(path);
	return result;
}

int
cmd_top(int argc, char **argv)
{
	struct args a = { .accept = ARGS_TOP | ARGS_OUTPUT };
	bool once = false;
	const struct args_own own[] = {
		{ .name = "once", .kind = ARGS_FLAG, .target = &once },
		{ 0 },
	};
	int result;

	if (args_parse(&a, own, argc, argv) < 0)
		return EXIT_USAGE;
	if (a.file_count != 1) {
		error(a.file_count ? "one PID or FILE, not several"
				   : "which process? give its PID, or a FILE");
		hint("Try 'heapflame top --help'.");
		args_release(&a);
		return EXIT_USAGE;
	}
	result = top(&a, once);
	args_release(&a);
	return result < 0 ? EXIT_FAILED : EXIT_DONE;
}
