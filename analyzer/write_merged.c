/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file in which `heapflame run` keeps processes that it has merged: a dump
 * of ours at N = 1, whose `# s` lines say of which process they are. As in
 * write_heapv2.c each module lies alone in a made-up address space.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "write.h"

/* Where nothing of a Linux process lies, so that JIT code keeps its place. */
#define BASE	   UINT64_C(0x100000000000)
#define MODULE_GAP UINT64_C(0x100000000)

/* Numbers of the names that rows use: 0 is none. */
struct names {
	uint32_t *number; /* by string */
	uint32_t count;
};

struct writer {
	FILE *out;
	const struct profile *p;
	struct names threads, labels;
};

/* Text values of the head: percent-encoded; "-" is none. */
static void
put_text(FILE *out, const char *text)
{
	if (!*text)
		putc('-', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= 0x20 || c == 0x7f || c == '%')
			fprintf(out, "%%%02x", c);
		else
			putc(c, out);
	}
}

static void
put_string(struct writer *w, uint32_t id)
{
	put_text(w->out, id == NONE ? "" : strtab_get(&w->p->strings, id));
}

/* What reads back as that number: estimates are sums of binary fractions. */
static void
put_number(FILE *out, double v)
{
	char text[400];
	size_t n;

	if (!(v > 0)) {
		putc('0', out);
		return;
	}
	snprintf(text, sizeof text, "%.16f", v);
	n = strlen(text);
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	text[n] = '\0';
	fputs(text, out);
}

static void
put_numbers(FILE *out, const char *key, const double *v, int count)
{
	fprintf(out, " %s=", key);
	for (int i = 0; i < count; i++) {
		if (i > 0)
			putc(',', out);
		put_number(out, v[i]);
	}
}

static void
put_sampled(FILE *out, const char *key, uint64_t samples, const struct value *v)
{
	const double n[] = { (double)samples, v[0].sum, v[1].sum, v[0].var,
		v[1].var };

	if (samples > 0 || v[0].sum > 0 || v[1].sum > 0)
		put_numbers(out, key, n, 5);
}

static void
put_freed(FILE *out, const struct row *r)
{
	const double f[] = { r->freed_objects, r->freed_objects,
		r->lifetime_ns };
	const struct value *t = &r->v[TEMP_SPACE], *o = &r->v[TEMP_OBJECTS];
	const double m[] = { t->sum, o->sum, t->var, o->var };

	if (r->freed_objects > 0)
		put_numbers(out, "f", f, 3);
	if (o->sum > 0)
		put_numbers(out, "m", m, 4);
}

static uint32_t
name_number(const struct names *n, uint32_t id)
{
	return id == NONE ? 0 : n->number[id];
}

static void
put_figures(struct writer *w, const struct row *r)
{
	const struct value *p = &r->v[PEAK_SPACE];
	const double peak[] = { p[0].sum, p[1].sum, p[0].var };
	/* One sample stands for sum^2 / var where that is known. */
	const double inherited[] = { r->inherited_space.var > 0
					     ? r->inherited_space.sum *
						       r->inherited_space.sum /
						       r->inherited_space.var
					     : r->inherited_objects.sum,
		r->inherited_space.sum, r->inherited_objects.sum };
	uint32_t thread = name_number(&w->threads, r->thread);
	uint32_t label = name_number(&w->labels, r->label);

	if (thread)
		fprintf(w->out, " t=%" PRIu32, thread);
	if (label)
		fprintf(w->out, " b=%" PRIu32, label);
	put_sampled(w->out, "a", r->samples, &r->v[ALLOC_SPACE]);
	put_sampled(w->out, "l", r->samples_live, &r->v[INUSE_SPACE]);
	if (p[0].sum > 0 || p[1].sum > 0)
		put_numbers(w->out, "p", peak, 3);
	if (r->inherited_objects.sum > 0)
		put_numbers(w->out, "i", inherited, 3);
	put_freed(w->out, r);
	if (r->reallocs > 0)
		fprintf(w->out, " r=%" PRIu64, r->reallocs);
	if (r->size_max > 0)
		fprintf(w->out, " z=%" PRIu64 ",%" PRIu64, r->size_min,
			r->size_max);
}

static uint64_t
whole(double x)
{
	return (uint64_t)fmin(fmax(round(x), 0), 9e18);
}

static void
put_t_lines(FILE *out, const struct value live[2], const struct value alloc[2])
{
	for (int i = 0; i < 2; i++)
		fprintf(out,
			"  t%s: %" PRIu64 ": %" PRIu64 " [%" PRIu64 ": %" PRIu64
			"]\n",
			i == 0 ? "*" : "0", whole(live[1].sum),
			whole(live[0].sum), whole(alloc[1].sum),
			whole(alloc[0].sum));
}

/* How the reader calls stacks that have no address; 0: it has some. */
static char
why_no_address(const struct profile *p, const struct stack *s)
{
	const struct location *l = &p->locations[p->stack_locations[s->first]];
	const char *name;

	if (s->depth != 1 || l->module == NONE || l->offset != 0)
		return '\0';
	name = strtab_get(&p->strings, p->modules[l->module].path);
	return strcmp(name, "[stack table full]") == 0 ? 'f'
	       : strcmp(name, "[unwinder busy]") == 0  ? 'b'
	       : strcmp(name, "[no stack]") == 0       ? '-'
						       : '\0';
}

static void
put_row(struct writer *w, uint32_t number)
{
	const struct profile *p = w->p;
	const struct row *r = &p->rows[number];
	const struct stack *s = &p->stacks[r->stack];
	char why = s->depth > 0 ? why_no_address(p, s) : '-';

	putc('@', w->out);
	for (uint32_t i = 0; i < s->depth && !why; i++) {
		const struct location *l =
			&p->locations[p->stack_locations[s->first + i]];
		uint64_t at = l->offset;

		if (l->module != NONE)
			at = BASE + l->module * MODULE_GAP + at % MODULE_GAP;
		fprintf(w->out, " 0x%" PRIx64, at);
	}
	putc('\n', w->out);
	put_t_lines(w->out, &r->v[INUSE_SPACE], &r->v[ALLOC_SPACE]);
	fprintf(w->out, "# s %" PRIu32 " o=%" PRIu32, number + 1,
		r->process + 1);
	if (s->truncated || why == 'f' || why == 'b')
		fprintf(w->out, " x=%s%.1s", s->truncated ? "t" : "",
			why == 'f'   ? "f"
			: why == 'b' ? "b"
				     : "");
	put_figures(w, r);
	putc('\n', w->out);
}

static void
put_process(struct writer *w, uint32_t number)
{
	const struct process *it = &w->p->processes[number];

	fprintf(w->out,
		"# process %" PRIu32 " %" PRIu32 " %c %" PRIu64 " %" PRIu64
		" %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " ",
		number + 1, it->merged, it->state == PROCESS_KILLED ? 'k' : 'e',
		it->samples, it->interval_min, it->interval_max, it->temp_ms,
		it->start_ms, it->end_ms);
	put_string(w, it->exe);
	putc(' ', w->out);
	put_string(w, it->ancestors);
	for (uint32_t i = 0; i < it->losses; i++) {
		const struct loss *l = &w->p->losses[it->first_loss + i];

		putc(' ', w->out);
		put_string(w, l->cause);
		fprintf(w->out, " %" PRIu64, l->count);
	}
	putc('\n', w->out);
}

/* Each name as it is first met gets a number, and a line. */
static void
put_name(struct writer *w, struct names *n, char kind, uint32_t id)
{
	if (id == NONE || n->number[id] != 0 || n->count == 65535)
		return;
	n->number[id] = ++n->count;
	fprintf(w->out, "# name %c %" PRIu32 " ", kind, n->count);
	put_string(w, id);
	putc('\n', w->out);
}

static void
put_modules(struct writer *w)
{
	const struct profile *p = w->p;

	for (uint32_t i = 0; i < p->module_count; i++) {
		uint64_t start = BASE + i * MODULE_GAP;

		fprintf(w->out, "# module %" PRIu32 " 0 - ", i + 1);
		put_string(w, p->modules[i].build_id);
		putc(' ', w->out);
		put_string(w, p->modules[i].path);
		fprintf(w->out, " %" PRIx64 "-%" PRIx64 "@0\n", start,
			start + MODULE_GAP);
	}
}

static void
put_head(struct writer *w, const struct merged *m)
{
	const struct profile *p = w->p;
	int64_t start = INT64_MAX, end = 0;
	uint64_t most = 1;

	for (uint32_t i = 0; i < p->process_count; i++) {
		const struct process *it = &p->processes[i];

		start = it->start_ms < start ? it->start_ms : start;
		end = it->end_ms > end ? it->end_ms : end;
		most = it->interval_max > most ? it->interval_max : most;
	}
	fprintf(w->out,
		"# heapflame 1\n# id %s\n# boot -\n"
		"# time %" PRId64 " %" PRId64 " 0 0\n"
		"# reason f 0 0\n# interval 0 %" PRIu64 " 0\n",
		m->id, start, end, most);
	for (uint32_t i = 0; i < p->process_count; i++)
		put_process(w, i);
	for (size_t i = 0; i < m->was_count; i++)
		fprintf(w->out, "# was %s\n", m->was[i]);
	for (uint32_t i = 0; i < p->row_count; i++) {
		put_name(w, &w->threads, 't', p->rows[i].thread);
		put_name(w, &w->labels, 'l', p->rows[i].label);
	}
	put_modules(w);
}

/* What reads the maps only, as jeprof does. */
static void
put_maps(struct writer *w)
{
	const struct profile *p = w->p;

	fputs("# end\n\nMAPPED_LIBRARIES:\n", w->out);
	for (uint32_t i = 0; i < p->module_count; i++) {
		const char *path = strtab_get(&p->strings, p->modules[i].path);

		fprintf(w->out,
			"%" PRIx64 "-%" PRIx64 " r-xp 00000000 00:00 0 ",
			BASE + i * MODULE_GAP, BASE + (i + 1) * MODULE_GAP);
		for (; *path; path++)
			putc(*path == '\n' ? '?' : *path, w->out);
		putc('\n', w->out);
	}
}

int
write_merged(FILE *out, const struct merged *m)
{
	const struct profile *p = m->p;
	struct writer w = { .out = out, .p = p };
	struct value live[2] = { { 0 } }, alloc[2] = { { 0 } };

	w.threads.number =
		xcalloc(p->strings.count + 1, sizeof *w.threads.number);
	w.labels.number =
		xcalloc(p->strings.count + 1, sizeof *w.labels.number);
	for (uint32_t i = 0; i < p->row_count; i++)
		for (int k = 0; k < 2; k++) {
			live[k].sum += whole(p->rows[i].v[INUSE_SPACE + k].sum);
			alloc[k].sum +=
				whole(p->rows[i].v[ALLOC_SPACE + k].sum);
		}
	fputs("heap_v2/1\n", out);
	put_t_lines(out, live, alloc);
	put_head(&w, m);
	for (uint32_t i = 0; i < p->row_count; i++)
		put_row(&w, i);
	put_maps(&w);
	free(w.threads.number);
	free(w.labels.number);
	return ferror(out) ? -1 : 0;
}
