/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap_v2 file for jeprof. Its interval is 1, at which readers still multiply
 * each pair n, s by 1 / (1 - exp(-s / n)): that is undone here, and what
 * rounding to integers adds or takes is carried on to the next stack. Where the
 * modules lay is not in a profile, so each gets 4 GiB of a made-up address
 * space; offsets into the file, which is all that readers make of an address,
 * stay what they were.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "err.h"
#include "write.h"

/* Where nothing of a Linux process lies, so that JIT code keeps its place. */
#define BASE	   UINT64_C(0x100000000000)
#define MODULE_GAP UINT64_C(0x100000000)
#define PAGE	   UINT64_C(0x1000)

/* One side of a line: inuse or alloc. */
struct pair {
	double bytes, objects;
};

struct line {
	struct pair inuse, alloc;
};

/* What was written so far, against what should have been. */
struct carry {
	double n, s;
};

struct written {
	uint64_t n, s;
};

static uint64_t
address_of(const struct location *l)
{
	if (l->module == NONE)
		return l->offset;
	return BASE + l->module * MODULE_GAP + l->offset % MODULE_GAP;
}

static uint64_t
round_with(double x, double *carry)
{
	double rounded = round(x + *carry);

	rounded = fmin(fmax(rounded, 0), 9e18);
	*carry += x - rounded;
	return (uint64_t)rounded;
}

/* The raw pair that a reader scales to this one. */
static struct written
back_solve(struct pair p, struct carry *carry)
{
	double kept, s, n;
	struct written w = { 0 };

	if (!(p.objects > 0) || !(p.bytes > 0))
		return w;
	kept = -expm1(-p.bytes / p.objects);
	s = p.bytes * kept;
	n = p.objects * kept;
	w.n = round_with(n, &carry->n);
	w.s = round_with(s, &carry->s);
	/* Readers divide by n; bytes of no object would be lost. */
	if (w.n == 0 && w.s > 0) {
		w.n = 1;
		carry->n -= 1;
	}
	if (w.s == 0) {
		carry->n += (double)w.n;
		w.n = 0;
	}
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
	struct carry inuse = { 0 }, alloc = { 0 };

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
write_stack(FILE *out, const struct profile *p, const struct stack *stack)
{
	putc('@', out);
	/* Readers would add a stack of no address to the one before it. */
	if (stack->depth == 0)
		fputs(" 0x1", out);
	for (uint32_t i = 0; i < stack->depth; i++) {
		uint32_t l = p->stack_locations[stack->first + i];

		fprintf(out, " 0x%" PRIx64, address_of(&p->locations[l]));
	}
	putc('\n', out);
}

/* A path with a newline or a blank would be taken for something else. */
static void
write_path(FILE *out, const char *path)
{
	for (; *path; path++)
		putc(*path == '\n' || *path == '\r' ? '?' : *path, out);
}

static void
write_maps(FILE *out, const struct profile *p)
{
	uint64_t *end = xcalloc(p->module_count, sizeof *end);

	for (uint32_t i = 0; i < p->location_count; i++) {
		const struct location *l = &p->locations[i];
		uint64_t after = l->offset % MODULE_GAP + 1;

		if (l->module != NONE && after > end[l->module])
			end[l->module] = after;
	}
	fputs("\nMAPPED_LIBRARIES:\n", out);
	for (uint32_t i = 0; i < p->module_count; i++) {
		uint64_t start = BASE + i * MODULE_GAP;

		if (end[i] == 0)
			continue;
		fprintf(out, "%" PRIx64 "-%" PRIx64 " r-xp 00000000 00:00 0 ",
			start, start + (end[i] + PAGE - 1) / PAGE * PAGE);
		write_path(out, strtab_get(&p->strings, p->modules[i].path));
		putc('\n', out);
	}
	free(end);
}

int
write_heapv2(FILE *out, const struct profile *p)
{
	struct figures *f = figures_of(p);

	fputs("heap_v2/1\n", out);
	write_figures(out, &f[0]);
	for (uint32_t i = 0; i < p->stack_count; i++) {
		if (f[i + 1].inuse.n == 0 && f[i + 1].alloc.n == 0)
			continue;
		write_stack(out, p, &p->stacks[i]);
		write_figures(out, &f[i + 1]);
	}
	write_maps(out, p);
	free(f);
	return ferror(out) ? -1 : 0;
}
