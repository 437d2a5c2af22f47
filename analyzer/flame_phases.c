/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mark's name is any text that a program, or whoever may talk to it, chose:
 * it must not decide where a file goes.
 */
#include "flame_phases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "flame.h"
#include "folder.h"
#include "select_phases.h"
#include "text.h"

#define NAME_MOST 200 /* bytes; file systems allow 255 */

char *
flame_phase_file(const char *phase)
{
	char *name = text_harmless(phase), *c;
	size_t n = strlen(name);

	if (n > NAME_MOST) {
		n = NAME_MOST;
		/* Not in the midst of a character. */
		while (n > 0 && ((unsigned char)name[n] & 0xc0) == 0x80)
			n--;
		name[n] = '\0';
	}
	for (c = name; *c; c++)
		if (*c == '/' || *c == '\\' || *c == '?')
			*c = '_';
	/* Hidden, or an option to whatever is given *.svg. */
	for (c = name; *c == '.' || *c == '-'; c++)
		*c = '_';
	if (*name)
		return name;
	free(name);
	return xstrdup("_");
}

struct names {
	char **list;
	size_t count, capacity;
};

static bool
is_taken(const struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->list[i], name) == 0)
			return true;
	return false;
}

/* "load.svg", "load-2.svg", ...: the first that no other phase has. */
static const char *
take_name(struct names *n, const char *phase)
{
	char *base = flame_phase_file(phase);
	char *name = xasprintf("%s.svg", base);

	for (unsigned i = 2; is_taken(n, name); i++) {
		free(name);
		name = xasprintf("%s-%u.svg", base, i);
	}
	free(base);
	GROW(n->list, n->count, n->capacity);
	n->list[n->count++] = name;
	return name;
}

static int
write_one(struct profile *p, const char *folder, const char *file,
	const char *phase, uint32_t nth, const struct selection *selection,
	const struct svg_options *options)
{
	struct selection of = { .metric = -1 };
	struct svg_options looks = { 0 };
	char *path = xasprintf("%s/%s", folder, file), *title = NULL;
	char *visible = text_visible(phase);
	int result;

	if (selection)
		of = *selection;
	if (options)
		looks = *options;
	of.phase = phase;
	of.phase_nth = nth;
	if (!looks.title)
		looks.title = title =
			nth > 1 ? xasprintf("%s (%u)", visible, nth)
				: xstrdup(visible);
	result = flame_write(p, path, &of, &looks);
	free(title);
	free(visible);
	free(path);
	return result;
}

int
flame_write_phases(struct profile *p, const char *folder,
	const struct selection *selection, const struct svg_options *options)
{
	struct phase_list phases;
	struct names names = { 0 };
	int result = 0;

	phases_find(&phases, p);
	if (phases.count > 0 && folder_make(folder) < 0)
		result = error("cannot make '%s': %s", folder, strerror(errno));
	for (uint32_t i = 0; result == 0 && i < phases.count; i++) {
		/* A copy: frames that are added may move the strings. */
		char *phase =
			xstrdup(strtab_get(&p->strings, phases.keys[i].name));

		result = write_one(p, folder, take_name(&names, phase), phase,
			phases.keys[i].nth, selection, options);
		free(phase);
	}
	if (result == 0)
		result = (int)phases.count;
	for (size_t i = 0; i < names.count; i++)
		free(names.list[i]);
	free(names.list);
	phases_release(&phases);
	return result;
}
