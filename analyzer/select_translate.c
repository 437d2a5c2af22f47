/* SPDX-License-Identifier: Apache-2.0 */
#include "select_translate.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The modules of both sides, by what they are called. */
struct modules {
	struct strtab names; /* base names of p's */
	uint32_t *first; /* by name: the first module */
	uint32_t *to; /* by module of the base */
};

static void
find_names(struct modules *m, const struct profile *p, uint32_t more)
{
	size_t most = (size_t)p->module_count + more + 1;

	m->first = xmalloc(most * sizeof *m->first);
	for (uint32_t i = 0; i < p->module_count; i++) {
		const char *path = strtab_get(&p->strings, p->modules[i].path);
		uint32_t before = m->names.count;
		uint32_t name = strtab_add(&m->names, base_name(path));

		if (name == before)
			m->first[name] = i;
	}
}

/* The same file, else one of the same name, else it becomes one of p's. */
static uint32_t
translate_module(struct translation *t, struct modules *m, uint32_t module)
{
	const struct profile *from = t->from;
	const struct module *it = &from->modules[module];
	const char *path = strtab_get(&from->strings, it->path);
	uint32_t known = t->p->module_count, names = m->names.count, name;
	uint32_t to = profile_module(t->p, path,
		it->build_id == NONE
			? NULL
			: strtab_get(&from->strings, it->build_id));

	if (to < known && to < t->rebuilt_count)
		return to;
	name = strtab_add(&m->names, base_name(path));
	if (name >= names || m->first[name] >= t->rebuilt_count)
		return to;
	t->rebuilt[m->first[name]] = true;
	return m->first[name];
}

static void
translate_modules(struct translation *t, struct modules *m)
{
	uint32_t n = t->from->module_count;

	*m = (struct modules){ 0 };
	find_names(m, t->p, n);
	t->rebuilt_count = t->p->module_count;
	t->rebuilt = xcalloc(t->rebuilt_count + 1, sizeof *t->rebuilt);
	m->to = xmalloc((n + 1) * sizeof *m->to);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t names = m->names.count;

		m->to[i] = translate_module(t, m, i);
		/* A name that only the base has: nobody of p's is meant. */
		if (m->names.count > names)
			m->first[names] = m->to[i];
	}
}

static void
modules_release(struct modules *m)
{
	strtab_release(&m->names);
	free(m->first);
	free(m->to);
}

static uint32_t
translate_string(struct translation *t, uint32_t string)
{
	return string == NONE ? NONE
			      : strtab_add(&t->p->strings,
					strtab_get(&t->from->strings, string));
}

void
translation_init(
	struct translation *t, struct profile *p, const struct shown *base)
{
	const struct profile *from = base->profile;
	uint32_t *to = xmalloc((from->frame_count + 1) * sizeof *to);
	struct modules m;

	*t = (struct translation){ .p = p, .from = from, .frames = to };
	translate_modules(t, &m);
	for (uint32_t i = 0; i < from->frame_count; i++)
		to[i] = NONE;
	for (uint32_t i = 0; i < base->frame_count; i++) {
		uint32_t frame = base->frames[i];
		struct function f =
			from->functions[from->frames[frame].function];

		if (to[frame] != NONE)
			continue;
		f.name = translate_string(t, f.name);
		f.file = translate_string(t, f.file);
		f.module = f.module == NONE ? NONE : m.to[f.module];
		to[frame] = profile_frame(t->p,
			(struct frame){ .function = profile_function(t->p, f),
				.line = from->frames[frame].line });
	}
	modules_release(&m);
}

void
translation_release(struct translation *t)
{
	free(t->rebuilt);
	free(t->frames);
	*t = (struct translation){ 0 };
}

uint32_t
translation_key(struct translation *t, uint32_t frame)
{
	struct function f = t->p->functions[t->p->frames[frame].function];

	if (f.module == NONE || f.module >= t->rebuilt_count ||
		!t->rebuilt[f.module])
		return frame;
	f.file = NONE;
	f.inlined = false;
	return profile_frame(
		t->p, (struct frame){ .function = profile_function(t->p, f) });
}
