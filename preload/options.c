/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table: name, kind, default, unit and meaning of each option. It reads
 * the environment, checks, and prints itself; nothing else knows the names.
 */
#include "options.h"

#include <string.h>

#include "sampler.h"
#include "say.h"

struct hf_options hf_options;

enum kind { SIZE, COUNT, SWITCH, TEXT, SAMPLE, UNWIND };

struct option {
	const char *name;
	enum kind kind;
	const char *standard; /* the default, as the user would write it */
	uint64_t low, high; /* of SIZE and COUNT */
	void *value;
	const char *unit, *meaning;
};

#define O(field) &hf_options.field
#define DAY	 86400ULL

static const struct option table[] = {
	{ "SAMPLE", SAMPLE, "512K", 1, HF_INTERVAL_MAX, O(sample), "bytes",
		"mean distance of samples; auto; 1 = every allocation" },
	{ "PREFIX", TEXT, "", 0, 0, O(prefix), "path",
		"dumps are PREFIX.<pid>-<start>.<seq>.<kind>.heap" },
	{ "ACTIVE", SWITCH, "1", 0, 1, O(active), "",
		"0: preloaded, not sampling" },
	{ "DUMP_BYTES", SIZE, "0", 0, UINT64_MAX / 2, O(dump_bytes), "bytes",
		"a dump each time so much was allocated; 0 = off" },
	{ "DUMP_SECONDS", COUNT, "60", 0, 365 * DAY, O(dump_seconds), "s",
		"a dump as often, if there were samples; 0 = off" },
	{ "DUMP_KEEP", COUNT, "64", 3, 1000000, O(dump_keep), "files",
		"most dumps in the folder" },
	{ "DUMP_LIMIT", SIZE, "256M", 65536, UINT64_MAX / 2, O(dump_limit),
		"bytes", "most bytes of dumps in the folder" },
	{ "MEMORY", SIZE, "64M", 4 << 20, 4ULL << 30, O(memory), "bytes",
		"most memory for the profiler's tables" },
	{ "UNWIND", UNWIND, "cfi", 0, 0, O(unwind), "cfi, libunwind, fp",
		"how stacks are taken" },
	{ "DEPTH", COUNT, "128", 1, 512, O(depth), "frames",
		"most frames of a stack; the innermost are kept" },
	{ "FOLLOW", TEXT, "all", 0, 0, O(follow), "all, none, globs",
		"which children to profile, by base name, separated by "
		"commas" },
	{ "LIVE", TEXT, "shm", 0, 0, O(live), "shm, folder, 0",
		"where the live state is kept, which survives a kill; 0 = "
		"nowhere" },
	{ "TEMP_MS", COUNT, "10", 0, 86400000, O(temp_ms), "ms",
		"what is freed within it is short-lived" },
	{ "VERBOSE", SWITCH, "0", 0, 1, O(verbose), "",
		"say the options in force and each dump" },
	{ "SEED", COUNT, "0", 0, UINT64_MAX, O(seed), "",
		"repeatable sampling, for tests; 0 = random" },
};

#define OPTIONS (sizeof table / sizeof table[0])

static bool
parse_number(const char *text, uint64_t *out, const char **rest)
{
	uint64_t n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
			return false;
	*out = n;
	*rest = text;
	return true;
}

/* 512K, 1M, 2GiB, 4096B: powers of 1024, whatever the case. */
bool
hf_options_size(const char *text, uint64_t *out)
{
	static const char letters[] = "kmgt";
	const char *rest;
	uint64_t n;
	int shift = 0;

	if (!parse_number(text, &n, &rest))
		return false;
	for (int i = 0; letters[i] && *rest; i++)
		if ((*rest | 0x20) == letters[i])
			shift = 10 * (i + 1);
	if (shift) {
		rest++;
		if (*rest == 'i')
			rest++;
	}
	if ((*rest | 0x20) == 'b')
		rest++;
	if (*rest || (shift && n > (UINT64_MAX >> shift)))
		return false;
	*out = n << shift;
	return true;
}

static bool
set_size(const struct option *o, const char *text)
{
	uint64_t n;

	if (!hf_options_size(text, &n) || n < o->low || n > o->high)
		return false;
	*(uint64_t *)o->value = n;
	return true;
}

static bool
set_count(const struct option *o, const char *text)
{
	const char *rest;
	uint64_t n;

	if (!parse_number(text, &n, &rest) || *rest || n < o->low ||
		n > o->high)
		return false;
	*(uint64_t *)o->value = n;
	return true;
}

static bool
set_switch(const struct option *o, const char *text)
{
	if ((text[0] != '0' && text[0] != '1') || text[1])
		return false;
	*(bool *)o->value = text[0] == '1';
	return true;
}

static bool
set_text(const struct option *o, const char *text)
{
	size_t n = strlen(text);

	if (n >= HF_TEXT_MAX)
		return false;
	memcpy(o->value, text, n + 1);
	return true;
}

static bool
set_sample(const struct option *o, const char *text)
{
	if (strcmp(text, "auto") == 0) {
		hf_options.sample = 8192;
		hf_options.sample_auto = true;
		return true;
	}
	if (!set_size(o, text))
		return false;
	hf_options.sample_auto = false;
	return true;
}

static const char *const unwind_names[] = { "cfi", "libunwind", "fp" };

static bool
set_unwind(const char *text)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(text, unwind_names[i]) == 0) {
			hf_options.unwind = (enum hf_unwind)i;
			return true;
		}
	return false;
}

static bool
set(const struct option *o, const char *text)
{
	switch (o->kind) {
	case SIZE:
		return set_size(o, text);
	case COUNT:
		return set_count(o, text);
	case SWITCH:
		return set_switch(o, text);
	case TEXT:
		return set_text(o, text);
	case SAMPLE:
		return set_sample(o, text);
	case UNWIND:
		return set_unwind(text);
	}
	return false;
}

/* The text after "HEAPFLAME_<name>=" in the environment, or NULL. */
static const char *
given(char *const *environment, const char *name)
{
	static const char prefix[] = "HEAPFLAME_";
	size_t n = strlen(name);

	for (; *environment; environment++) {
		const char *e = *environment;

		if (strncmp(e, prefix, sizeof prefix - 1) == 0 &&
			strncmp(e + sizeof prefix - 1, name, n) == 0 &&
			e[sizeof prefix - 1 + n] == '=')
			return e + sizeof prefix + n;
	}
	return NULL;
}

static const char *
wanted(const struct option *o)
{
	switch (o->kind) {
	case SAMPLE:
		return "auto, nor a size";
	case SIZE:
		return "a size";
	case COUNT:
		return "a number";
	case SWITCH:
		return "0 or 1";
	default:
		return *o->unit ? o->unit : "short enough";
	}
}

/* A limit of the option, as the user would write it. */
static const char *
bound(const struct option *o, char buf[24], uint64_t n)
{
	static const char units[] = "KMGT";
	size_t unit = 0, end;

	while (o->kind != COUNT && n > 0 && n % 1024 == 0 && units[unit]) {
		n /= 1024;
		unit++;
	}
	end = strlen(hf_say_number(buf, n));
	if (unit > 0) {
		buf[end] = units[unit - 1];
		buf[end + 1] = '\0';
	}
	return buf;
}

static void
refuse(const struct option *o, const char *text)
{
	char low[24], high[24];
	bool ranged = o->kind == SAMPLE || o->kind == SIZE || o->kind == COUNT;

	hf_say("HEAPFLAME_", o->name, "='", text, "' is not ", wanted(o),
		ranged ? " from " : "", ranged ? bound(o, low, o->low) : "",
		ranged ? " to " : "", ranged ? bound(o, high, o->high) : "",
		", using ", *o->standard ? o->standard : "none", NULL);
}

void
hf_options_read(char *const *environment)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *o = &table[i];
		const char *text =
			environment ? given(environment, o->name) : NULL;

		set(o, o->standard);
		if (!text || !*text)
			continue;
		if (!set(o, text))
			refuse(o, text);
		else if (o->kind == SAMPLE)
			hf_options.sample_given = true;
	}
}

/* The value in force, in the shape that the user would give. */
static const char *
shown(const struct option *o, char buf[24])
{
	switch (o->kind) {
	case SAMPLE:
		if (hf_options.sample_auto)
			return "auto";
		/* fallthrough */
	case SIZE:
	case COUNT:
		return hf_say_number(buf, *(const uint64_t *)o->value);
	case SWITCH:
		return *(const bool *)o->value ? "1" : "0";
	case TEXT:
		return o->value;
	case UNWIND:
		return unwind_names[hf_options.unwind];
	}
	return "";
}

void
hf_options_print(void)
{
	char buf[24];

	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *o = &table[i];

		hf_say("  HEAPFLAME_", o->name, "=", shown(o, buf),
			*o->unit ? " [" : "", o->unit, *o->unit ? "]" : "",
			"  ", o->meaning, NULL);
	}
}
