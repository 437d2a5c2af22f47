/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup v2 and v1, from /proc/PID/cgroup. What a group may take is bounded by
 * those above it, too. In a container the path may begin above what is mounted
 * here: then the group's own files are those at the mount's root.
 */
#include "growth_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

/* Above it v1 means that there is none. */
#define NO_LIMIT 1e18

/* The files of one version. */
struct version {
	const char *mount, *limit, *usage, *cache;
};

static const struct version versions[] = {
	{ "/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file" },
	{ "/sys/fs/cgroup/unified", "memory.max", "memory.current",
		"inactive_file" },
	{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes",
		"memory.usage_in_bytes", "total_inactive_file" },
};

/* -1: there is no such file, or no number in it ("max"). */
static double
number_in(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name), text[64], *end;
	FILE *in = fopen(path, "re");
	double n = -1;

	free(path);
	if (!in)
		return -1;
	if (fgets(text, sizeof text, in)) {
		n = strtod(text, &end);
		if (end == text)
			n = -1;
	}
	fclose(in);
	return n;
}

static double
cache_in(const char *folder, const char *key)
{
	char *path = xasprintf("%s/memory.stat", folder), line[128];
	FILE *in = fopen(path, "re");
	size_t n = strlen(key);
	double bytes = 0;

	free(path);
	while (in && fgets(line, sizeof line, in))
		if (strncmp(line, key, n) == 0 && line[n] == ' ')
			bytes = strtod(line + n, NULL);
	if (in)
		fclose(in);
	return bytes;
}

static void
look_at(struct growth_limit *l, const struct version *v, const char *folder)
{
	double most = number_in(folder, v->limit);
	double used = number_in(folder, v->usage), left;

	if (most < 0 || most >= NO_LIMIT || used < 0)
		return;
	left = most - used + cache_in(folder, v->cache);
	if (l->what && left >= l->left)
		return;
	*l = (struct growth_limit){ "the cgroup limit", most, left };
}

/* The group and all above it, up to the mount. */
static void
look_at_all(struct growth_limit *l, const struct version *v, const char *path)
{
	char *folder = xasprintf("%s%s", v->mount, path);
	size_t root = strlen(v->mount);

	for (;;) {
		char *slash;

		look_at(l, v, folder);
		slash = strrchr(folder, '/');
		if (!slash || slash < folder + root)
			break;
		*slash = '\0';
	}
	free(folder);
}

void
growth_limit_of(struct growth_limit *l, int pid)
{
	char *path = xasprintf("/proc/%d/cgroup", pid), *line = NULL;
	FILE *in = fopen(path, "re");
	size_t capacity = 0;

	*l = (struct growth_limit){ .what = NULL };
	free(path);
	while (in && getline(&line, &capacity, in) > 0) {
		char *controllers = strchr(line, ':'), *group;

		line[strcspn(line, "\n")] = '\0';
		group = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!group || group[1] != '/' || strstr(group, ".."))
			continue;
		*group++ = '\0';
		if (controllers[1] == '\0') {
			look_at_all(l, &versions[0], group);
			look_at_all(l, &versions[1], group);
		} else if (strcmp(controllers + 1, "memory") == 0) {
			look_at_all(l, &versions[2], group);
		}
	}
	free(line);
	if (in)
		fclose(in);
}

void
growth_limit_said(struct growth_limit *l, const struct growth *g, double bytes)
{
	double used = 0;

	for (uint32_t i = 0; i < g->process_count; i++) {
		const struct growth_process *it = &g->processes[i];

		used += it->rss > 0 ? (double)it->rss : it->live;
	}
	*l = (struct growth_limit){ "the limit", bytes, bytes - used };
}
