/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jemalloc inside the program (Rust's _rjem_, redis' je_) is asked for dumps
 * by the variable that it reads; they stand beside the shim's own, which has
 * seen what libraries took from malloc, and all of them add up.
 */
#include "run_allocator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator_library.h"
#include "err.h"
#include "program.h"
#include "units.h"

/* Between what is cheap (2^19, jemalloc's own) and what shows detail. */
#define LG_AUTO 16
#define LG_MAX	40
#define STEM	".jemalloc"

/* The power of two that is nearest to --sample; jemalloc has no others. */
static int
lg_of_sample(const struct run_options *o)
{
	const char *text = run_options_value(o, SHIM_SAMPLE);
	int64_t n = text ? units_parse_size(text) : -1;
	int lg;

	if (o->leaks && !o->shim.value[SHIM_SAMPLE])
		return 0;
	if (n < 1)
		return LG_AUTO;
	lg = (int)lround(log2((double)n));
	return lg > LG_MAX ? LG_MAX : lg;
}

static bool
is_active(const struct run_options *o)
{
	const char *active = run_options_value(o, SHIM_ACTIVE);

	return !active || strcmp(active, "0") != 0;
}

/* "its own jemalloc (_rjem_)" */
static char *
name_of(const struct allocator *inside)
{
	const char *prefix = inside->jemalloc_prefix;

	return xasprintf("its own jemalloc%s%s%s", *prefix ? " (" : "", prefix,
		*prefix ? ")" : "");
}

static void
plan_jemalloc(struct run_allocator *a, const struct run_options *o)
{
	char *name, size[UNITS_MAX];

	if (!a->inside.jemalloc || !is_active(o))
		return;
	name = name_of(&a->inside);
	a->lg_sample = lg_of_sample(o);
	a->profiles_itself = a->inside.can_profile;
	if (!a->profiles_itself)
		warning("%s cannot be seen: it was built without --enable-prof",
			name);
	else if (o->quiet)
		;
	else if (a->lg_sample == 0)
		note("%s profiles itself, every allocation, by %s", name,
			a->inside.conf);
	else
		note("%s profiles itself, a sample every %s, by %s", name,
			units_bytes(size, INT64_C(1) << a->lg_sample, false),
			a->inside.conf);
	free(name);
}

int
run_allocator_plan(struct run_allocator *a, const struct run_options *o,
	const char *file, const char *shim)
{
	*a = (struct run_allocator){ 0 };
	if (o->allocator) {
		a->library = allocator_library_find(o->allocator, shim);
		if (!a->library)
			return -1;
	}
	if (!allocator_look(&a->inside, file))
		return 0; /* a script; its interpreter is not asked */
	if (a->library && a->inside.malloc != MALLOC_ELSEWHERE)
		warning("--allocator changes nothing: '%s' brings a malloc of "
			"its own",
			file);
	plan_jemalloc(a, o);
	return 0;
}

void
run_allocator_release(struct run_allocator *a)
{
	free(a->library);
	a->library = NULL;
}

/*
 * The last of equal options counts: the user's win over ours, but where the
 * dumps go must be known here.
 */
void
run_allocator_environment(const struct run_allocator *a, const char *prefix)
{
	const char *before;
	char *value;

	if (!a->profiles_itself)
		return;
	if (strchr(prefix, ',')) {
		warning("jemalloc cannot write to '%s': no commas in its "
			"options",
			prefix);
		return;
	}
	before = getenv(a->inside.conf);
	if (!before)
		before = "";
	value = xasprintf("prof:true,prof_active:true,prof_final:true,"
			  "prof_accum:true,lg_prof_sample:%d,%s%sprof_prefix:"
			  "%s" STEM,
		a->lg_sample, before, *before ? "," : "", prefix);
	setenv(a->inside.conf, value, 1);
	free(value);
}

/* The pid in ".../heapflame.jemalloc.4711.0.f.heap"; -1: not jemalloc's. */
static int
jemalloc_pid(const char *path)
{
	const char *at = strstr(program_base_name(path), STEM ".");
	char *end;
	long pid;

	if (!at)
		return -1;
	pid = strtol(at + sizeof STEM, &end, 10);
	return *end == '.' && pid > 0 ? (int)pid : -1;
}

void
run_allocator_keep_own(
	const struct run_allocator *a, struct folder_list *dumps, int pid)
{
	size_t kept = 0;

	if (!a->profiles_itself)
		return;
	for (size_t i = 0; i < dumps->count; i++) {
		int of = jemalloc_pid(dumps->paths[i]);

		if (of >= 0 && of != pid)
			free(dumps->paths[i]);
		else
			dumps->paths[kept++] = dumps->paths[i];
	}
	dumps->count = kept;
}

void
run_allocator_check(
	const struct run_allocator *a, const struct folder_list *dumps)
{
	char *name;

	if (!a->profiles_itself)
		return;
	for (size_t i = 0; i < dumps->count; i++)
		if (jemalloc_pid(dumps->paths[i]) >= 0)
			return;
	name = name_of(&a->inside);
	warning("%s left no profile: it writes one when exit() is called, and "
		"only if %s is heeded",
		name, a->inside.conf);
	free(name);
}
