/* SPDX-License-Identifier: Apache-2.0 */
/* The part of `info` about what the profile can't have seen. */
#include <stdlib.h>

#include "coverage.h"
#include "text.h"
#include "units.h"
#include "write.h"

#define IDLE_MAX 5 /* named; the others are counted */

static void
write_path(FILE *out, const struct profile *p, const struct coverage_file *f)
{
	char *path = text_visible(
		strtab_get(&p->strings, p->modules[f->module].path));

	fprintf(out, "'%s'", path);
	free(path);
}

/* " _rjem_malloc, mi_malloc" */
static void
write_prefixes(FILE *out, const struct allocator *a)
{
	for (int i = 0; i < a->prefixes; i++) {
		char *prefix = text_visible(a->prefix[i]);

		fprintf(out, "%s %smalloc", i ? "," : "", prefix);
		free(prefix);
	}
	if (a->prefixes == 0)
		fputs(" a jemalloc", out);
}

/* Of a jemalloc: what would make it speak. */
static void
write_remedy(FILE *out, const struct coverage *c, const struct allocator *a)
{
	char *conf;

	if (!a->jemalloc)
		return;
	if (!a->can_profile) {
		fputs(" (a jemalloc built without --enable-prof)", out);
		return;
	}
	conf = text_visible(a->conf);
	if (c->foreign)
		fputs(" (a jemalloc; dumps of its own are among these)", out);
	else
		fprintf(out,
			" (a jemalloc; 'heapflame run' has it profile "
			"itself by %s)",
			conf);
	free(conf);
}

static void
write_file(FILE *out, const struct coverage *c, const struct profile *p,
	const struct coverage_file *f)
{
	switch (f->kind) {
	case COVERAGE_MALLOC:
		fputs("malloc: of ", out);
		write_path(out, p, f);
		break;
	case COVERAGE_PROGRAM_MALLOC:
		fputs("unseen: ", out);
		write_path(out, p, f);
		fputs(f->allocator.malloc == MALLOC_EXPORTED
				? " brings a malloc of its own, for all"
				: " brings a malloc of its own, for itself",
			out);
		write_remedy(out, c, &f->allocator);
		break;
	case COVERAGE_OTHER_MALLOC:
		fputs("unseen: ", out);
		write_path(out, p, f);
		fputs(" has a malloc, too: what is bound to it "
		      "(RTLD_DEEPBIND, -Bsymbolic) bypasses the profiler",
			out);
		break;
	case COVERAGE_PREFIXED:
		fputs("unseen: ", out);
		write_path(out, p, f);
		fputs(" has an allocator of its own:", out);
		write_prefixes(out, &f->allocator);
		write_remedy(out, c, &f->allocator);
		break;
	case COVERAGE_IDLE:
		fputs("unseen? ", out);
		write_path(out, p, f);
		fputs(" was loaded later, calls malloc and is in no stack: "
		      "idle, or bound past the profiler (RTLD_DEEPBIND)",
			out);
		break;
	case COVERAGE_PLAIN:
		return;
	}
	putc('\n', out);
}

void
write_coverage(FILE *out, const struct profile *p)
{
	struct coverage c;
	char count[UNITS_MAX];
	uint32_t idle = 0;

	coverage_find(&c, p);
	for (uint32_t i = 0; i < c.count; i++) {
		if (c.files[i].kind == COVERAGE_IDLE && ++idle > IDLE_MAX)
			continue;
		write_file(out, &c, p, &c.files[i]);
	}
	if (idle > IDLE_MAX)
		fprintf(out, "unseen? %s more libraries like that\n",
			units_count(count, idle - IDLE_MAX));
	if (c.unknown > 0)
		fprintf(out,
			"unseen? %s file%s not looked into: not here, or "
			"not what was loaded\n",
			units_count(count, c.unknown),
			c.unknown == 1 ? "" : "s");
	coverage_release(&c);
}

void
write_coverage_share(
	FILE *out, const struct profile *p, uint32_t process, bool exact)
{
	const struct process *it = &p->processes[process];
	char live[UNITS_MAX], all[UNITS_MAX];
	double bytes;

	if (it->rss_anonymous == 0 || !it->has[INUSE_SPACE])
		return;
	bytes = coverage_live(p, process);
	fprintf(out,
		"  explained %.1f%% of anonymous memory: "
		"%s live, %s resident\n",
		100 * bytes / (double)it->rss_anonymous,
		units_bytes(live, (int64_t)(bytes + 0.5), exact),
		units_bytes(all, (int64_t)it->rss_anonymous, exact));
}
