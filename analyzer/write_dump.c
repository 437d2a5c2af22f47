/* SPDX-License-Identifier: Apache-2.0 */
/* Names and phases are numbered by their place in the profile. */
#include "write_dump.h"

#include <inttypes.h>

/* Percent-encoded, so that it is one word of one line. */
static void
put_text(FILE *out, const char *s)
{
	putc(' ', out);
	if (*s == '\0')
		putc('-', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c <= 0x20 || c == 0x7f || c == '%')
			fprintf(out, "%%%02X", c);
		else
			putc(c, out);
	}
}

static void
put_string(FILE *out, const struct profile *p, const char *key, uint32_t id)
{
	if (id == NONE)
		return;
	fprintf(out, "# %s", key);
	put_text(out, strtab_get(&p->strings, id));
	putc('\n', out);
}

static void
put_known(FILE *out, uint64_t n)
{
	if (n == UINT64_MAX)
		fputs(" -", out);
	else
		fprintf(out, " %" PRIu64, n);
}

static uint64_t
samples_live(const struct profile *p)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		n += p->rows[i].samples_live;
	return n;
}

static void
put_peak(FILE *out, const struct profile *p)
{
	struct value bytes = { 0 }, objects = { 0 };

	for (uint32_t i = 0; i < p->row_count; i++) {
		bytes.sum += p->rows[i].v[PEAK_SPACE].sum;
		bytes.var += p->rows[i].v[PEAK_SPACE].var;
		objects.sum += p->rows[i].v[PEAK_OBJECTS].sum;
	}
	fprintf(out, "# peak %.0f %.3f %.12f 0\n", bytes.sum, objects.sum,
		bytes.var);
}

static void
put_memory(FILE *out, const struct process *s)
{
	if (s->rss > 0)
		fprintf(out,
			"# rss %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 " %" PRIu64 "\n",
			s->rss, s->rss_anonymous, s->rss_file, s->rss_shared,
			s->rss_peak, s->rss_stacks);
	fprintf(out, "# own %" PRIu64 "\n", s->own);
	if (s->temp_ms > 0)
		fprintf(out, "# temp %" PRIu64 "\n", s->temp_ms);
}

static void
put_phases(FILE *out, const struct profile *p, const struct process *s)
{
	for (uint32_t i = 0; i < s->phases; i++) {
		const struct phase *f = &p->phases[s->first_phase + i];

		fprintf(out, "# phase %u %" PRIu64, i + 1, f->start_ns);
		put_known(out, f->end_ns);
		fprintf(out, " %" PRIu64, f->peak_ns);
		put_text(out, strtab_get(&p->strings, f->name));
		putc('\n', out);
	}
	for (uint32_t i = 0; i < s->moments; i++) {
		const struct moment *m = &p->history[s->first_moment + i];

		fprintf(out,
			"# history %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			"\n",
			m->ns, m->live, m->allocated, m->rss);
	}
}

/* Each once, at the first row that has it: by the place of that row. */
static uint32_t
first_with(const struct profile *p, uint32_t row, bool label)
{
	uint32_t wanted = label ? p->rows[row].label : p->rows[row].thread;

	for (uint32_t i = 0; i < row; i++)
		if ((label ? p->rows[i].label : p->rows[i].thread) == wanted)
			return i;
	return row;
}

static void
put_name(FILE *out, const struct profile *p, uint32_t row, bool label)
{
	uint32_t name = label ? p->rows[row].label : p->rows[row].thread;

	if (name == NONE || first_with(p, row, label) != row)
		return;
	fprintf(out, "# name %c %u", label ? 'l' : 't', row + 1);
	put_text(out, strtab_get(&p->strings, name));
	putc('\n', out);
}

void
write_dump_head(FILE *out, const struct profile *p, uint64_t sequence)
{
	const struct process *s = &p->processes[0];

	fputs("# heapflame 1\n", out);
	put_string(out, p, "id", s->id);
	put_string(out, p, "boot", s->boot);
	put_string(out, p, "exe", s->exe);
	put_string(out, p, "parent", s->parent);
	put_string(out, p, "ancestors", s->ancestors);
	put_string(out, p, "nostate", s->no_state);
	fprintf(out, "# time %" PRId64 " %" PRId64 " 0 %" PRId64 "\n",
		s->start_ms, s->end_ms, (s->end_ms - s->start_ms) * 1000000);
	fprintf(out, "# reason m %" PRIu64 " %" PRIu64 "\n", sequence,
		sequence);
	fprintf(out, "# interval 0 %" PRIu64 " 0\n", s->interval_min);
	if (s->interval_max != s->interval_min)
		fprintf(out, "# interval 1 %" PRIu64 " 0\n", s->interval_max);
	fprintf(out, "# samples %" PRIu64 " %" PRIu64 " 0\n", s->samples,
		samples_live(p));
	if (s->has[PEAK_SPACE])
		put_peak(out, p);
	for (uint32_t i = 0; i < s->losses; i++) {
		const struct loss *l = &p->losses[s->first_loss + i];

		fprintf(out, "# lost %s %" PRIu64 "\n",
			strtab_get(&p->strings, l->cause), l->count);
	}
	put_memory(out, s);
	put_phases(out, p, s);
	for (uint32_t i = 0; i < p->row_count; i++) {
		put_name(out, p, i, false);
		put_name(out, p, i, true);
	}
}

void
write_dump_module(FILE *out, const struct profile *p, uint32_t module,
	uint64_t start, uint64_t end)
{
	const struct module *m = &p->modules[module];

	fprintf(out, "# module %u 0 -", module + 1);
	put_text(out, strtab_get(&p->strings, m->build_id));
	put_text(out, strtab_get(&p->strings, m->path));
	fprintf(out, " %" PRIx64 "-%" PRIx64 "@0\n", start, end);
}

static void
put_five(FILE *out, const char *key, uint64_t samples,
	const struct value *bytes, const struct value *objects)
{
	if (samples > 0)
		fprintf(out, " %s=%" PRIu64 ",%.3f,%.6f,%.12f,%.12f", key,
			samples, bytes->sum, objects->sum, bytes->var,
			objects->var);
}

static void
put_three(FILE *out, const char *key, const struct value *bytes,
	const struct value *objects)
{
	if (bytes->sum > 0 || objects->sum > 0)
		fprintf(out, " %s=%.3f,%.6f,%.12f", key, bytes->sum,
			objects->sum, bytes->var);
}

static void
put_key(FILE *out, const struct profile *p, uint32_t row)
{
	const struct row *r = &p->rows[row];

	if (p->stacks[r->stack].truncated)
		fputs(" x=t", out);
	if (r->thread != NONE)
		fprintf(out, " t=%u", first_with(p, row, false) + 1);
	if (r->label != NONE)
		fprintf(out, " b=%u", first_with(p, row, true) + 1);
	if (r->phase == NONE)
		return;
	fprintf(out, " h=%u", r->phase - p->processes[0].first_phase + 1);
	put_three(out, "q", &r->phase_peak_space, &r->phase_peak_objects);
	if (p->phases[r->phase].end_ns != PHASE_OPEN)
		put_five(out, "d", r->samples_phase_end, &r->phase_end_space,
			&r->phase_end_objects);
}

void
write_dump_row(FILE *out, const struct profile *p, uint32_t row)
{
	const struct row *r = &p->rows[row];
	const struct value *v = r->v;

	fprintf(out, "# s %u", row + 1);
	put_key(out, p, row);
	put_five(out, "a", r->samples, &v[ALLOC_SPACE], &v[ALLOC_OBJECTS]);
	put_five(out, "l", r->samples_live, &v[INUSE_SPACE], &v[INUSE_OBJECTS]);
	put_three(out, "p", &v[PEAK_SPACE], &v[PEAK_OBJECTS]);
	if (r->inherited_objects.sum > 0)
		fprintf(out, " i=1,%.3f,%.6f", r->inherited_space.sum,
			r->inherited_objects.sum);
	if (r->freed_objects > 0)
		fprintf(out, " f=%" PRIu64 ",%.6f,%.3f",
			r->samples - r->samples_live, r->freed_objects,
			r->lifetime_ns);
	if (v[TEMP_OBJECTS].sum > 0)
		fprintf(out, " m=%.3f,%.6f,%.12f,%.12f", v[TEMP_SPACE].sum,
			v[TEMP_OBJECTS].sum, v[TEMP_SPACE].var,
			v[TEMP_OBJECTS].var);
	if (r->reallocs > 0)
		fprintf(out, " r=%" PRIu64, r->reallocs);
	fprintf(out, " z=%" PRIu64 ",%" PRIu64 " w=%" PRIu64 ",%" PRIu64 "\n",
		r->size_min, r->size_max, r->first_ns, r->last_ns);
}
