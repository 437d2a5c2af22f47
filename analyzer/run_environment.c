/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was said on the command line wins over the environment, and that over
 * the defaults of `run`. Children inherit it: that is how they are followed.
 */
#include "run_environment.h"

#include <stdbool.h>
#include <stdlib.h>

#include "err.h"
#include "program.h"
#include "shim_path.h"

/* Unless it was given here or, for a mere default, in the environment. */
static void
set_default(const struct run_options *o, enum shim_option which,
	const char *value, bool over_environment)
{
	if (!o->shim.value[which])
		setenv(shim_options_variable(which), value, over_environment);
}

static void
set_options(const struct run_options *o, const char *prefix)
{
	if (o->leaks) {
		set_default(o, SHIM_SAMPLE, "1", true);
		set_default(o, SHIM_FOLLOW, "none", true);
		set_default(o, SHIM_MEMORY, "1G", true);
	}
	/* One folder holds what a whole tree of processes leaves. */
	set_default(o, SHIM_SAMPLE, "auto", false);
	set_default(o, SHIM_DUMP_KEEP, "10000", false);
	set_default(o, SHIM_DUMP_LIMIT, "4G", false);
	/* What a program that is stopped or killed leaves is its last dump. */
	set_default(o, SHIM_DUMP_SECONDS, "5", false);
	for (int i = 0; i < SHIM_OPTIONS; i++)
		if (o->shim.value[i])
			setenv(shim_options_variable(i), o->shim.value[i], 1);
	setenv(shim_options_variable(SHIM_PREFIX), prefix, 1);
	/* The shim leaves us more of the dead: we fetch them. */
	setenv("HEAPFLAME_RUN", "1", 1);
}

/* Puts the library before what is preloaded already. */
static int
preload(const char *library, const char *folder)
{
	const char *before = getenv("LD_PRELOAD");
	char *path = shim_path_preloadable(library, folder), *all;

	if (!path)
		return -1;
	all = before && *before ? xasprintf("%s:%s", path, before)
				: xstrdup(path);
	setenv("LD_PRELOAD", all, 1);
	free(all);
	free(path);
	return 0;
}

/* The shim first, else it sees nothing; the allocator is the next one then. */
static int
set_preload(const char *library, const char *allocator, const char *prefix)
{
	char *folder = xasprintf(
		"%.*s", (int)(program_base_name(prefix) - prefix - 1), prefix);
	int result = allocator ? preload(allocator, folder) : 0;

	if (result == 0)
		result = preload(library, folder);
	free(folder);
	return result;
}

int
run_environment_set(const struct run_options *o, const char *library,
	const struct run_allocator *a, const char *prefix)
{
	if (set_preload(library, a->library, prefix) < 0)
		return -1;
	set_options(o, prefix);
	run_allocator_environment(a, prefix);
	return 0;
}
