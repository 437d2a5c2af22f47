/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exact figures of one stack (section 4 of docs/FORMAT.md): a row. Where
 * the format has no variance for a figure (peak objects, inherited blocks) it
 * is made of those beside it, and 0 whenever nothing was sampled.
 */
#include "heapv2.h"

/* Up to `most` values separated by commas; returns how many there were. */
static int
some_numbers(struct scan *s, double *to, int most)
{
	for (int i = 0; i < most; i++)
		if ((i > 0 && !scan_char(s, ',')) || !scan_number(s, &to[i]))
			return i;
	return most;
}

static bool
numbers(struct scan *s, double *to, int count)
{
	return some_numbers(s, to, count) == count;
}

static uint64_t
to_u64(double v)
{
	return v >= 0x1p64 ? UINT64_MAX : (uint64_t)v;
}

static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* Keys a, l and d: samples, bytes, objects and their variances. */
static bool
sampled(struct scan *s, uint64_t *samples, struct value *space,
	struct value *objects)
{
	double v[5];

	if (!numbers(s, v, 5))
		return false;
	*samples = to_u64(v[0]);
	*space = (struct value){ v[1], v[3] };
	*objects = (struct value){ v[2], v[4] };
	return true;
}

/* Keys p and q: bytes, objects, variance of bytes. */
static bool
at_peak(struct scan *s, struct value *space, struct value *objects)
{
	double v[3];

	if (!numbers(s, v, 3))
		return false;
	*space = (struct value){ v[0], v[2] };
	*objects = (struct value){ .sum = v[1] };
	return true;
}

static bool
inherited(struct scan *s, struct row *r, bool exact)
{
	double v[3];

	if (!numbers(s, v, 3))
		return false;
	r->inherited_space =
		(struct value){ v[1], exact ? 0 : ratio(v[1] * v[1], v[0]) };
	r->inherited_objects =
		(struct value){ v[2], exact ? 0 : ratio(v[2] * v[2], v[0]) };
	return true;
}

static bool
freed(struct scan *s, struct row *r)
{
	double v[3];

	if (!numbers(s, v, 3))
		return false;
	r->freed_objects = v[1];
	r->lifetime_ns = v[2];
	return true;
}

/*
 * Key m: bytes, objects, and their variances. The first version had none: they
 * are taken to vary as all that was allocated does.
 */
static bool
short_lived(struct scan *s, struct heapv2_stack *stack)
{
	struct row *r = &stack->row;
	double v[4] = { 0 };
	int n = some_numbers(s, v, 4);

	if (n != 2 && n != 4)
		return false;
	r->v[TEMP_SPACE] = (struct value){ v[0], v[2] };
	r->v[TEMP_OBJECTS] = (struct value){ v[1], v[3] };
	stack->temp_guessed = n == 2;
	return true;
}

static void
guess_temp(struct value *v)
{
	v[TEMP_SPACE].var = v[ALLOC_SPACE].var *
			    ratio(v[TEMP_SPACE].sum, v[ALLOC_SPACE].sum);
	v[TEMP_OBJECTS].var = v[ALLOC_OBJECTS].var *
			      ratio(v[TEMP_OBJECTS].sum, v[ALLOC_OBJECTS].sum);
}

static bool
reallocs(struct scan *s, struct row *r)
{
	return scan_u64(s, &r->reallocs);
}

static bool
pair(struct scan *s, uint64_t *a, uint64_t *b)
{
	return scan_u64(s, a) && scan_char(s, ',') && scan_u64(s, b);
}

/* Key x: letters; those of a later version are passed over. */
static bool
marks(struct scan *s, struct heapv2_stack *stack)
{
	for (; s->at < s->end; s->at++) {
		if (*s->at == 't')
			stack->truncated = true;
		else if (*s->at == 'f' || *s->at == 'b')
			stack->lost = (char)*s->at;
	}
	return true;
}

static bool
take_key(struct heapv2_stack *s, struct scan *v, char key, bool exact)
{
	struct row *r = &s->row;

	switch (key) {
	case 'e':
		return scan_u64(v, &s->epoch);
	case 'x':
		return marks(v, s);
	case 'a':
		return sampled(v, &r->samples, &r->v[ALLOC_SPACE],
			&r->v[ALLOC_OBJECTS]);
	case 'l':
		return sampled(v, &r->samples_live, &r->v[INUSE_SPACE],
			&r->v[INUSE_OBJECTS]);
	case 'p':
		return at_peak(v, &r->v[PEAK_SPACE], &r->v[PEAK_OBJECTS]);
	case 'q':
		return at_peak(v, &r->phase_peak_space, &r->phase_peak_objects);
	case 'd':
		return sampled(v, &r->samples_phase_end, &r->phase_end_space,
			&r->phase_end_objects);
	case 'i':
		return inherited(v, r, exact);
	case 'f':
		return freed(v, r);
	case 'm':
		return short_lived(v, s);
	case 'r':
		return reallocs(v, r);
	case 'z':
		return pair(v, &r->size_min, &r->size_max);
	case 't':
		return scan_u64(v, &s->numbers[HEAPV2_THREAD]);
	case 'b':
		return scan_u64(v, &s->numbers[HEAPV2_LABEL]);
	case 'h':
		return scan_u64(v, &s->numbers[HEAPV2_PHASE]);
	case 'o':
		return scan_u64(v, &s->part);
	case 'w':
		return pair(v, &r->first_ns, &r->last_ns);
	default:
		v->at = v->end; /* of a later version */
		return true;
	}
}

bool
heapv2_stack_line(struct heapv2_stack *s, struct scan line, bool exact)
{
	*s = (struct heapv2_stack){ 0 };
	if (!scan_u64(&line, &s->number))
		return false;
	while (scan_char(&line, ' ')) {
		struct scan word, value;

		if (!scan_word(&line, &word))
			continue;
		value = (struct scan){ word.at + 2, word.end };
		if (word.end - word.at < 2 || word.at[1] != '=')
			continue; /* of a later version */
		if (!take_key(s, &value, (char)word.at[0], exact) ||
			value.at != value.end)
			return false;
	}
	if (line.at != line.end)
		return false;
	if (s->temp_guessed)
		guess_temp(s->row.v);
	row_guess_objects_at_peak(&s->row);
	return true;
}
