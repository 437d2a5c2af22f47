/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded stacks, as stackcollapse-*.pl, inferno and our own convert write
 * them. Text that ends its lines in numbers is all that can be recognised, so
 * this reader is asked last.
 *
 * Made for files of hundreds of megabytes: a name is looked up by its bytes
 * alone (name_cache.h), and what a line has in common with the one before it
 * is not looked at again.
 */
#include "read_folded.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "annotation.h"
#include "err.h"
#include "folded_line.h"
#include "name_cache.h"
#include "read.h"
#include "read_budget.h"

#define FIRST_LINES 65536 /* bytes by which the columns are told */
#define AHEAD	    6 /* names */

static const char *count_name;

void
read_folded_count(const char *name)
{
	count_name = name;
}

struct folded {
	struct profile *p;
	struct source *s;
	struct read_budget budget;
	struct name_cache names; /* -> location */
	uint32_t process;
	bool two; /* columns */
	int metric, metric_before;
	uint64_t good, bad; /* lines */
	size_t scanned; /* bytes from s->at on that hold no newline */

	/* The stack of the line at hand, root first. */
	struct named {
		size_t end; /* of its name in the stack */
		uint32_t hash; /* of its name */
		uint32_t location;
	} * frames;
	size_t depth, capacity;
	uint32_t *leaf_first;
	size_t leaf_first_capacity;
	size_t deepest; /* of all stacks that were added */
	const unsigned char *last; /* the stack of the line before, or NULL */
	size_t last_length;
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

/* NONE if it is new and there is no room for more. */
static uint32_t
location_of(struct folded *f, const unsigned char *bytes, size_t length,
	uint32_t hash, bool may_add)
{
	uint32_t location = name_cache_find(&f->names, bytes, length, hash);

	if (location == NAME_UNKNOWN && may_add) {
		location = add_name(f, bytes, length);
		name_cache_add(&f->names, bytes, length, hash, location);
	}
	return location == NAME_UNKNOWN ? NONE : location;
}

/* How many bytes two stacks have in common. */
static size_t
common(const unsigned char *a, const unsigned char *b, size_t most)
{
	size_t i = 0;
	uint64_t x, y;

	for (; i + 8 <= most; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			break;
	}
	while (i < most && a[i] == b[i])
		i++;
	return i;
}

/* The frames that the line before has, too, each with the `;` behind it. */
static size_t
shared_frames(const struct folded *f, const struct folded_line *l)
{
	size_t most = l->length < f->last_length ? l->length : f->last_length;
	size_t same, n = 0, high = f->depth;

	if (f->last == NULL)
		return 0;
	same = common(f->last, l->stack, most);
	while (n < high) {
		size_t middle = n + (high - n) / 2;

		if (f->frames[middle].end < same)
			n = middle + 1;
		else
			high = middle;
	}
	return n;
}

/*
 * Where the names from `depth` on end, and their hashes. False: it is deeper
 * than `most`.
 */
static bool
split(struct folded *f, const struct folded_line *l, size_t most)
{
	size_t at = f->depth > 0 ? f->frames[f->depth - 1].end + 1 : 0;

	while (at <= l->length && l->length > 0) {
		const unsigned char *name = l->stack + at;
		const unsigned char *stop = memchr(name, ';', l->length - at);
		size_t length = stop ? (size_t)(stop - name) : l->length - at;
		uint32_t hash = name_hash(name, length);

		if (f->depth >= most)
			return false;
		name_cache_fetch(&f->names, hash);
		GROW(f->frames, f->depth, f->capacity);
		f->frames[f->depth++] =
			(struct named){ at + length, hash, NONE };
		at += length + 1;
	}
	return true;
}

/* False, where there is no room for so deep a stack or for its names. */
static bool
find_frames(struct folded *f, const struct folded_line *l, uint32_t room)
{
	size_t most = room > f->deepest ? room : f->deepest;
	size_t first = shared_frames(f, l), at;

	f->last = NULL;
	f->depth = first;
	if (!split(f, l, most))
		return false;
	at = first > 0 ? f->frames[first - 1].end + 1 : 0;
	for (size_t i = first; i < f->depth; i++) {
		struct named *n = &f->frames[i];

		if (i + AHEAD < f->depth)
			name_cache_fetch_bytes(&f->names, n[AHEAD].hash);
		n->location = location_of(
			f, l->stack + at, n->end - at, n->hash, room > 0);
		if (n->location == NONE)
			return false;
		at = n->end + 1;
	}
	f->last = l->stack;
	f->last_length = l->length;
	return true;
}

static uint32_t
stack_of(struct folded *f, bool may_add)
{
	uint32_t *leaf_first;
	size_t n = f->depth;

	if (n > f->leaf_first_capacity) {
		f->leaf_first_capacity = n * 2;
		f->leaf_first =
			xrealloc(f->leaf_first, 2 * n * sizeof *f->leaf_first);
	}
	leaf_first = f->leaf_first;
	for (size_t i = 0; i < n; i++)
		leaf_first[i] = f->frames[n - 1 - i].location;
	if (!may_add)
		return profile_find_stack(f->p, leaf_first, (uint32_t)n, false);
	if (n > f->deepest)
		f->deepest = n;
	return profile_stack(f->p, leaf_first, (uint32_t)n, false);
}

static void
add_stack(struct folded *f, const struct folded_line *l)
{
	uint32_t room = read_budget_depth(&f->budget, f->s->taken);
	uint32_t stack = NONE;
	struct row *row;

	if (find_frames(f, l, room))
		stack = stack_of(f, room > 0);
	if (stack == NONE)
		stack = read_budget_other(&f->budget);
	row = profile_row(f->p, stack, f->process, NONE, NONE, NONE);
	row->v[f->metric].sum += l->count;
	if (f->two)
		row->v[f->metric_before].sum += l->before;
}

static void
take_line(struct folded *f, const unsigned char *at, const unsigned char *end)
{
	struct folded_line l;

	switch (folded_line_parse(&l, at, end, f->two)) {
	case FOLDED_NONE:
		return;
	case FOLDED_BAD:
		f->bad++;
		return;
	case FOLDED_STACK:
		break;
	}
	f->good++;
	if (l.count > 0 || l.before > 0)
		add_stack(f, &l);
}

/* Those that are there as a whole. */
static void
take_lines(struct folded *f)
{
	struct source *s = f->s;
	const unsigned char *end;

	for (;;) {
		size_t left = (size_t)(s->end - s->at) - f->scanned;

		end = memchr(s->at + f->scanned, '\n', left);
		if (end == NULL)
			break;
		take_line(f, s->at, end);
		s->at = end + 1;
		f->scanned = 0;
	}
	f->scanned = (size_t)(s->end - s->at);
	f->last = NULL; /* what is in the window moves */
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
find_columns(struct folded *f)
{
	struct sample seen;

	for (size_t want = FIRST_LINES;; want *= 2) {
		if (source_want(f->s, want) < 0)
			return -1;
		seen = look(f->s->at, f->s->end);
		if (seen.good > 0 || (size_t)(f->s->end - f->s->at) < want)
			break;
	}
	f->two = seen.good > 0 && seen.two == seen.good;
	return 0;
}

static int
add_metrics(struct folded *f)
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
		return error("'%s': no room for one more metric", f->s->name);
	p->processes[f->process].has[f->metric] = true;
	if (f->two)
		p->processes[f->process].has[f->metric_before] = true;
	if (p->usual_metric < 0)
		p->usual_metric = f->metric;
	return 0;
}

static int
read_all(struct folded *f)
{
	int more;

	if (find_columns(f) < 0)
		return -1;
	if (add_metrics(f) < 0)
		return -1;
	do
		take_lines(f);
	while ((more = source_more(f->s)) > 0);
	if (more < 0)
		return -1;
	take_line(f, f->s->at, f->s->end);
	if (f->good == 0)
		return error("'%s' holds no line that is a stack and a count",
			f->s->name);
	if (f->bad > 0)
		warning("'%s': %" PRIu64 " line%s without a count ignored",
			f->s->name, f->bad, f->bad == 1 ? "" : "s");
	if (f->s->cut)
		warning("'%s' was cut off: only what stands before is shown",
			f->s->name);
	read_budget_end(&f->budget, f->s->name);
	return 0;
}

static int
stream(struct profile *p, struct source *s)
{
	struct folded f = { .p = p, .s = s };
	int status;

	f.process = profile_process(p, read_foreign_process(p, s->name));
	read_budget_init(&f.budget, p);
	status = read_all(&f);
	name_cache_release(&f.names);
	free(f.frames);
	free(f.leaf_first);
	return status;
}

const struct reader reader_folded = {
	.format = "folded stacks",
	.recognises = recognises,
	.stream = stream,
};
