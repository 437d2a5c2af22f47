/* SPDX-License-Identifier: Apache-2.0 */
#include "solve.h"

#include "counters.h"
#include "sampler.h"
#include "stacks.h"

struct hf_sums
hf_solve_sums(const struct hfs_sum *s)
{
	struct hf_sums copy = { atomic_load_explicit(
					&s->samples, memory_order_relaxed),
		atomic_load_explicit(&s->bytes, memory_order_relaxed),
		atomic_load_explicit(&s->objects, memory_order_relaxed),
		hf_counters_double(&s->var_bytes),
		hf_counters_double(&s->var_objects) };

	/* What is left of additions and subtractions of doubles. */
	if (copy.samples == 0)
		copy = (struct hf_sums){ 0 };
	return copy;
}

static void
add(struct hf_sums *to, struct hf_sums what)
{
	to->samples += what.samples;
	to->bytes += what.bytes;
	to->objects += what.objects;
	to->var_bytes += what.var_bytes;
	to->var_objects += what.var_objects;
}

void
hf_solve_totals(
	const struct hf_region *r, struct hf_sums *alloc, struct hf_sums *live)
{
	*alloc = *live = (struct hf_sums){ 0 };
	for (hfs_ref ref = hf_stacks_first(r); ref;) {
		const struct hfs_stack *s = hf_stacks_at(r, ref);

		add(alloc, hf_solve_sums(&s->alloc));
		add(live, hf_solve_sums(&s->live));
		ref = hf_stacks_after(r, ref);
	}
}

/* What jeprof makes of a line. */
static double
factor(const struct hf_solver *v, struct hf_solved line)
{
	return 1 /
	       hf_sampler_1mexp((double)line.s / (double)line.n / v->interval);
}

/*
 * docs/FORMAT.md section 2. n decides what small blocks add up to in bytes, s
 * only how many there seem to be; so n is chosen for the bytes, and then s for
 * the objects where blocks are small, for the bytes where they are large.
 */
struct hf_solved
hf_solve(struct hf_solver *v, const struct hf_sums *sum)
{
	double bytes = (double)sum->bytes / (1 << HF_BYTES_SHIFT);
	double objects = (double)sum->objects / (1 << HF_OBJECTS_SHIFT);
	struct hf_solved out = { 0, 0 };
	double size, n, s;

	if (sum->samples == 0)
		return out;
	if (v->interval <= 1) {
		out.n = (uint64_t)(objects + 0.5);
		out.s = (uint64_t)(bytes + 0.5);
		return out;
	}
	v->owed_bytes += bytes;
	v->owed_objects += objects;
	size = bytes / objects;
	if (size < 1) /* jeprof can't scale objects of no size */
		size = 1;
	n = v->owed_bytes * hf_sampler_1mexp(size / v->interval) / size;
	if (n < 0.5)
		return out;
	out.n = (uint64_t)(n + 0.5);
	s = (double)out.n * size;
	if (size < v->interval / 8 && v->owed_objects > 0)
		s = (double)out.n * (double)out.n * v->interval /
		    v->owed_objects;
	/* Never so far from the truth that a line misleads by itself. */
	if (s > 2 * (double)out.n * size)
		s = 2 * (double)out.n * size;
	if (s < (double)out.n * size / 2)
		s = (double)out.n * size / 2;
	out.s = (uint64_t)(s + 0.5);
	if (out.s == 0)
		out.s = 1;
	v->owed_bytes -= (double)out.s * factor(v, out);
	v->owed_objects -= (double)out.n * factor(v, out);
	return out;
}
