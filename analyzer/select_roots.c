/* SPDX-License-Identifier: Apache-2.0 */
#include "select_roots.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

const char *const select_by_names[SELECT_BYS] = {
	[BY_PROCESS] = "process",
	[BY_THREAD] = "thread",
	[BY_LABEL] = "label",
	[BY_PHASE] = "phase",
	[BY_MODULE] = "module",
};

uint32_t
roots_marker(struct profile *p, const char *name)
{
	struct function f = {
		.name = strtab_add(&p->strings, name),
		.file = NONE,
		.module = NONE,
	};

	return profile_frame(
		p, (struct frame){ .function = profile_function(p, f) });
}

void
roots_init(struct roots *r, struct profile *p, bool by_program)
{
	r->p = p;
	r->by_program = by_program;
	r->processes = xcalloc(p->process_count + 1, sizeof *r->processes);
	for (uint32_t i = 0; i < p->process_count; i++)
		r->processes[i] = NONE;
}

void
roots_release(struct roots *r)
{
	free(r->processes);
	*r = (struct roots){ 0 };
}

/* Does the pid alone say which process is meant? */
static bool
pid_is_enough(const struct profile *p, const struct process *of)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < p->process_count; i++)
		same += p->processes[i].pid == of->pid;
	return of->pid > 0 && same == 1;
}

/* "redis-server 4711" */
static uint32_t
process_marker(struct profile *p, uint32_t process, bool by_program)
{
	const struct process *of = &p->processes[process];
	const char *exe = strtab_get(&p->strings, of->exe);
	const char *slash = strrchr(exe, '/');
	const char *base = slash ? slash + 1 : *exe ? exe : "process";
	char *name;
	uint32_t frame;

	if (by_program)
		name = xstrdup(base);
	else if (of->merged > 0)
		name = xasprintf("%s (%u process%s)", base, of->merged,
			of->merged == 1 ? "" : "es");
	else if (pid_is_enough(p, of))
		name = xasprintf("%s %d", base, of->pid);
	else
		name = xasprintf(
			"%s %s", base, strtab_get(&p->strings, of->id));
	frame = roots_marker(p, name);
	free(name);
	return frame;
}

/* A copy: adding a frame may move the strings. */
static uint32_t
named_marker(struct profile *p, uint32_t string, const char *otherwise)
{
	char *name = xstrdup(
		string == NONE ? otherwise : strtab_get(&p->strings, string));
	uint32_t frame = roots_marker(p, *name ? name : otherwise);

	free(name);
	return frame;
}

/* "libc.so.6" */
static uint32_t
module_marker(struct profile *p, uint32_t frame)
{
	uint32_t module = p->functions[p->frames[frame].function].module;
	const char *path, *slash;
	char *name;

	if (module == NONE)
		return roots_marker(p, "[no module]");
	path = strtab_get(&p->strings, p->modules[module].path);
	slash = strrchr(path, '/');
	name = xstrdup(slash && slash[1] ? slash + 1 : path);
	frame = roots_marker(p, *name ? name : "[no module]");
	free(name);
	return frame;
}

uint32_t
roots_by(struct roots *r, const struct row *row, uint32_t charged,
	enum select_by by)
{
	struct profile *p = r->p;

	switch (by) {
	case BY_THREAD:
		return named_marker(p, row->thread, "[no thread name]");
	case BY_LABEL:
		return named_marker(p, row->label, "[no label]");
	case BY_PHASE:
		return named_marker(p,
			row->phase == NONE ? NONE : p->phases[row->phase].name,
			"[no phase]");
	case BY_MODULE:
		return module_marker(p, charged);
	case BY_PROCESS:
		break;
	}
	if (r->processes[row->process] == NONE)
		r->processes[row->process] =
			process_marker(p, row->process, r->by_program);
	return r->processes[row->process];
}

const char *
roots_ancestors(const struct profile *p, uint32_t process)
{
	uint32_t string = p->processes[process].ancestors;

	return string == NONE ? "" : strtab_get(&p->strings, string);
}

uint32_t
roots_command(struct roots *r, const struct row *row, const struct selection *s)
{
	struct profile *p = r->p;
	struct function f = { .file = NONE, .module = NONE, .named = true };
	char *name;

	if (!p->processes[row->process].threads_are_roots ||
		row->thread == NONE || select_is_by(s, BY_THREAD) ||
		select_is_by(s, BY_PROCESS))
		return NONE;
	name = xstrdup(strtab_get(&p->strings, row->thread));
	for (char *c = name; *c; c++)
		if (*c == ' ')
			*c = '_';
	f.name = strtab_add(&p->strings, name);
	free(name);
	return profile_frame(
		p, (struct frame){ .function = profile_function(p, f) });
}
