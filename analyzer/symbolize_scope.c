/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry of DWARF does not know its parent, so the way to it is walked from
 * the unit down: entries stand in order, and the child that begins last before
 * the wanted one is the one that it is in. That takes a while in a big unit,
 * and the same few functions are asked for again and again: they are kept.
 */
#include "symbolize_scope.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#define NESTING_MAX 64

/* What was asked for last, by a hash of the entry's address. */
#define KEPT (1u << 12)

struct scope_names {
	struct {
		const void *die;
		char *name;
	} kept[KEPT];
	/* Names that fell out of `kept` but may still be in use. */
	char **old;
	size_t old_count, old_capacity;
};

struct scope_names *
scope_names_new(void)
{
	return xcalloc(1, sizeof(struct scope_names));
}

void
scope_names_free(struct scope_names *s)
{
	for (size_t i = 0; i < KEPT; i++)
		free(s->kept[i].name);
	for (size_t i = 0; i < s->old_count; i++)
		free(s->old[i]);
	free(s->old);
	free(s);
}

static bool
is_cplusplus(Dwarf_Die *unit)
{
	switch (dwarf_srclang(unit)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
		return true;
	default:
		return false;
	}
}

/* Where the function was declared: of that entry the parents name it. */
static Dwarf_Die
declaration(Dwarf_Die *die)
{
	static const unsigned links[] = { DW_AT_abstract_origin,
		DW_AT_specification };
	Dwarf_Die at = *die;

	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		Dwarf_Attribute attr;
		Dwarf_Die next;

		if (dwarf_attr(&at, links[i], &attr) != NULL &&
			dwarf_formref_die(&attr, &next) != NULL)
			at = next;
	}
	return at;
}

/* What a parent of `function` is called in its name; "" if it is not. */
static const char *
scope_part(Dwarf_Die *die, const char *function)
{
	const char *name = dwarf_diename(die);

	switch (dwarf_tag(die)) {
	case DW_TAG_namespace:
		return name != NULL ? name : "(anonymous namespace)";
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		if (name != NULL)
			return name;
		return strcmp(function, "operator()") == 0 ? "{lambda}"
							   : "(anonymous)";
	case DW_TAG_subprogram:
		return name != NULL ? name : "";
	default:
		return "";
	}
}

/* The child of *die that is `target` or holds it takes its place. */
static bool
step_towards(Dwarf_Die *die, const void *target)
{
	Dwarf_Die child, next;

	if (dwarf_child(die, &child) != 0 ||
		(uintptr_t)child.addr > (uintptr_t)target)
		return false;
	while (dwarf_siblingof(&child, &next) == 0 &&
		(uintptr_t)next.addr <= (uintptr_t)target)
		child = next;
	*die = child;
	return true;
}

/* "a::b::name"; the caller frees. */
static char *
qualified(Dwarf_Die *unit, Dwarf_Die *target, const char *name)
{
	Dwarf_Die at = *unit;
	char *scopes = xstrdup(""), *whole;

	for (int i = 0; i < NESTING_MAX; i++) {
		const char *part;

		if (!step_towards(&at, target->addr) || at.addr == target->addr)
			break;
		part = scope_part(&at, name);
		if (*part == '\0')
			continue;
		whole = xasprintf("%s%s::", scopes, part);
		free(scopes);
		scopes = whole;
	}
	whole = xasprintf("%s%s", scopes, name);
	free(scopes);
	return whole;
}

const char *
scope_name(struct scope_names *s, Dwarf_Die *die)
{
	Dwarf_Die target = declaration(die), unit;
	const char *name = dwarf_diename(die);
	size_t i = ((uintptr_t)target.addr * 0x9e3779b97f4a7c15u) >> 52;

	if (name == NULL || dwarf_diecu(&target, &unit, NULL, NULL) == NULL ||
		!is_cplusplus(&unit))
		return name;
	if (s->kept[i].die != target.addr) {
		if (s->kept[i].name != NULL) {
			GROW(s->old, s->old_count, s->old_capacity);
			s->old[s->old_count++] = s->kept[i].name;
		}
		s->kept[i].die = target.addr;
		s->kept[i].name = qualified(&unit, &target, name);
	}
	return s->kept[i].name;
}
