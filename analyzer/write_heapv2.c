/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap_v2 file for jeprof. Its interval is 1, at which readers still multiply
 * each pair n, s by 1 / (1 - exp(-s / n)): that is undone here, and what
 * rounding to integers adds or takes is settled with the next stack. Where the
 * modules lay is not in a profile, so each gets 4 GiB of a made-up address
 * space; offsets into the file, which is all that readers make of an address,
 * stay what they were.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "write.h"
#include "write_dump.h"
#include "write_modules.h"

/* One side of a line: inuse or alloc. */
struct pair {
	double bytes, objects;
};

struct line {
	struct pair inuse, alloc;
};

struct written {
	uint64_t n, s;
};

static uint64_t
whole(double x)
{
	return (uint64_t)fmin(fmax(round(x), 0), 9e18);
}

/* What a reader makes of a pair of integers. */
static struct pair
scaled(struct written w)
{
	double n = (double)w.n, s = (double)w.s, factor;

	if (w.n == 0)
		return (struct pair){ 0 };
	factor = w.s > 0 ? -1 / expm1(-s / n) : 1;
	return (struct pair){ .bytes = s * factor, .objects = n * factor };
}

/*
 * The pair that a reader scales to p and to what earlier stacks owe; what this
 * one owes in turn is left in *owed.
 */
static struct written
back_solve(struct pair p, struct pair *owed)
{
	struct pair wanted = {
		.bytes = p.bytes + owed->bytes,
		.objects = p.objects + owed->objects,
	};
	struct written w = { 0 };
	struct pair got;

	if (!(p.objects > 0) || !(p.bytes > 0))
		return w;
	if (wanted.objects > 0 && wanted.bytes > 0) {
		double kept = -expm1(-wanted.bytes / wanted.objects);

		w.n = whole(wanted.objects * kept);
		w.s = whole(wanted.bytes * kept);
	}
	/* Readers divide by n, and nothing is no row. */
	if (w.s == 0)
		w.n = 0;
	else if (w.n == 0)
		w.n = 1;
	got = scaled(w);
	owed->bytes = wanted.bytes - got.bytes;
	owed->objects = wanted.objects - got.objects;
	return w;
}

/* Rows of several processes or threads are one line a stack. */
static struct line *
add_up(const struct profile *p)
{
	struct line *lines = xcalloc(p->stack_count, sizeof *lines);

	for (uint32_t i = 0; i < p->row_count; i++) {
		const struct row *r = &p->rows[i];
		struct line *line = &lines[r->stack];

		line->inuse.bytes += r->v[INUSE_SPACE].sum;
		line->inuse.objects += r->v[INUSE_OBJECTS].sum;
		line->alloc.bytes += r->v[ALLOC_SPACE].sum;
		line->alloc.objects += r->v[ALLOC_OBJECTS].sum;
	}
	return lines;
}

struct figures {
	struct written inuse, alloc;
};

static void
write_figures(FILE *out, const struct figures *f)
{
	for (int i = 0; i < 2; i++)
		fprintf(out,
			"  t%s: %" PRIu64 ": %" PRIu64 " [%" PRIu64 ": %" PRIu64
			"]\n",
			i == 0 ? "*" : "0", f->inuse.n, f->inuse.s, f->alloc.n,
			f->alloc.s);
}

static void
sum(struct written *into, const struct written *from)
{
	into->n += from->n;
	into->s += from->s;
}

/* The figures of every stack, and in front of them their sum. Caller frees. */
static struct figures *
figures_of(const struct profile *p)
{
	struct line *lines = add_up(p);
	struct figures *f = xcalloc((size_t)p->stack_count + 1, sizeof *f);
	struct pair inuse = { 0 }, alloc = { 0 };

	for (uint32_t i = 0; i < p->stack_count; i++) {
		f[i + 1].inuse = back_solve(lines[i].inuse, &inuse);
		f[i + 1].alloc = back_solve(lines[i].alloc, &alloc);
		sum(&f[0].inuse, &f[i + 1].inuse);
		sum(&f[0].alloc, &f[i + 1].alloc);
	}
	free(lines);
	return f;
}

static void
write_stack(FILE *out, const struct profile *p, const struct stack *stack,
	const uint64_t *starts)
{
	putc('@', out);
	/* Readers would add a stack of no address to the one before it. */
	if (stack->depth == 0)
		fputs(" 0x1", out);
	for (uint32_t i = 0; i < stack->depth; i++) {
		uint32_t l = p->stack_locations[stack->first + i];

		fprintf(out, " 0x%" PRIx64,
			modules_address(&p->locations[l], starts));
	}
	putc('\n', out);
}

/* A newline would begin a line of its own. */
static void
write_path(FILE *out, const char *path)
{
	for (; *path; path++)
		putc(*path == '\n' || *path == '\r' ? '?' : *path, out);
}

static void
write_maps(FILE *out, const struct profile *p, const uint32_t *order,
	const uint64_t *starts)
{
	uint64_t *end = modules_extents(p);

	fputs("\nMAPPED_LIBRARIES:\n", out);
	for (uint32_t i = 0; i < p->module_count; i++) {
		uint32_t m = order[i];

		if (end[m] == 0)
			continue;
		fprintf(out, "%" PRIx64 "-%" PRIx64 " r-xp 00000000 00:00 0 ",
			starts[m], starts[m] + end[m]);
		write_path(out, strtab_get(&p->strings, p->modules[m].path));
		putc('\n', out);
	}
	free(end);
}

int
write_heapv2(FILE *out, const struct profile *p)
{
	struct figures *f = figures_of(p);
	uint32_t *order = modules_order(p);
	uint64_t *starts = modules_place(p, order);

	fputs("heap_v2/1\n", out);
	write_figures(out, &f[0]);
	for (uint32_t i = 0; i < p->stack_count; i++) {
		if (f[i + 1].inuse.n == 0 && f[i + 1].alloc.n == 0)
			continue;
		write_stack(out, p, &p->stacks[i], starts);
		write_figures(out, &f[i + 1]);
	}
	write_maps(out, p, order, starts);
	free(starts);
	free(order);
	free(f);
	return ferror(out) ? -1 : 0;
}

static void
write_modules(FILE *out, const struct profile *p, const uint64_t *starts)
{
	uint64_t *end = modules_extents(p);

	for (uint32_t m = 0; m < p->module_count; m++)
		if (end[m] > 0)
			write_dump_module(
				out, p, m, starts[m], starts[m] + end[m]);
	free(end);
}

/* A stack's figures for jeprof stand at the first of its rows. */
int
write_dump(FILE *out, const struct profile *p, uint64_t sequence)
{
	static const struct figures none;
	struct figures *f = figures_of(p);
	uint32_t *order = modules_order(p);
	uint64_t *starts = modules_place(p, order);

	fputs("heap_v2/1\n", out);
	write_figures(out, &f[0]);
	write_dump_head(out, p, sequence);
	write_modules(out, p, starts);
	for (uint32_t i = 0; i < p->row_count; i++) {
		uint32_t stack = p->rows[i].stack;

		write_stack(out, p, &p->stacks[stack], starts);
		write_figures(out, &f[stack + 1]);
		f[stack + 1] = none;
		write_dump_row(out, p, i);
	}
	fputs("# end\n", out);
	write_maps(out, p, order, starts);
	free(starts);
	free(order);
	free(f);
	return ferror(out) ? -1 : 0;
}
