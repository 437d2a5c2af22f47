/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds are told by what the module is called, and by marks of folded text. */
#include "svg_paint.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

#define LAST (SVG_HUES - 1)

const struct function *
svg_frame_function(const struct svg_layout *l, uint32_t frame)
{
	const struct profile *p = l->tree->shown->profile;
	uint32_t i = l->tree->nodes[l->frames[frame].node].frame;

	return i == NONE ? NULL : &p->functions[p->frames[i].function];
}

/* The heaviest of the modules that have no hue yet; NONE. */
static uint32_t
heaviest(const struct svg_paint *p, const double *area)
{
	uint32_t best = NONE;

	for (uint32_t i = 0; i < p->profile->module_count; i++)
		if (p->hues[i] == LAST && area[i] > 0 &&
			(best == NONE || area[i] > area[best]))
			best = i;
	return best;
}

void
svg_paint_init(struct svg_paint *p, const struct svg_layout *l,
	const struct svg_palette *palette)
{
	const struct profile *profile = l->tree->shown->profile;
	double *area = xcalloc(profile->module_count + 1, sizeof *area);

	*p = (struct svg_paint){ .palette = palette, .profile = profile };
	p->hues = xmalloc(profile->module_count + 1);
	memset(p->hues, LAST, profile->module_count + 1);
	for (uint32_t i = 1; profile->module_count > 0 && i < l->count; i++) {
		uint32_t module = svg_frame_function(l, i)->module;

		if (module != NONE)
			area[module] +=
				(double)l->tree->nodes[l->frames[i].node].total;
	}
	for (unsigned char hue = 0; hue < LAST; hue++) {
		uint32_t module = heaviest(p, area);

		if (module == NONE)
			break;
		p->hues[module] = hue;
	}
	free(area);
}

void
svg_paint_release(struct svg_paint *p)
{
	free(p->hues);
	*p = (struct svg_paint){ 0 };
}

unsigned
svg_paint_hue(const struct svg_paint *p, const struct function *f)
{
	return f->module == NONE ? LAST : p->hues[f->module];
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static enum svg_kind
kind_of_module(const char *path)
{
	static const char *const system[] = { "libc.so", "libc-", "ld-linux",
		"ld-2", "ld.so", "libm.so", "libm-", "libpthread", "libstdc++",
		"libgcc_s", "libdl", "librt.", "[vdso]", "ld-musl", NULL };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (begins(path, "[kernel") || begins(path, "[guest.kernel") ||
		(length > 3 && strcmp(name + length - 3, ".ko") == 0))
		return SVG_KERNEL;
	for (int i = 0; system[i]; i++)
		if (begins(name, system[i]))
			return SVG_SYSTEM;
	return strstr(name, ".so") ? SVG_LIBRARY : SVG_PROGRAM;
}

/* "name_[k]": as the stackcollapse scripts mark what they know. */
static int
mark_of(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && name[length - 1] == ']' &&
			       name[length - 3] == '[' &&
			       name[length - 4] == '_'
		       ? name[length - 2]
		       : 0;
}

enum svg_kind
svg_kind_of(const struct profile *p, const struct function *f)
{
	const char *name = strtab_get(&p->strings, f->name);

	switch (mark_of(name)) {
	case 'k':
		return SVG_KERNEL;
	case 'j':
		return SVG_MADE;
	case 'i':
		return SVG_INLINE;
	default:
		break;
	}
	if (f->module == NONE && *name == '[')
		return SVG_OTHER;
	if (!f->named)
		return SVG_NAMELESS;
	if (f->inlined)
		return SVG_INLINE;
	if (f->module == NONE)
		return p->module_count > 0 ? SVG_MADE : SVG_PROGRAM;
	return kind_of_module(
		strtab_get(&p->strings, p->modules[f->module].path));
}

void
svg_paint_of(const struct svg_paint *p, const struct function *f,
	char class[SVG_CLASS_MAX], char fill[SVG_HEX_MAX])
{
	unsigned color, hue;

	if (p->palette->by == SVG_BY_NAME) {
		color = svg_color_of(strtab_get(&p->profile->strings, f->name));
		snprintf(class, SVG_CLASS_MAX, "c%u", color % SVG_COLORS);
		svg_color_hex(fill, p->palette, color, 0);
		return;
	}
	hue = p->palette->by == SVG_BY_KIND ? svg_kind_of(p->profile, f)
					    : svg_paint_hue(p, f);
	snprintf(class, SVG_CLASS_MAX, "k%u", hue % SVG_HUES);
	snprintf(fill, SVG_HEX_MAX, "%s", svg_hue_hex(hue, 0));
}
