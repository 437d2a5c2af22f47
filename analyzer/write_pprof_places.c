/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module either has the names of all its locations or of none: readers take
 * one that has some for done. So where a file gave names, what has none in it
 * is called "[module+0x12]"; where it was not there, nothing is named, and
 * whoever has the file can look by the build-id and the offset.
 */
#include "write_pprof_places.h"

#include <stdlib.h>

#include "err.h"
#include "write_modules.h"

#define PAGE UINT64_C(0x1000)

void
pprof_out_places_init(struct pprof_out_places *s, const struct profile *p)
{
	*s = (struct pprof_out_places){ .p = p };
	s->of_location = xcalloc(p->location_count + 1, sizeof(uint32_t));
	s->of_frame = xcalloc(p->frame_count + 1, sizeof(uint32_t));
	s->of_function = xcalloc(p->function_count + 1, sizeof(uint32_t));
	s->functions = xcalloc(p->function_count + 1, sizeof(uint32_t));
	s->modules = xcalloc(p->module_count + 1, sizeof *s->modules);
	s->order = modules_order(p);
	s->starts = modules_place(p, s->order);
}

void
pprof_out_places_release(struct pprof_out_places *s)
{
	free(s->places);
	free(s->of_location);
	free(s->of_frame);
	free(s->of_function);
	free(s->functions);
	free(s->modules);
	free(s->order);
	free(s->starts);
}

static uint32_t
add(struct pprof_out_places *s, struct pprof_place place)
{
	GROW(s->places, s->place_count, s->place_capacity);
	s->places[s->place_count++] = place;
	return (uint32_t)s->place_count;
}

/* "[no stack]" and the like stand for no code, "[vdso]" does. */
static uint32_t
module_of(const struct profile *p, const struct location *l)
{
	if (l->module == NONE || l->offset > 0 ||
		*strtab_get(&p->strings, p->modules[l->module].path) != '[')
		return l->module;
	return NONE;
}

static void
learn(struct pprof_out_places *s, const struct location *l)
{
	const struct profile *p = s->p;
	uint32_t module = module_of(p, l);
	struct pprof_module *m = &s->modules[module];

	if (module == NONE)
		return;
	if (!m->used || l->offset < m->low)
		m->low = l->offset;
	if (l->offset > m->high)
		m->high = l->offset;
	m->used = true;
	for (uint32_t i = 0; i < l->depth; i++) {
		const struct frame *frame =
			&p->frames[p->location_frames[l->first + i]];
		const struct function *f = &p->functions[frame->function];

		m->functions |= f->named;
		m->files |= f->file != NONE;
		m->lines |= frame->line > 0;
		m->inlined |= f->inlined;
	}
}

uint64_t
pprof_out_location(struct pprof_out_places *s, uint32_t location)
{
	if (s->of_location[location] == 0) {
		s->of_location[location] =
			add(s, (struct pprof_place){ false, location });
		learn(s, &s->p->locations[location]);
	}
	return s->of_location[location];
}

uint64_t
pprof_out_frame(struct pprof_out_places *s, uint32_t frame)
{
	if (s->of_frame[frame] == 0)
		s->of_frame[frame] =
			add(s, (struct pprof_place){ true, frame });
	return s->of_frame[frame];
}

static void
write_mapping(struct pprof_out_places *s, struct pprof_out *o, uint32_t module)
{
	const struct profile *p = s->p;
	const struct module *of = &p->modules[module];
	const struct pprof_module *m = &s->modules[module];
	Perftools__Profiles__Mapping out = PERFTOOLS__PROFILES__MAPPING__INIT;
	/* From the page of its first code on, as it is mapped: readers tell
	   by that which segment of the file it is. */
	uint64_t low = m->low > 0 ? (m->low - 1) / PAGE * PAGE : 0;

	out.id = m->id;
	out.memory_start = s->starts[module] + low;
	out.memory_limit = s->starts[module] + (m->high / PAGE + 1) * PAGE;
	out.file_offset = low;
	out.filename = pprof_out_string(o, strtab_get(&p->strings, of->path));
	out.build_id =
		pprof_out_string(o, strtab_get(&p->strings, of->build_id));
	out.has_functions = m->functions;
	out.has_filenames = m->functions && m->files;
	out.has_line_numbers = m->functions && m->lines;
	out.has_inline_frames = m->functions && m->inlined;
	pprof_out_message(o, PPROF_MAPPING, &out.base);
}

/* The program is the first, also where no stack goes through it. */
static void
write_mappings(struct pprof_out_places *s, struct pprof_out *o)
{
	uint32_t id = 0;

	for (uint32_t i = 0; i < s->p->module_count; i++) {
		uint32_t m = s->order[i];

		if (!s->modules[m].used &&
			(i > 0 || !modules_is_program(s->p, m)))
			continue;
		s->modules[m].id = ++id;
		write_mapping(s, o, m);
	}
}

static uint64_t
function_id(struct pprof_out_places *s, uint32_t function)
{
	if (s->of_function[function] == 0) {
		s->functions[s->function_count++] = function;
		s->of_function[function] = s->function_count;
	}
	return s->of_function[function];
}

/* A location and its lines. */
struct message {
	Perftools__Profiles__Location location;
	Perftools__Profiles__Line *lines, **pointers;
	size_t capacity;
};

static void
add_line(struct pprof_out_places *s, struct message *m, uint32_t frame)
{
	const struct frame *f = &s->p->frames[frame];
	size_t n = m->location.n_line;

	if (n == m->capacity) {
		m->capacity = 2 * n + 8;
		m->lines = xrealloc(m->lines, m->capacity * sizeof *m->lines);
		m->pointers = xrealloc(
			m->pointers, m->capacity * sizeof *m->pointers);
		/* They have moved. */
		for (size_t i = 0; i < m->capacity; i++)
			m->pointers[i] = &m->lines[i];
	}
	perftools__profiles__line__init(&m->lines[n]);
	m->lines[n].function_id = function_id(s, f->function);
	m->lines[n].line = f->line;
	m->location.n_line = n + 1;
}

static void
fill_location(
	struct pprof_out_places *s, struct message *m, const struct location *l)
{
	const struct profile *p = s->p;
	uint32_t module = module_of(p, l);
	bool named = module == NONE || s->modules[module].functions;

	if (module != NONE)
		m->location.mapping_id = s->modules[module].id;
	/* Inside the call, one byte before the return address. */
	if (l->offset > 0)
		m->location.address = modules_address(l, s->starts) - 1;
	for (uint32_t i = 0; named && i < l->depth; i++)
		add_line(s, m, p->location_frames[l->first + i]);
}

static void
write_locations(struct pprof_out_places *s, struct pprof_out *o)
{
	struct message m = { .capacity = 0 };

	for (size_t i = 0; i < s->place_count; i++) {
		const struct pprof_place *place = &s->places[i];

		perftools__profiles__location__init(&m.location);
		m.location.id = i + 1;
		if (place->of_frame)
			add_line(s, &m, place->index);
		else
			fill_location(s, &m, &s->p->locations[place->index]);
		m.location.line = m.pointers;
		pprof_out_message(o, PPROF_LOCATION, &m.location.base);
	}
	free(m.lines);
	free(m.pointers);
}

static void
write_functions(struct pprof_out_places *s, struct pprof_out *o)
{
	const struct profile *p = s->p;

	for (uint32_t i = 0; i < s->function_count; i++) {
		const struct function *f = &p->functions[s->functions[i]];
		Perftools__Profiles__Function out =
			PERFTOOLS__PROFILES__FUNCTION__INIT;

		out.id = i + 1;
		out.name =
			pprof_out_string(o, strtab_get(&p->strings, f->name));
		out.system_name = out.name;
		out.filename =
			pprof_out_string(o, strtab_get(&p->strings, f->file));
		pprof_out_message(o, PPROF_FUNCTION, &out.base);
	}
}

void
pprof_out_places_write(struct pprof_out_places *s, struct pprof_out *o)
{
	write_mappings(s, o);
	write_locations(s, o);
	write_functions(s, o);
}
