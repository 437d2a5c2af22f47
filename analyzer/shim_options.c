/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table, with the limits that preload/options.c has: what passes here is
 * taken there as it is.
 */
#include "shim_options.h"

#include "err.h"
#include "units.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum kind { SIZE, COUNT, SWITCH, TEXT, SAMPLE, UNWIND };

struct row {
	const char *name; /* after the dashes */
	const char *variable;
	enum kind kind;
	int64_t low, high; /* of SIZE, COUNT and SAMPLE */
	const char *wanted; /* for the message */
};

#define KIB		1024LL
#define MIB		(1024 * KIB)
#define GIB		(1024 * MIB)
#define SECONDS_OF_YEAR (365LL * 86400)
#define TEXT_BYTES_MAX	1023 /* what the shim has room for */

static const struct row table[SHIM_OPTIONS] = {
	[SHIM_SAMPLE] = { "sample", "HEAPFLAME_SAMPLE", SAMPLE, 1, 1024 * GIB,
		"a size from 1 to 1024G, or auto" },
	[SHIM_PREFIX] = { "prefix", "HEAPFLAME_PREFIX", TEXT, 0, 0,
		"a path of at most 1023 bytes without control characters" },
	[SHIM_ACTIVE] = { "active", "HEAPFLAME_ACTIVE", SWITCH, 0, 1,
		"0 or 1" },
	[SHIM_DUMP_BYTES] = { "dump-bytes", "HEAPFLAME_DUMP_BYTES", SIZE, 0,
		INT64_MAX, "a size, or 0 for never" },
	[SHIM_DUMP_SECONDS] = { "dump-seconds", "HEAPFLAME_DUMP_SECONDS", COUNT,
		0, SECONDS_OF_YEAR, "seconds, or 0 for never" },
	[SHIM_DUMP_KEEP] = { "dump-keep", "HEAPFLAME_DUMP_KEEP", COUNT, 3,
		1000000, "a number from 3 to 1000000" },
	[SHIM_DUMP_LIMIT] = { "dump-limit", "HEAPFLAME_DUMP_LIMIT", SIZE,
		64 * KIB, INT64_MAX, "a size from 64K on" },
	[SHIM_MEMORY] = { "memory", "HEAPFLAME_MEMORY", SIZE, 4 * MIB, 4 * GIB,
		"a size from 4M to 4G" },
	[SHIM_UNWIND] = { "unwind", "HEAPFLAME_UNWIND", UNWIND, 0, 0,
		"cfi, libunwind or fp" },
	[SHIM_DEPTH] = { "depth", "HEAPFLAME_DEPTH", COUNT, 1, 512,
		"a number from 1 to 512" },
	[SHIM_FOLLOW] = { "follow", "HEAPFLAME_FOLLOW", TEXT, 0, 0,
		"all, none, or patterns separated by commas" },
	[SHIM_LIVE] = { "live", "HEAPFLAME_LIVE", TEXT, 0, 0,
		"shm, a folder, or 0" },
	[SHIM_TEMP_MS] = { "temp-ms", "HEAPFLAME_TEMP_MS", COUNT, 0, 86400000,
		"milliseconds, at most 86400000" },
	[SHIM_VERBOSE] = { "verbose", "HEAPFLAME_VERBOSE", SWITCH, 0, 1,
		"0 or 1" },
};

void
shim_options_getopt(struct option *out)
{
	for (int i = 0; i < SHIM_OPTIONS; i++)
		out[i] = (struct option){ .name = table[i].name,
			.has_arg = table[i].kind == SWITCH ? optional_argument
							   : required_argument,
			.val = SHIM_OPTION_VALUE + i };
}

const char *
shim_options_variable(enum shim_option o)
{
	return table[o].variable;
}

/* The shim takes 512KiB and 512KB for 512K; 4096B for 4096. -1: no size. */
static int64_t
parse_size(const char *text)
{
	char plain[32];
	size_t n = strlen(text);

	if (n >= sizeof plain)
		return -1;
	memcpy(plain, text, n + 1);
	if (n > 1 && (plain[n - 1] | 0x20) == 'b')
		plain[--n] = '\0';
	if (n > 2 && plain[n - 1] == 'i' && strchr("kKmMgGtT", plain[n - 2]))
		plain[--n] = '\0';
	return units_parse_size(plain);
}

/* Decimal digits alone; -1: anything else. */
static int64_t
parse_count(const char *text)
{
	char *end;
	long long n;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	n = strtoll(text, &end, 10);
	return *end || errno ? -1 : n;
}

static bool
is_within(const struct row *row, int64_t n)
{
	return n >= row->low && n <= row->high;
}

static bool
is_plain_text(const char *text)
{
	size_t n = 0;

	for (; text[n]; n++)
		if ((unsigned char)text[n] < ' ' || text[n] == 0x7f)
			return false;
	return n > 0 && n <= TEXT_BYTES_MAX;
}

static bool
is_valid(const struct row *row, const char *text)
{
	switch (row->kind) {
	case SAMPLE:
		if (strcmp(text, "auto") == 0)
			return true;
		return is_within(row, parse_size(text));
	case SIZE:
		return is_within(row, parse_size(text));
	case COUNT:
		return is_within(row, parse_count(text));
	case SWITCH:
		return strcmp(text, "0") == 0 || strcmp(text, "1") == 0;
	case TEXT:
		return is_plain_text(text);
	case UNWIND:
		return strcmp(text, "cfi") == 0 ||
		       strcmp(text, "libunwind") == 0 ||
		       strcmp(text, "fp") == 0;
	}
	return false;
}

/* The value of a switch that stands alone: the next word if it is one. */
static const char *
switch_value(int argc, char **argv)
{
	if (optind < argc && (strcmp(argv[optind], "0") == 0 ||
				     strcmp(argv[optind], "1") == 0))
		return argv[optind++];
	return "1";
}

int
shim_options_take(struct shim_settings *s, int returned, int argc, char **argv)
{
	int i = returned - SHIM_OPTION_VALUE;
	const struct row *row = &table[i];
	const char *text = optarg;

	if (row->kind == SWITCH && !text)
		text = switch_value(argc, argv);
	if (!is_valid(row, text))
		return error("--%s wants %s, not '%s'", row->name, row->wanted,
			text);
	s->value[i] = text;
	return 0;
}

int
shim_options_complain(const struct option *longs, int found, char **argv)
{
	while (longs->name && (longs->val != optopt || !optopt))
		longs++;
	if (longs->name && found == ':')
		return error("'--%s' wants a value", longs->name);
	if (longs->name)
		return error("'--%s' takes no value", longs->name);
	if (optopt)
		return error("unknown option '-%c'", optopt);
	return error("unknown option '%s'", argv[optind - 1]);
}
