/* SPDX-License-Identifier: Apache-2.0 */
#include "pprof_places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "demangle.h"
#include "err.h"

/* A mapping that a location has asked for. */
struct pprof_segment {
	uint64_t start, limit, offset;
	uint32_t module; /* or NONE */
};

/* A function likewise. */
struct pprof_function {
	uint32_t name, file; /* strings of the profile */
	bool named, dropped;
};

/* What is to be known of a location without looking at it: flags. */
enum {
	DROP_WHOLE = 0x40, /* with all that it called */
	DROP_BELOW = 0x80, /* only that, and what was inlined into it */
	DROPPED = DROP_WHOLE | DROP_BELOW,
	FRAMES = 0x3f /* how many it has, if it brings them along */
};

int
pprof_places_init(struct pprof_places *s, struct pprof_file *f)
{
	s->f = f;
	s->segments = NULL;
	s->segment_count = s->segment_capacity = 0;
	s->functions = NULL;
	s->unnamed = 0;
	s->function_count = s->function_capacity = 0;
	s->flags = xcalloc((size_t)f->locations.count + 1, 1);
	return pprof_drop_init(&s->drop, f);
}

void
pprof_places_release(struct pprof_places *s)
{
	pprof_drop_release(&s->drop);
	free(s->segments);
	free(s->functions);
	free(s->flags);
}

/* Lower-case hex, as a GNU note is written; Go has ids of another kind. */
static bool
is_build_id(const char *id)
{
	size_t n = strspn(id, "0123456789abcdef");

	return n >= 8 && n % 2 == 0 && id[n] == '\0';
}

static uint32_t
module_of(struct pprof_file *f, uint64_t path, uint64_t id)
{
	struct profile *p = f->p;
	uint32_t path_id = pprof_string(f, path), id_id = pprof_string(f, id);
	char *name, *build_id;
	uint32_t module;

	if (path_id == NONE)
		return NONE;
	name = xstrdup(strtab_get(&p->strings, path_id));
	build_id = xstrdup(strtab_get(&p->strings, id_id));
	module = profile_module(
		p, name, is_build_id(build_id) ? build_id : NULL);
	free(name);
	free(build_id);
	return module;
}

/* A text that is not there is the sign of a file that was cut off. */
static bool
is_there(const struct pprof_file *f, int64_t string)
{
	return string == 0 || (uint64_t)string < f->string_count;
}

/* NULL after error(). Valid until the next one is made. */
static const struct pprof_segment *
segment_of(struct pprof_places *s, uint64_t id)
{
	static const struct pprof_segment nowhere = { .module = NONE };
	struct pprof_table *t = &s->f->mappings;
	uint32_t i = id == 0 ? NONE : pprof_find(t, id);
	const Perftools__Profiles__Mapping *m;
	struct wire bytes;

	if (i == NONE)
		return &nowhere;
	if (t->made[i] != NONE)
		return &s->segments[t->made[i]];
	bytes = pprof_message(s->f, t->at[i]);
	m = pprof_unpack(&s->f->memory,
		&perftools__profiles__mapping__descriptor, bytes);
	if (m == NULL) {
		pprof_complain(s->f, bytes.at, "a damaged mapping");
		return NULL;
	}
	if (!is_there(s->f, m->filename) || !is_there(s->f, m->build_id)) {
		pprof_complain(s->f, bytes.at,
			"a mapping whose name is not in the file");
		return NULL;
	}
	GROW(s->segments, s->segment_count, s->segment_capacity);
	t->made[i] = (uint32_t)s->segment_count;
	s->segments[s->segment_count] = (struct pprof_segment){ m->memory_start,
		m->memory_limit, m->file_offset, NONE };
	s->segments[s->segment_count].module =
		module_of(s->f, (uint64_t)m->filename, (uint64_t)m->build_id);
	return &s->segments[s->segment_count++];
}

/*
 * Files of unsymbolized addresses that somebody else found names for may hold
 * mangled ones. A name may grow so much that it is better left as it is.
 */
static uint32_t
readable_name(struct profile *p, uint32_t name)
{
	const char *text = strtab_get(&p->strings, name);
	char *copy, *plain;

	if (strncmp(text, "_Z", 2) != 0 && strncmp(text, "_R", 2) != 0)
		return name;
	copy = xstrdup(text);
	plain = demangle(copy);
	if (strlen(plain) <= 8 * strlen(copy))
		name = strtab_add(&p->strings, plain);
	free(plain);
	free(copy);
	return name;
}

/* "[prog+0x1234]", "[truncated]": words of ours that are no names. */
static bool
is_name(const char *text)
{
	size_t n = strlen(text);

	return n < 2 || text[0] != '[' || text[n - 1] != ']';
}

static struct pprof_function
make_function(
	struct pprof_places *s, const Perftools__Profiles__Function *message)
{
	struct profile *p = s->f->p;
	struct pprof_function f = {
		.file = pprof_string(s->f, (uint64_t)message->filename),
		.name = pprof_string(s->f, (uint64_t)message->name),
	};

	if (f.name == NONE)
		f.name = pprof_string(s->f, (uint64_t)message->system_name);
	if (f.name == NONE)
		return f;
	f.named = is_name(strtab_get(&p->strings, f.name));
	f.dropped =
		pprof_drop_matches(&s->drop, strtab_get(&p->strings, f.name));
	f.name = readable_name(p, f.name);
	return f;
}

/* -1 after error(); 0: there is none, or it has no name; 1. */
static int
function_of(struct pprof_places *s, uint64_t id, struct pprof_function *f)
{
	struct pprof_table *t = &s->f->functions;
	uint32_t i = id == 0 ? NONE : pprof_find(t, id);

	if (i == NONE)
		return 0;
	if (t->made[i] == NONE) {
		struct wire bytes = pprof_message(s->f, t->at[i]);
		const Perftools__Profiles__Function *message = pprof_unpack(
			&s->f->memory,
			&perftools__profiles__function__descriptor, bytes);

		if (message == NULL)
			return pprof_bad(s->f, bytes.at, "a damaged function");
		if (!is_there(s->f, message->name) ||
			!is_there(s->f, message->system_name) ||
			!is_there(s->f, message->filename))
			return pprof_bad(s->f, bytes.at,
				"a function whose name is not in the file");
		GROW(s->functions, s->function_count, s->function_capacity);
		s->functions[s->function_count] = make_function(s, message);
		t->made[i] = (uint32_t)s->function_count++;
	}
	*f = s->functions[t->made[i]];
	return f->name != NONE;
}

/* A location on its way into the profile. */
struct place {
	uint64_t mapping, address;
	/* Of its lines, the innermost inlined one first. */
	uint64_t functions[PPROF_INLINE_MAX];
	int64_t numbers[PPROF_INLINE_MAX];
	size_t lines;
	uint32_t module;
	uint64_t offset; /* of what returns to it, as in struct location */
};

/* A copy: what is unpacked next takes its memory. */
static int
unpack_place(struct pprof_places *s, size_t at, struct place *to)
{
	struct wire bytes = pprof_message(s->f, at);
	const Perftools__Profiles__Location *l = pprof_unpack(&s->f->memory,
		&perftools__profiles__location__descriptor, bytes);

	if (l == NULL)
		return pprof_bad(s->f, bytes.at, "a damaged location");
	to->mapping = l->mapping_id;
	to->address = l->address;
	to->lines = l->n_line < PPROF_INLINE_MAX ? l->n_line : PPROF_INLINE_MAX;
	for (size_t i = 0; i < to->lines; i++) {
		to->functions[i] = l->line[i]->function_id;
		to->numbers[i] = l->line[i]->line;
	}
	return 0;
}

/* pprof's addresses lie inside the call, ours one byte behind it. */
static int
find_module(struct pprof_places *s, struct place *place)
{
	const struct pprof_segment *m = segment_of(s, place->mapping);

	if (m == NULL)
		return -1;
	place->module = m->module;
	place->offset = place->address + 1;
	if (place->address >= m->start &&
		(m->limit == 0 || place->address < m->limit))
		place->offset += m->offset - m->start;
	else
		place->module = NONE;
	return 0;
}

/* -1 after error(), else how many of the lines have names: frames. */
static int
make_frames(struct pprof_places *s, const struct place *place,
	uint32_t frames[PPROF_INLINE_MAX], unsigned char *flags)
{
	struct profile *p = s->f->p;
	int n = 0, from = 0;

	for (size_t i = 0; i < place->lines; i++) {
		struct pprof_function f;
		struct function made = { .module = place->module };
		int64_t line = place->numbers[i];
		int status = function_of(s, place->functions[i], &f);

		if (status < 0)
			return -1;
		if (status == 0)
			continue;
		if (f.dropped) {
			bool last = i + 1 == place->lines;

			/* What it is inlined into stays. */
			*flags = last ? DROP_WHOLE : DROP_BELOW;
			from = last ? 0 : n + 1;
		}
		made.name = f.name;
		made.file = f.file;
		made.named = f.named;
		made.inlined = i + 1 < place->lines;
		frames[n++] = profile_frame(p,
			(struct frame){ .function = profile_function(p, made),
				.line = line > 0 && line < UINT32_MAX
						? (uint32_t)line
						: 0 });
	}
	memmove(frames, frames + from, (size_t)(n - from) * sizeof *frames);
	return n - from;
}

static uint32_t
unknown(struct profile *p)
{
	struct function f = { .file = NONE, .module = NONE };
	struct frame frame = { 0 };
	uint32_t i;

	f.name = strtab_add(&p->strings, "[unknown]");
	frame.function = profile_function(p, f);
	i = profile_frame(p, frame);
	return profile_location_named(p, NONE, 0, &i, 1);
}

/* Into made[i]. */
static int
make_location(struct pprof_places *s, uint32_t i)
{
	struct pprof_table *t = &s->f->locations;
	struct profile *p = s->f->p;
	uint32_t frames[PPROF_INLINE_MAX];
	struct place place;
	int depth;

	if (unpack_place(s, t->at[i], &place) < 0 || find_module(s, &place) < 0)
		return -1;
	depth = make_frames(s, &place, frames, &s->flags[i]);
	if (depth < 0)
		return -1;
	if (depth > 0)
		t->made[i] = profile_location_named(p, place.module,
			place.address == 0 ? 0 : place.offset, frames,
			(uint32_t)depth);
	else if (place.address == 0 && place.module == NONE)
		t->made[i] = unknown(p);
	else
		t->made[i] = profile_location(p, place.module, place.offset);
	s->unnamed += depth == 0;
	s->flags[i] |= (unsigned char)depth;
	return 0;
}

/*
 * As pprof does it: from the root on, and not before there was a frame that
 * stays, so that something is left.
 */
static void
drop_frames(struct pprof_places *s)
{
	bool stays = false;
	uint32_t from = 0;

	for (uint32_t i = s->depth; i > 0; i--) {
		if ((s->found[i - 1] & DROPPED) == 0) {
			stays = true;
		} else if (stays) {
			from = s->found[i - 1] & DROP_WHOLE ? i : i - 1;
			break;
		}
	}
	s->depth -= from;
	memmove(s->locations, s->locations + from,
		s->depth * sizeof *s->locations);
}

int
pprof_places_stack(struct pprof_places *s, const uint64_t *ids, size_t count,
	const unsigned char *at, bool may_be_new)
{
	struct pprof_table *t = &s->f->locations;

	s->depth = s->frames = 0;
	s->truncated = false;
	for (size_t k = 0; k < count; k++) {
		uint32_t i = pprof_find(t, ids[k]);

		if (i == NONE)
			return pprof_bad(s->f, at,
				"a sample at location %" PRIu64
				", which is not in the file",
				ids[k]);
		if (t->made[i] == NONE && !may_be_new)
			return 1;
		if (t->made[i] == NONE && make_location(s, i) < 0)
			return -1;
		s->frames += (s->flags[i] & FRAMES) + 1u;
		if (s->frames > 2 * PPROF_DEPTH_MAX ||
			s->depth == PPROF_DEPTH_MAX) {
			s->truncated = true;
			break;
		}
		s->found[s->depth] = s->flags[i];
		s->locations[s->depth++] = t->made[i];
	}
	if (s->drop.active)
		drop_frames(s);
	return 0;
}
