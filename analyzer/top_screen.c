/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE_EXTENDED 1 /* wide characters */
#define _GNU_SOURCE	       /* wcwidth */
#include "top_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "err.h"

#define TAB    '\t'
#define WIDEST 1024

static SCREEN *screen;
static int stderr_was = -1;

static int
no_terminal(const char *why)
{
	const char *name = getenv("TERM");

	error("cannot draw on terminal '%s': %s", name ? name : "", why);
	hint("'heapflame top --once' prints the same as text.");
	return -1;
}

/* To a file without a name; where there is none, to nowhere. */
static void
catch_stderr(void)
{
	char path[] = "/tmp/heapflame-top-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC | O_APPEND);

	if (fd >= 0)
		unlink(path);
	else
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	fflush(stderr);
	stderr_was = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0) {
		dup2(fd, STDERR_FILENO);
		close(fd);
	}
}

int
top_screen_open(void)
{
	const char *cup;

	setlocale(LC_CTYPE, "");
	if (!isatty(STDIN_FILENO))
		return no_terminal("standard input is none");
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return no_terminal("it is not known here");
	cup = tigetstr("cup");
	if (!cup || cup == (const char *)-1) {
		endwin();
		delscreen(screen);
		screen = NULL;
		return no_terminal("it has no cursor that can be moved");
	}
	set_term(screen);
	raw(); /* Ctrl-C is a key: the terminal is left as it was found */
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	catch_stderr();
	return 0;
}

void
top_screen_close(void)
{
	char line[512];
	bool said;

	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	said = top_screen_said(line, sizeof line);
	dup2(stderr_was, STDERR_FILENO);
	close(stderr_was);
	if (said)
		fprintf(stderr, "%s\n", line);
}

bool
top_screen_said(char *line, size_t size)
{
	char text[4096], *start;
	off_t end;
	ssize_t n;

	fflush(stderr);
	end = lseek(STDERR_FILENO, 0, SEEK_END);
	if (end <= 0)
		return false;
	n = pread(STDERR_FILENO, text, sizeof text - 1,
		end > (off_t)sizeof text - 1 ? end - (off_t)sizeof text + 1
					     : 0);
	if (ftruncate(STDERR_FILENO, 0) < 0 || n <= 0)
		return false;
	text[n] = '\0';
	if (text[n - 1] == '\n')
		text[n - 1] = '\0';
	/* A hint follows its error: that is the one to show. */
	start = strstr(text, "heapflame: ");
	snprintf(line, size, "%s", start ? start : text);
	line[strcspn(line, "\n")] = '\0';
	return true;
}

void
top_screen_size(int *columns, int *rows)
{
	getmaxyx(stdscr, *rows, *columns);
}

bool
top_screen_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/*
 * As many characters as there are columns for; what the terminal's encoding has
 * not is a question mark.
 */
static int
widen(wchar_t *to, const char *text, int columns)
{
	mbstate_t state = { 0 };
	int n = 0, used = 0;

	while (*text && n < WIDEST - 1) {
		wchar_t c;
		size_t length = mbrtowc(&c, text, MB_CUR_MAX, &state);
		int width;

		if (length == 0 || length > 16) {
			memset(&state, 0, sizeof state);
			c = L'?';
			for (length = 1; (text[length] & 0xc0) == 0x80;)
				length++;
		}
		width = wcwidth(c);
		if (width < 0) {
			c = L'?';
			width = 1;
		}
		if (used + width > columns)
			break;
		used += width;
		to[n++] = c;
		text += length;
	}
	for (; used < columns && n < WIDEST - 1; used++)
		to[n++] = L' ';
	return n;
}

void
top_screen_put(void *unused, int y, enum top_style style, const char *text)
{
	static const attr_t attributes[] = { [TOP_PLAIN] = A_NORMAL,
		[TOP_BOLD] = A_BOLD,
		[TOP_TITLES] = A_BOLD | A_UNDERLINE,
		[TOP_CURSOR] = A_REVERSE,
		[TOP_DIM] = A_NORMAL };
	wchar_t wide[WIDEST];
	int columns, rows, n;

	(void)unused;
	top_screen_size(&columns, &rows);
	if (y < 0 || y >= rows)
		return;
	n = widen(wide, text, columns);
	attrset((int)attributes[style]);
	mvaddnwstr(y, 0, wide, n);
	attrset(A_NORMAL);
}

void
top_screen_show(void)
{
	refresh();
}

static int
key_of(wint_t code)
{
	switch (code) {
	case KEY_UP:
		return TOP_KEY_UP;
	case KEY_DOWN:
		return TOP_KEY_DOWN;
	case KEY_PPAGE:
		return TOP_KEY_PAGE_UP;
	case KEY_NPAGE:
		return TOP_KEY_PAGE_DOWN;
	case KEY_HOME:
		return TOP_KEY_HOME;
	case KEY_END:
		return TOP_KEY_END;
	case KEY_BACKSPACE:
		return TOP_KEY_ERASE;
	case KEY_ENTER:
		return '\n';
	case KEY_RESIZE:
		return TOP_KEY_RESIZED;
	default:
		return TOP_KEY_NONE;
	}
}

int
top_screen_key(int milliseconds)
{
	wint_t code;
	int got;

	timeout(milliseconds);
	errno = 0;
	got = get_wch(&code);
	if (got == KEY_CODE_YES)
		return key_of(code);
	if (got == OK)
		return code == '\r' ? '\n' : (int)code;
	/* A terminal that has hung up answers at once, for ever. */
	return errno == EIO || (errno == 0 && !isatty(STDIN_FILENO))
		       ? TOP_KEY_GONE
		       : TOP_KEY_NONE;
}
