/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded stacks, as stackcollapse-*.pl, inferno and our own convert write
 * them. Text that ends its lines in numbers is all that can be recognised, so
 * this reader is asked last.
 *
 * Made for files of hundreds of megabytes: a thread reads and splits lines
 * (folded_split.h), this one has the profile.
 */
#include "read_folded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ahead.h"
#include "annotation.h"
#include "err.h"
#include "folded_line.h"
#include "folded_split.h"
#include "read.h"
#include "read_budget.h"

#define FIRST_LINES 65536 /* bytes by which the columns are told */
#define BATCHES	    4

static const char *count_name;

void
read_folded_count(const char *name)
{
	count_name = name;
}

struct folded {
	struct profile *p;
	struct read_budget budget;
	uint32_t process;
	int metric, metric_before;
	bool two; /* columns */
	uint64_t good, bad; /* lines */
	uint32_t *locations; /* by number of a name; NONE: it found no room */
	size_t location_count, location_capacity;
	uint32_t *leaf_first;
	size_t leaf_first_capacity;
	size_t deepest; /* of all stacks that were added */
};

static uint32_t
add_name(struct folded *f, const unsigned char *bytes, size_t length)
{
	struct profile *p = f->p;
	char *name = xmalloc(length + 1);
	char letter = annotation_of_name((const char *)bytes, length);
	const char *module = annotation_module(letter);
	size_t n = letter ? length - ANNOTATION_LENGTH : length;
	struct function function = {
		.file = NONE, .module = NONE, .inlined = letter == 'i'
	};
	struct frame frame = { 0 };
	uint32_t id;

	for (size_t i = 0; i < n; i++)
		name[i] = bytes[i] ? (char)bytes[i] : '?';
	function.name = strtab_add_n(&p->strings, name, n);
	function.named = !(n > 1 && name[0] == '[' && name[n - 1] == ']');
	free(name);
	if (module)
		function.module = profile_module(p, module, NULL);
	frame.function = profile_function(p, function);
	id = profile_frame(p, frame);
	return profile_location_named(p, function.module, 0, &id, 1);
}

static void
add_names(struct folded *f, const struct folded_batch *b)
{
	for (size_t i = 0; i < b->name_count; i++) {
		const struct folded_name *n = &b->names[i];
		bool room = read_budget_allows(&f->budget, b->taken);

		GROW(f->locations, f->location_count, f->location_capacity);
		f->locations[f->location_count++] =
			room ? add_name(f, b->bytes + n->at, n->length) : NONE;
	}
}

/* Leaf first. False: one of its names found no room. */
static bool
find_locations(struct folded *f, const struct folded_batch *b,
	const struct folded_stack *s)
{
	size_t depth = s->depth;

	if (depth > f->leaf_first_capacity) {
		f->leaf_first_capacity = depth * 2;
		f->leaf_first = xrealloc(
			f->leaf_first, 2 * depth * sizeof *f->leaf_first);
	}
	for (size_t i = 0; i < depth; i++) {
		uint32_t location =
			f->locations[b->numbers[s->first + depth - 1 - i]];

		if (location == NONE)
			return false;
		f->leaf_first[i] = location;
	}
	return true;
}

/* NONE: it finds no room. */
static uint32_t
stack_of(struct folded *f, const struct folded_batch *b,
	const struct folded_stack *s)
{
	uint32_t room = read_budget_depth(&f->budget, b->taken);

	if (!s->known || (s->depth > room && s->depth > f->deepest) ||
		!find_locations(f, b, s))
		return NONE;
	if (room < s->depth || room == 0)
		return profile_find_stack(f->p, f->leaf_first, s->depth, false);
	if (s->depth > f->deepest)
		f->deepest = s->depth;
	return profile_stack(f->p, f->leaf_first, s->depth, false);
}

static void
add_stack(struct folded *f, const struct folded_batch *b,
	const struct folded_stack *s)
{
	uint32_t stack = stack_of(f, b, s);
	struct row *row;

	if (stack == NONE)
		stack = read_budget_other(&f->budget);
	row = profile_row(f->p, stack, f->process, NONE, NONE, NONE);
	row->v[f->metric].sum += s->count;
	if (f->two)
		row->v[f->metric_before].sum += s->before;
}

static bool
fill(void *split, void *batch)
{
	return folded_split_next(split, batch);
}

/* 0, or -1 after error(). */
static int
read_stacks(struct folded *f, struct source *s)
{
	struct folded_split split = { .source = s, .two = f->two };
	struct folded_batch batches[BATCHES] = { 0 }, *b;
	struct ahead *ahead;
	int status = 0;

	ahead = ahead_new(fill, &split, batches, sizeof *batches, BATCHES);
	while ((b = ahead_next(ahead))) {
		add_names(f, b);
		for (size_t i = 0; i < b->stack_count; i++)
			add_stack(f, b, &b->stacks[i]);
		f->good += b->good;
		f->bad += b->bad;
		status = b->status;
	}
	ahead_free(ahead);
	for (size_t i = 0; i < BATCHES; i++)
		folded_batch_release(&batches[i]);
	folded_split_release(&split);
	return status;
}

/* How many stacks there are among whole lines, and with how many counts. */
struct sample {
	uint64_t good, bad, two;
};

static struct sample
look(const unsigned char *at, const unsigned char *end)
{
	struct sample seen = { 0 };
	const unsigned char *stop;

	for (; at < end && (stop = memchr(at, '\n', (size_t)(end - at)));
		at = stop + 1) {
		struct folded_line l;
		enum folded_kind kind = folded_line_parse(&l, at, stop, false);

		seen.good += kind == FOLDED_STACK;
		seen.bad += kind == FOLDED_BAD;
		if (kind == FOLDED_STACK)
			seen.two += folded_line_parse(&l, l.stack,
					    l.stack + l.length,
					    false) == FOLDED_STACK;
	}
	return seen;
}

/* Of one long line only the beginning is there: does it look like a stack? */
static bool
is_long_stack(const struct input *in)
{
	for (size_t i = 0; i < in->length; i++)
		if (in->bytes[i] < ' ' && in->bytes[i] != '\t')
			return false;
	return memchr(in->bytes, ';', in->length) != NULL;
}

static bool
recognises(const struct input *in)
{
	const unsigned char *end = in->bytes + in->length;
	struct sample seen = look(in->bytes, end);
	struct folded_line l;

	if (seen.good + seen.bad > 0)
		return seen.good > 0 && seen.good >= seen.bad;
	if (in->length >= INPUT_START)
		return is_long_stack(in);
	return folded_line_parse(&l, in->bytes, end, false) == FOLDED_STACK;
}

/* By the first lines. 0, or -1 after error(). */
static int
find_columns(struct folded *f, struct source *s)
{
	struct sample seen;

	for (size_t want = FIRST_LINES;; want *= 2) {
		if (source_want(s, want) < 0)
			return -1;
		seen = look(s->at, s->end);
		if (seen.good > 0 || (size_t)(s->end - s->at) < want)
			break;
	}
	f->two = seen.good > 0 && seen.two == seen.good;
	return 0;
}

static int
add_metrics(struct folded *f, const char *file)
{
	const char *name = count_name ? count_name : "samples";
	char *before = xasprintf("%s_before", name);
	bool measure =
		strcmp(name, "bytes") == 0 || strcmp(name, "nanoseconds") == 0;
	const char *unit = measure ? name : "count";
	struct profile *p = f->p;

	f->metric = profile_foreign_metric(p, name, unit);
	if (f->two)
		f->metric_before = profile_foreign_metric(p, before, unit);
	free(before);
	if (f->metric < 0 || f->metric_before < 0)
		return error("'%s': no room for one more metric", file);
	p->processes[f->process].has[f->metric] = true;
	if (f->two)
		p->processes[f->process].has[f->metric_before] = true;
	if (p->usual_metric < 0) {
		p->usual_metric = f->metric;
		p->before_metric = f->two ? f->metric_before : -1;
	}
	return 0;
}

static int
read_all(struct folded *f, struct source *s)
{
	if (find_columns(f, s) < 0 || add_metrics(f, s->name) < 0 ||
		read_stacks(f, s) < 0)
		return -1;
	if (f->good == 0)
		return error("'%s' holds no line that is a stack and a count",
			s->name);
	if (f->bad > 0)
		warning("'%s': %" PRIu64 " line%s without a count ignored",
			s->name, f->bad, f->bad == 1 ? "" : "s");
	if (s->cut)
		warning("'%s' was cut off: only what stands before is shown",
			s->name);
	read_budget_end(&f->budget, s->name);
	return 0;
}

static int
stream(struct profile *p, struct source *s)
{
	struct folded f = { .p = p };
	int status;

	f.process = profile_process(p, read_foreign_process(p, s->name));
	read_budget_init(&f.budget, p);
	status = read_all(&f, s);
	free(f.locations);
	free(f.leaf_first);
	return status;
}

const struct reader reader_folded = {
	.format = "folded stacks",
	.recognises = recognises,
	.stream = stream,
};
