/* SPDX-License-Identifier: Apache-2.0 */
#include "write_modules.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

/* Where nothing of a Linux process lies, so that JIT code keeps its place. */
#define BASE	   UINT64_C(0x100000000000)
#define MODULE_GAP UINT64_C(0x100000000)
#define PAGE	   UINT64_C(0x1000)

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool
modules_is_program(const struct profile *p, uint32_t module)
{
	const char *name =
		base_name(strtab_get(&p->strings, p->modules[module].path));

	for (uint32_t i = 0; i < p->process_count; i++)
		if (strcmp(name, base_name(strtab_get(&p->strings,
					 p->processes[i].exe))) == 0)
			return true;
	/* It may have been started by another name. */
	return *name && *name != '[' && !strstr(name, ".so");
}

uint32_t *
modules_order(const struct profile *p)
{
	uint32_t *order = xcalloc(p->module_count, sizeof *order), n = 0;

	for (int program = 1; program >= 0; program--)
		for (uint32_t i = 0; i < p->module_count; i++)
			if (modules_is_program(p, i) == program)
				order[n++] = i;
	return order;
}

uint64_t *
modules_place(const struct profile *p, const uint32_t *order)
{
	uint64_t *starts = xcalloc(p->module_count, sizeof *starts);

	for (uint32_t i = 0; i < p->module_count; i++)
		starts[order[i]] = BASE + i * MODULE_GAP;
	return starts;
}

uint64_t
modules_address(const struct location *l, const uint64_t *starts)
{
	if (l->module == NONE)
		return l->offset;
	return starts[l->module] + l->offset % MODULE_GAP;
}

uint64_t *
modules_extents(const struct profile *p)
{
	uint64_t *end = xcalloc(p->module_count, sizeof *end);

	for (uint32_t i = 0; i < p->location_count; i++) {
		const struct location *l = &p->locations[i];
		uint64_t after = l->offset % MODULE_GAP + 1;

		if (l->module != NONE && after > end[l->module])
			end[l->module] = after;
	}
	for (uint32_t m = 0; m < p->module_count; m++)
		end[m] = (end[m] + PAGE - 1) / PAGE * PAGE;
	return end;
}
