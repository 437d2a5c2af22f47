/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing stops at the first word that is no option: what follows belongs to
 * the program. So this does not use args.c, which takes files anywhere.
 */
#include "run_options.h"

#include <stdlib.h>

#include "err.h"

enum {
	OUTPUT = 'o',
	QUIET = 'q',
	LEAKS = 256,
	ERROR_EXITCODE,
	ALLOCATOR,
	EACH_PHASE
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
	if (o->leaks && (o->output || o->shim.value[SHIM_PREFIX]))
		return error("--leaks leaves no files: it takes no %s",
			o->output ? "-o" : "--prefix");
	if (o->leaks && o->each_phase)
		return error("--leaks and --each-phase exclude each other");
	if (o->output && o->shim.value[SHIM_PREFIX])
		return error("-o and --prefix exclude each other");
	return 0;
}

int
run_options_parse(struct run_options *o, int argc, char **argv)
{
	struct option longs[SHIM_OPTIONS + 7] = {
		[SHIM_OPTIONS] = { "output", required_argument, NULL, OUTPUT },
		{ "quiet", no_argument, NULL, QUIET },
		{ "leaks", no_argument, NULL, LEAKS },
		{ "error-exitcode", optional_argument, NULL, ERROR_EXITCODE },
		{ "allocator", required_argument, NULL, ALLOCATOR },
		{ "each-phase", required_argument, NULL, EACH_PHASE },
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
		if (found == OUTPUT)
			o->output = optarg;
		else if (found == QUIET)
			o->quiet = true;
		else if (found == LEAKS)
			o->leaks = true;
		else if (found == ALLOCATOR)
			o->allocator = optarg;
		else if (found == EACH_PHASE)
			o->each_phase = optarg;
		else if (found == ERROR_EXITCODE) {
			o->leak_code = parse_exit_code(optarg);
			if (o->leak_code < 0)
				return -1;
		} else if (shim_options_take(&o->shim, found, argc, argv) < 0) {
			return -1;
		}
	}
	o->argv = argv + optind;
	return check_combination(o, argc);
}

const char *
run_options_value(const struct run_options *o, enum shim_option which)
{
	const char *given = o->shim.value[which];

	return given ? given : getenv(shim_options_variable(which));
}
