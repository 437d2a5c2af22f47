/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arrays of a profile and the hash tables over them. A table holds indices
 * only (plus 1; 0 is a free slot): the hash and the equality of two elements
 * are read off the arrays themselves, so that a row costs 14 bytes of table.
 */
#include "profile.h"
#include "err.h"
#include "profile_table.h"

#include <stdlib.h>
#include <string.h>

struct profile_index {
	struct table modules, locations, stacks, functions, frames, rows;
	struct table joined;
	uint32_t *firsts; /* of those joined: whose rows they are */
};

void
profile_init(struct profile *p)
{
	*p = (struct profile){
		.usual_metric = -1, .before_metric = -1, .no_module_why = NONE
	};
	p->index = xcalloc(1, sizeof *p->index);
}

void
profile_release(struct profile *p)
{
	struct profile_index *x = p->index;

	if (x != NULL) {
		table_release(&x->modules);
		table_release(&x->locations);
		table_release(&x->stacks);
		table_release(&x->functions);
		table_release(&x->frames);
		table_release(&x->rows);
		table_release(&x->joined);
		free(x->firsts);
	}
	free(x);
	strtab_release(&p->strings);
	free(p->modules);
	free(p->locations);
	free(p->frames);
	free(p->functions);
	free(p->stacks);
	free(p->stack_locations);
	free(p->location_frames);
	free(p->processes);
	free(p->losses);
	free(p->phases);
	free(p->history);
	free(p->live);
	free(p->rows);
	*p = (struct profile){ 0 };
}

void
profile_complete(struct profile *p)
{
	struct profile_index *x = p->index;

	table_release(&x->rows);
	table_release(&x->stacks);
	x->rows = x->stacks = (struct table){ 0 };
}

void
profile_forget_rows(struct profile *p)
{
	profile_complete(p);
	free(p->rows);
	free(p->stacks);
	free(p->stack_locations);
	p->rows = NULL;
	p->stacks = NULL;
	p->stack_locations = NULL;
	p->row_count = p->stack_count = p->stack_location_count = 0;
}

static uint64_t
hash_module(const struct module *m)
{
	return mix(mix(1, m->path), m->build_id);
}

static bool
module_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct module *m = key;

	return p->modules[i].path == m->path &&
	       p->modules[i].build_id == m->build_id;
}

uint32_t
profile_module(struct profile *p, const char *path, const char *build_id)
{
	struct module m = { .why = NONE, .facts = NONE };
	bool added;
	uint32_t i;

	m.path = strtab_add(&p->strings, path);
	m.build_id =
		build_id != NULL ? strtab_add(&p->strings, build_id) : NONE;
	i = table_find(&p->index->modules, p, module_equal, hash_module(&m), &m,
		&added);
	if (added) {
		GROW32(p->modules, p->module_count);
		p->modules[p->module_count++] = m;
	}
	return i;
}

/* A location, and its frames while it has no place of its own for them. */
struct location_key {
	struct location l;
	const uint32_t *frames; /* of named ones */
};

static uint64_t
hash_location(const struct location *l, const uint32_t *frames)
{
	uint64_t h = mix(mix(2, l->offset), l->module);

	for (uint32_t i = 0; l->named && i < l->depth; i++)
		h = mix(h, frames[i]);
	return h;
}

static bool
location_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct location_key *k = key;
	const struct location *a = &p->locations[i], *b = &k->l;

	if (a->offset != b->offset || a->module != b->module ||
		a->named != b->named)
		return false;
	return !a->named ||
	       (a->depth == b->depth &&
		       memcmp(p->location_frames + a->first, k->frames,
			       a->depth * sizeof *k->frames) == 0);
}

static uint32_t
find_location(struct profile *p, const struct location_key *key)
{
	struct location l = key->l;
	bool added;
	uint32_t i = table_find(&p->index->locations, p, location_equal,
		hash_location(&l, key->frames), key, &added);

	if (!added)
		return i;
	for (uint32_t d = 0; d < l.depth; d++) {
		GROW32(p->location_frames, p->location_frame_count);
		p->location_frames[p->location_frame_count++] = key->frames[d];
	}
	l.first = p->location_frame_count - l.depth;
	GROW32(p->locations, p->location_count);
	p->locations[p->location_count++] = l;
	return i;
}

uint32_t
profile_location(struct profile *p, uint32_t module, uint64_t offset)
{
	return find_location(
		p, &(struct location_key){
			   { .module = module, .offset = offset }, NULL });
}

uint32_t
profile_location_named(struct profile *p, uint32_t module, uint64_t offset,
	const uint32_t *frames, uint32_t depth)
{
	struct location l = { .module = module,
		.named = true,
		.offset = offset,
		.depth = depth };

	return find_location(p, &(struct location_key){ l, frames });
}

struct stack_key {
	const uint32_t *locations;
	uint32_t depth;
	bool truncated;
};

static uint64_t
hash_stack(const uint32_t *locations, uint32_t depth, bool truncated)
{
	uint64_t h = mix(3, (uint64_t)depth << 1 | truncated);

	if (depth % 2 == 1)
		h = mix(h, locations[--depth]);
	for (uint32_t i = 0; i < depth; i += 2)
		h = mix(h, (uint64_t)locations[i] << 32 | locations[i + 1]);
	return h;
}

static bool
stack_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct stack_key *k = key;
	const struct stack *s = &p->stacks[i];

	return s->depth == k->depth && s->truncated == k->truncated &&
	       (s->depth == 0 ||
		       memcmp(p->stack_locations + s->first, k->locations,
			       s->depth * sizeof *k->locations) == 0);
}

uint32_t
profile_stack(struct profile *p, const uint32_t *locations, uint32_t depth,
	bool truncated)
{
	struct stack_key key = { locations, depth, truncated };
	bool added;
	uint32_t i = table_find(&p->index->stacks, p, stack_equal,
		hash_stack(locations, depth, truncated), &key, &added);

	if (!added)
		return i;
	GROW32(p->stacks, p->stack_count);
	p->stacks[p->stack_count++] =
		(struct stack){ .first = p->stack_location_count,
			.depth = depth,
			.truncated = truncated };
	for (uint32_t d = 0, at = p->stack_location_count; d < depth;
		d++, at++) {
		GROW32(p->stack_locations, at);
		p->stack_locations[at] = locations[d];
	}
	p->stack_location_count += depth;
	return i;
}

uint32_t
profile_find_stack(const struct profile *p, const uint32_t *locations,
	uint32_t depth, bool truncated)
{
	struct stack_key key = { locations, depth, truncated };

	return table_look(&p->index->stacks, p, stack_equal,
		hash_stack(locations, depth, truncated), &key);
}

static uint64_t
hash_function(const struct function *f)
{
	return mix(mix(mix(4, f->name), f->file),
		(uint64_t)f->module << 2 | (uint64_t)f->named << 1 |
			f->inlined);
}

static bool
function_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct function *a = &p->functions[i], *b = key;

	return a->name == b->name && a->file == b->file &&
	       a->module == b->module && a->named == b->named &&
	       a->inlined == b->inlined;
}

uint32_t
profile_function(struct profile *p, struct function f)
{
	bool added;
	uint32_t i = table_find(&p->index->functions, p, function_equal,
		hash_function(&f), &f, &added);

	if (added) {
		GROW32(p->functions, p->function_count);
		p->functions[p->function_count++] = f;
	}
	return i;
}

static bool
frame_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct frame *f = key;

	return p->frames[i].function == f->function &&
	       p->frames[i].line == f->line;
}

uint32_t
profile_frame(struct profile *p, struct frame f)
{
	bool added;
	uint32_t i = table_find(&p->index->frames, p, frame_equal,
		mix(mix(5, f.function), f.line), &f, &added);

	if (added) {
		GROW32(p->frames, p->frame_count);
		p->frames[p->frame_count++] = f;
	}
	return i;
}

/* What two processes have in common whose rows may be one's. */
static uint64_t
hash_process(const struct process *it)
{
	uint64_t has = 0;

	for (int m = 0; m < METRICS; m++)
		has |= (uint64_t)it->has[m] << m;
	return mix(mix(mix(7, it->exe), it->ancestors), has);
}

static bool
joined_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct process *a = &p->processes[p->index->firsts[i]], *b = key;

	return a->exe == b->exe && a->ancestors == b->ancestors &&
	       memcmp(a->has, b->has, sizeof a->has) == 0;
}

void
profile_join(struct profile *p, uint32_t process)
{
	struct process *it = &p->processes[process];
	struct profile_index *x = p->index;
	uint32_t i, count = x->joined.used;
	bool added;

	it->rows_in = 0;
	if (!(p->sum & SUM_PROCESSES) || it->phases > 0 ||
		it->has[PEAK_SPACE] || it->rss_anonymous > 0 ||
		it->merged > 0 || it->threads_are_roots)
		return;
	i = table_find(
		&x->joined, p, joined_equal, hash_process(it), it, &added);
	if (added) {
		GROW32(x->firsts, count);
		x->firsts[i] = process;
	} else {
		it->rows_in = x->firsts[i] + 1;
	}
}

static uint64_t
hash_row(const struct row *r)
{
	return mix(mix(mix(6, (uint64_t)r->process << 32 | r->stack),
			   (uint64_t)r->thread << 32 | r->label),
		r->phase);
}

static bool
row_equal(const struct profile *p, uint32_t i, const void *key)
{
	const struct row *a = &p->rows[i], *b = key;

	return a->stack == b->stack && a->process == b->process &&
	       a->thread == b->thread && a->label == b->label &&
	       a->phase == b->phase;
}

/* What is not told apart. */
static struct row
row_key(const struct profile *p, struct row r)
{
	const struct process *it = &p->processes[r.process];

	if ((p->sum & SUM_PROCESSES) && it->rows_in > 0)
		r.process = it->rows_in - 1;
	if ((p->sum & SUM_THREADS) && !it->threads_are_roots)
		r.thread = NONE;
	return r;
}

bool
profile_has_row(const struct profile *p, const uint32_t *locations,
	uint32_t depth, bool truncated, struct row key)
{
	key = row_key(p, key);
	key.stack = profile_find_stack(p, locations, depth, truncated);
	return key.stack != NONE && table_look(&p->index->rows, p, row_equal,
					    hash_row(&key), &key) != NONE;
}

struct row *
profile_row(struct profile *p, uint32_t stack, uint32_t process,
	uint32_t thread, uint32_t label, uint32_t phase)
{
	struct row r = row_key(p, (struct row){ .stack = stack,
					  .process = process,
					  .thread = thread,
					  .label = label,
					  .phase = phase });
	bool added;
	uint32_t i = table_find(
		&p->index->rows, p, row_equal, hash_row(&r), &r, &added);

	if (added) {
		GROW32(p->rows, p->row_count);
		p->rows[p->row_count++] = r;
	}
	return &p->rows[i];
}

void
profile_clear(struct profile *p)
{
	table_release(&p->index->rows);
	table_release(&p->index->joined);
	p->index->rows = p->index->joined = (struct table){ 0 };
	p->row_count = 0;
	profile_restart(p);
}
