/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing stops at the first word that is no option: what follows belongs to
 * the program. So this does not use args.c, which takes files anywhere.
 */
#include "run_options.h"

#include <stdlib.h>

#include "err.h"
#include "units.h"

enum {
	OUTPUT = 'o',
	QUIET = 'q',
	LEAKS = 256,
	ERROR_EXITCODE,
	ALLOCATOR,
	EACH_PHASE,
	SUPPRESSIONS,
	MIN_BYTES
};

static int
parse_exit_code(const char *text)
{
	char *end;
	long n;

	if (!text)
		return EXIT_CHECK;
	n = strtol(text, &end, 10);
	if (end == text || *end || n < 0 || n > 255)
		return error("--error-exitcode wants a number from 0 to 255, "
			     "not '%s'",
			text);
	return (int)n;
}

/* What only makes sense together, or not together. */
static int
check_combination(const struct run_options *o, int argc)
{
	if (optind >= argc)
		return error("no program to run");
	if (o->leak_code != RUN_NO_CODE && !o->leaks)
		return error("--error-exitcode needs --leaks");
	if ((o->suppressions || o->min_bytes > 0) && !o->leaks)
		return error("--%s needs --leaks",
			o->suppressions ? "suppressions" : "min-bytes");
	if (o->leaks && (o->output || o->shim.value[SHIM_PREFIX]))
		return error("--leaks leaves no files: it takes no %s",
			o->output ? "-o" : "--prefix");
	if (o->leaks && o->each_phase)
		return error("--leaks and --each-phase exclude each other");
	if (o->output && o->shim.value[SHIM_PREFIX])
		return error("-o and --prefix exclude each other");
	return 0;
}

static void
add_suppressions(struct run_options *o, const char *path)
{
	size_t n = 0;

	while (o->suppressions && o->suppressions[n])
		n++;
	o->suppressions =
		xrealloc(o->suppressions, (n + 2) * sizeof *o->suppressions);
	o->suppressions[n] = path;
	o->suppressions[n + 1] = NULL;
}

/* One of `run` itself. 0, or -1 after error(). */
static int
take_own(struct run_options *o, int found, const char *value)
{
	switch (found) {
	case OUTPUT:
		o->output = value;
		break;
	case QUIET:
		o->quiet = true;
		break;
	case LEAKS:
		o->leaks = true;
		break;
	case ALLOCATOR:
		o->allocator = value;
		break;
	case EACH_PHASE:
		o->each_phase = value;
		break;
	case SUPPRESSIONS:
		add_suppressions(o, value);
		break;
	case MIN_BYTES:
		o->min_bytes = units_parse_size(value);
		if (o->min_bytes < 0)
			return error(
				"--min-bytes wants a size, not '%s'", value);
		break;
	case ERROR_EXITCODE:
		o->leak_code = parse_exit_code(value);
		return o->leak_code < 0 ? -1 : 0;
	}
	return 0;
}

static bool
is_own(int found)
{
	return found == OUTPUT || found == QUIET ||
	       (found >= LEAKS && found <= MIN_BYTES);
}

int
run_options_parse(struct run_options *o, int argc, char **argv)
{
	struct option longs[SHIM_OPTIONS + 9] = {
		[SHIM_OPTIONS] = { "output", required_argument, NULL, OUTPUT },
		{ "quiet", no_argument, NULL, QUIET },
		{ "leaks", no_argument, NULL, LEAKS },
		{ "error-exitcode", optional_argument, NULL, ERROR_EXITCODE },
		{ "allocator", required_argument, NULL, ALLOCATOR },
		{ "each-phase", required_argument, NULL, EACH_PHASE },
		{ "suppressions", required_argument, NULL, SUPPRESSIONS },
		{ "min-bytes", required_argument, NULL, MIN_BYTES },
	};
	int found;

	*o = (struct run_options){ .leak_code = RUN_NO_CODE };
	shim_options_getopt(longs);
	opterr = 0;
	optind = 0;
	/* "+": the program's own options are not ours. */
	while ((found = getopt_long(argc, argv, "+:o:q", longs, NULL)) != -1) {
		if (found == '?' || found == ':')
			return shim_options_complain(longs, found, argv);
		if ((is_own(found) ? take_own(o, found, optarg)
				   : shim_options_take(
					     &o->shim, found, argc, argv)) < 0)
			return -1;
	}
	o->argv = argv + optind;
	return check_combination(o, argc);
}

void
run_options_release(struct run_options *o)
{
	free(o->suppressions);
	o->suppressions = NULL;
}

const char *
run_options_value(const struct run_options *o, enum shim_option which)
{
	const char *given = o->shim.value[which];

	return given ? given : getenv(shim_options_variable(which));
}
