/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapflame env: what `run` sets, as text for a shell, a Dockerfile or a
 * systemd unit. Each has quoting rules of its own; a value that one of them
 * can't hold never gets here (shim_options.c takes no control characters).
 */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "shim_options.h"
#include "shim_path.h"

/* A line of text is a line here. */
/* clang-format off */
const char help_env[] =
	"usage: heapflame env [OPTION]...\n"
	"Print the settings that put the profiler into a program which something\n"
	"else starts. Options that are not given are not printed.\n"
	"\n"
	"  --format WHERE    shell: export lines; docker: ENV lines; systemd: a\n"
	"                    drop-in for a unit (default: shell)\n"
	"  --help            this text\n"
	"\n"
	"The profiler's own, as `heapflame run --help` explains them:\n"
	"  --sample SIZE     (default: 512K)\n"
	"  --depth N         (default: 128)\n"
	"  --unwind HOW      (default: cfi)\n"
	"  --follow WHICH    (default: all)\n"
	"  --active 0|1      (default: 1)\n"
	"  --dump-seconds N  (default: 60)\n"
	"  --dump-bytes SIZE (default: 0)\n"
	"  --dump-keep N     (default: 64)\n"
	"  --dump-limit SIZE (default: 256M)\n"
	"  --memory SIZE     (default: 64M)\n"
	"  --live PLACE      shm, a folder, 0 (default: shm)\n"
	"  --temp-ms N       (default: 10)\n"
	"  --prefix PATH     (default: heapflame.PROGRAM in the working directory)\n"
	"  --verbose [0|1]   (default: 0)\n"
	"\n"
	"  heapflame env --sample 64K >heap.env; . ./heap.env; ./server\n"
	"  heapflame env --format systemd >/etc/systemd/system/X.service.d/heap.conf\n";
/* clang-format on */

struct format {
	const char *name;
	const char *head; /* before the first line */
	/* One setting; `preload`: what is set already is kept, if it can be. */
	void (*print)(const char *variable, const char *value, bool preload);
	const char *tail;
};

/* 'it'\''s' */
static void
print_shell(const char *variable, const char *value, bool preload)
{
	printf("export %s='", variable);
	for (; *value; value++)
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	puts(preload ? "'\"${LD_PRELOAD:+:$LD_PRELOAD}\"" : "'");
}

/* In double quotes; a backslash before each of `special`. */
static void
print_quoted(const char *value, const char *special)
{
	for (; *value; value++) {
		if (strchr(special, *value))
			putchar('\\');
		putchar(*value);
	}
}

static void
print_docker(const char *variable, const char *value, bool preload)
{
	printf("ENV %s=\"", variable);
	print_quoted(value, "\\\"$");
	puts("\"");
}

static void
print_systemd(const char *variable, const char *value, bool preload)
{
	printf("Environment=\"%s=", variable);
	for (; *value; value++) {
		const char one[2] = { *value, '\0' };

		if (*value == '%') /* specifiers */
			putchar('%');
		print_quoted(one, "\\\"");
	}
	puts("\"");
}

static const struct format formats[] = {
	{ "shell", "", print_shell, "" },
	{ "docker",
		"# The library must be in the image at that path, built for a\n"
		"# C library no newer than the image's:\n"
		"#   COPY libheapflame.so <the path below>\n",
		print_docker,
		"# Dumps go to the working directory of the program, its live\n"
		"# state to /dev/shm, and both go with the container. With\n"
		"# HEAPFLAME_PREFIX and HEAPFLAME_LIVE on volumes (the second "
		"on\n"
		"# tmpfs or ext4) they outlive it.\n" },
	{ "systemd", "[Service]\n", print_systemd,
		"# A service starts in /, where root's dumps then lie; those "
		"of\n"
		"# others go to StateDirectory= if it is set, else to /tmp, "
		"which\n"
		"# PrivateTmp=yes empties when the service stops. With\n"
		"# DynamicUser=, PrivateTmp= or ProtectSystem= set this, too:\n"
		"#StateDirectory=%N\n"
		"# DynamicUser= and RemoveIPC= empty /dev/shm at each stop. "
		"What\n"
		"# a kill leaves is kept with --live /run/heap and\n"
		"#RuntimeDirectory=heap\n"
		"#RuntimeDirectoryPreserve=yes\n" },
};

static const struct format *
find_format(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	error("--format wants shell, docker or systemd, not '%s'", name);
	return NULL;
}

static int
parse(struct shim_settings *s, const struct format **format, int argc,
	char **argv)
{
	struct option longs[SHIM_OPTIONS + 2] = {
		[SHIM_OPTIONS] = { "format", required_argument, NULL, 'f' },
	};
	int found;

	*format = &formats[0];
	shim_options_getopt(longs);
	opterr = 0;
	optind = 0;
	while ((found = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (found == '?' || found == ':')
			return shim_options_complain(longs, found, argv);
		if (found == 'f')
			*format = find_format(optarg);
		else if (shim_options_take(s, found, argc, argv) < 0)
			return -1;
		if (!*format)
			return -1;
	}
	if (optind < argc)
		return error("unexpected word '%s'", argv[optind]);
	return 0;
}

/* The path to print. What is for elsewhere can't rely on a link in /tmp. */
static char *
library_for(const struct format *format)
{
	char *found = shim_path_find(), *path = NULL;

	if (!found)
		return NULL;
	if (format == &formats[0] || shim_path_is_plain(found)) {
		path = shim_path_preloadable(found, NULL);
	} else {
		error("LD_PRELOAD cannot hold '%s': a space, colon or '$' is "
		      "in it",
			found);
		hint("Install heapflame below a folder without them.");
	}
	free(found);
	return path;
}

int
cmd_env(int argc, char **argv)
{
	struct shim_settings s = { { 0 } };
	const struct format *format;
	char *library;

	if (parse(&s, &format, argc, argv) < 0) {
		hint("Try 'heapflame env --help'.");
		return EXIT_USAGE;
	}
	library = library_for(format);
	if (!library)
		return EXIT_FAILED;
	fputs(format->head, stdout);
	format->print("LD_PRELOAD", library, true);
	for (int i = 0; i < SHIM_OPTIONS; i++)
		if (s.value[i])
			format->print(
				shim_options_variable(i), s.value[i], false);
	fputs(format->tail, stdout);
	free(library);
	return EXIT_DONE;
}
