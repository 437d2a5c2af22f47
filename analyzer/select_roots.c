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
roots_init(struct roots *r, struct profile *p)
{
	r->p = p;
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
process_marker(struct profile *p, uint32_t process)
{
	const struct process *of = &p->processes[process];
	const char *exe = strtab_get(&p->strings, of->exe);
	const char *slash = strrchr(exe, '/');
	const char *base = slash ? slash + 1 : *exe ? exe : "process";
	char *name;
	uint32_t frame;

	if (of->merged > 0)
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

uint32_t
roots_by(struct roots *r, const struct row *row, enum select_by by)
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
	case BY_PROCESS:
		break;
	}
	if (r->processes[row->process] == NONE)
		r->processes[row->process] = process_marker(p, row->process);
	return r->processes[row->process];
}
