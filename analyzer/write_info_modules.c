/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of `info` about names: a row a module. Two shares are shown: how
 * much of all frames lie in it, each frame counted as often as its stack was
 * sampled, and how many of those have a name; and how many samples go through
 * it. What is missing is said with what would help.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "facts.h"
#include "package.h"
#include "text.h"
#include "units.h"
#include "write.h"

#define INDENT "                        "

/* Frames in a module, each as often as it was sampled. */
struct usage {
	double frames, named;
	uint64_t samples;
	uint32_t last_row; /* that was counted in samples, plus 1 */
	uint32_t module; /* NONE: of no file */
	char *package; /* that its file is of, or NULL */
};

static uint64_t
weight(const struct row *r)
{
	if (r->samples > 0)
		return r->samples;
	return r->samples_live > 0 ? r->samples_live : 1;
}

static void
count_location(struct usage *u, const struct profile *p,
	const struct location *l, double times)
{
	for (uint32_t i = 0; i < l->depth; i++) {
		const struct frame *f =
			&p->frames[p->location_frames[l->first + i]];

		u->frames += times;
		if (p->functions[f->function].named)
			u->named += times;
	}
}

static void
count_row(struct usage *usage, const struct profile *p, uint32_t row)
{
	const struct row *r = &p->rows[row];
	const struct stack *s = &p->stacks[r->stack];

	for (uint32_t i = 0; i < s->depth; i++) {
		const struct location *l =
			&p->locations[p->stack_locations[s->first + i]];
		/* The one behind the last module is that of no file. */
		uint32_t at = l->module == NONE ? p->module_count : l->module;

		count_location(&usage[at], p, l, (double)weight(r));
		if (usage[at].last_row != row + 1)
			usage[at].samples += weight(r);
		usage[at].last_row = row + 1;
	}
}

static int
compare_usage(const void *x, const void *y)
{
	const struct usage *a = x, *b = y;

	if (a->frames != b->frames)
		return a->frames > b->frames ? -1 : 1;
	return a->module < b->module ? -1 : a->module > b->module;
}

static void
write_reason(FILE *out, const struct profile *p, uint32_t why)
{
	char *text;

	if (why == NONE)
		return;
	text = text_visible(strtab_get(&p->strings, why));
	fprintf(out, "\n%s%s", INDENT, text);
	free(text);
}

static void
write_visible(FILE *out, const char *name)
{
	char *text = text_visible(name);

	fputs(text, out);
	free(text);
}

/* What would name the functions of a file that has no debug information. */
static void
write_remedy(FILE *out, const struct profile *p, const struct usage *u)
{
	const struct module *m = &p->modules[u->module];
	const char *id = strtab_get(&p->strings, m->build_id), *server;
	char *told;

	if (m->why == NONE || m->build_id == NONE)
		return;
	if (u->package != NULL) {
		char *package = package_of_symbols(u->package);
		char *text = text_visible(package);

		fprintf(out, "\n%stry package %s", INDENT, text);
		free(text);
		free(package);
	} else if (!m->bare && !m->missing) {
		return; /* it has debug information */
	}
	/* A bundle tells of the machine that it was made on. */
	told = facts_value(strtab_get(&p->strings, m->facts), "debuginfod");
	server = told != NULL ? told : package_debuginfod();
	fprintf(out, "\n%stry --debuginfod with DEBUGINFOD_URLS=", INDENT);
	write_visible(out, server);
	fprintf(out, "\n%s  ", INDENT);
	write_visible(out, server);
	fprintf(out, "/buildid/%s/debuginfo", id);
	free(told);
}

static void
write_module(
	FILE *out, const struct profile *p, const struct usage *u, double all)
{
	const struct module *m =
		u->module == NONE ? NULL : &p->modules[u->module];
	char samples[UNITS_MAX], *path;

	if (u->frames <= 0)
		return;
	fprintf(out, "%8s %5.1f%% %5.1f%%  ",
		units_count(samples, (int64_t)u->samples),
		100 * u->frames / all, 100 * u->named / u->frames);
	if (!m) {
		fputs("code that is in no file", out);
		write_reason(out, p, p->no_module_why);
		putc('\n', out);
		return;
	}
	path = text_visible(strtab_get(&p->strings, m->path));
	fputs(path, out);
	free(path);
	if (m->build_id != NONE)
		fprintf(out, "  %s", strtab_get(&p->strings, m->build_id));
	write_reason(out, p, m->why);
	write_remedy(out, p, u);
	putc('\n', out);
}

/* Only of files that lie here as they were loaded. */
static bool
wants_package(const struct profile *p, const struct usage *u)
{
	return u->frames > 0 && u->module != NONE &&
	       p->modules[u->module].bare &&
	       p->modules[u->module].facts == NONE;
}

static void
find_packages(struct usage *usage, size_t n, const struct profile *p)
{
	struct package_file *files = xcalloc(n + 1, sizeof *files);
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (wants_package(p, &usage[i]))
			files[count++].path = strtab_get(
				&p->strings, p->modules[usage[i].module].path);
	packages_find(files, count);
	count = 0;
	for (size_t i = 0; i < n; i++)
		if (wants_package(p, &usage[i]))
			usage[i].package = files[count++].package;
		else if (usage[i].module != NONE)
			usage[i].package = facts_value(
				strtab_get(&p->strings,
					p->modules[usage[i].module].facts),
				"package");
	free(files);
}

void
write_info_modules(FILE *out, const struct profile *p)
{
	size_t n = (size_t)p->module_count + 1;
	struct usage *usage = xcalloc(n, sizeof *usage);
	double all = 0;

	for (uint32_t i = 0; i < p->module_count; i++)
		usage[i].module = i;
	usage[p->module_count].module = NONE;
	for (uint32_t i = 0; i < p->row_count; i++)
		count_row(usage, p, i);
	for (size_t i = 0; i < n; i++)
		all += usage[i].frames;
	qsort(usage, n, sizeof *usage, compare_usage);
	find_packages(usage, n, p);
	fputs(" samples frames  named  module, build-id\n", out);
	for (size_t i = 0; i < n; i++) {
		write_module(out, p, &usage[i], all);
		free(usage[i].package);
	}
	free(usage);
}
