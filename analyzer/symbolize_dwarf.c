/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DWARF for many addresses of a big program. The ranges of all units are read
 * once (their own entries, not .debug_aranges, which clang does not write); of
 * a unit that an address falls in, the ranges of its functions, once; and for
 * an address only the function's own entries are walked, down through the
 * inlined calls that hold it. libdw keeps line tables by itself.
 */
#include "symbolize_dwarf.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "symbolize_dies.h"
#include "symbolize_lines.h"
#include "symbolize_ranges.h"
#include "symbolize_scope.h"

/* Deeper nests of namespaces and types are not gone into. */
#define NESTING_MAX 32

struct unit {
	Dwarf_Die die; /* has the line table */
	Dwarf_Die tree; /* has the functions: another one in split DWARF */
	bool split, walked;
	struct lines *lines; /* NULL: libdw's */
	Dwarf_Die *functions;
	size_t function_count, function_capacity;
	struct ranges ranges; /* of functions, by their index */
};

struct dwarf_units {
	Dwarf *dwarf;
	struct dwarf_sections sections;
	struct unit *list;
	size_t count, capacity;
	struct ranges ranges; /* of units, by their index */
	struct scope_names *scopes;
	struct place *places; /* of the last answer */
	Dwarf_Die *chain; /* function, then the inlined ones in it */
	size_t place_count, place_capacity, chain_count, chain_capacity;
};

static void
add_ranges(struct ranges *to, Dwarf_Die *die, uint64_t value)
{
	ptrdiff_t next = 0;
	Dwarf_Addr base, start, end;

	/* What the linker dropped stands at 0 or 1. */
	while ((next = dwarf_ranges(die, next, &base, &start, &end)) > 0)
		if (start > 1)
			ranges_add(to, (struct range){ start, end, value, 0 });
}

struct dwarf_units *
dwarf_units_new(Dwarf *dwarf)
{
	struct dwarf_units *u = xcalloc(1, sizeof *u);
	Dwarf_CU *cu = NULL;
	uint8_t type;
	Dwarf_Half version;

	u->dwarf = dwarf;
	dwarf_sections_find(&u->sections, dwarf);
	u->scopes = scope_names_new();
	while (dwarf != NULL) {
		struct unit unit = { 0 };

		if (dwarf_get_units(dwarf, cu, &cu, &version, &type, &unit.die,
			    &unit.tree) != 0)
			break;
		if (type != DW_UT_compile && type != DW_UT_skeleton)
			continue;
		if (type == DW_UT_compile || unit.tree.addr == NULL)
			unit.tree = unit.die;
		unit.split = type == DW_UT_skeleton;
		GROW(u->list, u->count, u->capacity);
		u->list[u->count] = unit;
		add_ranges(&u->ranges, &unit.die, u->count++);
	}
	ranges_sort(&u->ranges);
	return u;
}

void
dwarf_units_free(struct dwarf_units *u)
{
	if (u == NULL)
		return;
	for (size_t i = 0; i < u->count; i++) {
		free(u->list[i].functions);
		lines_free(u->list[i].lines);
		ranges_release(&u->list[i].ranges);
	}
	free(u->list);
	ranges_release(&u->ranges);
	scope_names_free(u->scopes);
	free(u->places);
	free(u->chain);
	free(u);
}

bool
dwarf_units_empty(const struct dwarf_units *u)
{
	return u->ranges.count == 0;
}

static void
add_function(struct unit *unit, Dwarf_Die *die)
{
	if (!dwarf_hasattr(die, DW_AT_low_pc) &&
		!dwarf_hasattr(die, DW_AT_ranges))
		return;
	GROW(unit->functions, unit->function_count, unit->function_capacity);
	unit->functions[unit->function_count] = *die;
	add_ranges(&unit->ranges, die, unit->function_count++);
}

/* All functions with code below an entry, but not those within functions. */
static void
walk(struct unit *unit, Dwarf_Die *parent, int depth)
{
	Dwarf_Die die;

	if (depth > NESTING_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_subprogram:
			add_function(unit, &die);
			break;
		case DW_TAG_namespace:
		case DW_TAG_module:
		case DW_TAG_class_type:
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
		case DW_TAG_enumeration_type:
			walk(unit, &die, depth + 1);
			break;
		default:
			break;
		}
	} while (dwarf_siblingof(&die, &die) == 0);
}

static const char *
string_attr(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;

	return dwarf_formstring(dwarf_attr_integrate(die, name, &attr));
}

struct walk {
	struct unit *unit;
	Dwarf *dwarf;
};

static void
add_found(void *context, uint64_t offset)
{
	struct walk *w = context;
	Dwarf_Die die;

	if (dwarf_offdie(w->dwarf, offset, &die) != NULL)
		add_function(w->unit, &die);
}

/* What libdw need not do itself: a third each of the time it would take. */
static void
look_into(struct dwarf_units *u, struct unit *unit)
{
	struct walk w = { unit, u->dwarf };
	Dwarf_Attribute attr;
	Dwarf_Word offset;

	unit->walked = true;
	if (dwarf_formudata(dwarf_attr(&unit->die, DW_AT_stmt_list, &attr),
		    &offset) == 0 &&
		!unit->split)
		unit->lines = lines_new(&u->sections, offset,
			string_attr(&unit->die, DW_AT_comp_dir));
	if (unit->split || !dies_functions(&u->sections,
				   dwarf_dieoffset(&unit->die) -
					   dwarf_cuoffset(&unit->die),
				   add_found, &w)) {
		unit->function_count = 0;
		ranges_release(&unit->ranges);
		walk(unit, &unit->tree, 0);
	}
	ranges_sort(&unit->ranges);
}

static struct unit *
find_unit(struct dwarf_units *u, uint64_t address)
{
	const struct range *r = ranges_find(&u->ranges, address);
	struct unit *unit;

	if (r == NULL)
		return NULL;
	unit = &u->list[r->value];
	if (!unit->walked)
		look_into(u, unit);
	return unit;
}

static bool
may_hold_calls(int tag)
{
	return tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
	       tag == DW_TAG_catch_block;
}

/* The entry right below *die that holds the address takes its place. */
static bool
step_down(Dwarf_Die *die, uint64_t address)
{
	Dwarf_Die child;

	if (dwarf_child(die, &child) != 0)
		return false;
	do {
		if (may_hold_calls(dwarf_tag(&child)) &&
			dwarf_haspc(&child, address) > 0) {
			*die = child;
			return true;
		}
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

static void
push_chain(struct dwarf_units *u, const Dwarf_Die *die)
{
	GROW(u->chain, u->chain_count, u->chain_capacity);
	u->chain[u->chain_count++] = *die;
}

static void
find_chain(struct dwarf_units *u, const struct unit *unit, uint64_t address)
{
	const struct range *r = ranges_find(&unit->ranges, address);
	Dwarf_Die die;

	u->chain_count = 0;
	if (r == NULL)
		return;
	die = unit->functions[r->value];
	push_chain(u, &die);
	while (step_down(&die, address))
		if (dwarf_tag(&die) == DW_TAG_inlined_subroutine)
			push_chain(u, &die);
}

static void
line_at(struct place *place, struct unit *unit, uint64_t address)
{
	Dwarf_Line *line;
	uint64_t file;
	int number;

	if (unit->lines != NULL) {
		if (lines_find(unit->lines, address, &file, &place->line))
			place->source = lines_file(unit->lines, file);
		return;
	}
	line = dwarf_getsrc_die(&unit->die, address);
	if (line == NULL)
		return;
	place->source = dwarf_linesrc(line, NULL, NULL);
	if (dwarf_lineno(line, &number) == 0 && number > 0)
		place->line = (uint32_t)number;
}

static uint64_t
unsigned_attr(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (dwarf_formudata(dwarf_attr(die, name, &attr), &value) != 0)
		return 0;
	return value;
}

/*
 * From where an inlined function was called. File 0 is one since DWARF 5, and
 * clang uses it; before, libdw calls it "???".
 */
static void
call_site(struct place *place, struct unit *unit, Dwarf_Die *inlined)
{
	uint64_t file = unsigned_attr(inlined, DW_AT_call_file);
	Dwarf_Files *files;
	size_t count;

	place->line = (uint32_t)unsigned_attr(inlined, DW_AT_call_line);
	if (unit->lines != NULL) {
		place->source = lines_file(unit->lines, file);
		return;
	}
	if (dwarf_getsrcfiles(&unit->tree, &files, &count) == 0 && file < count)
		place->source = dwarf_filesrc(files, file, NULL, NULL);
	if (place->source != NULL && strcmp(place->source, "???") == 0)
		place->source = NULL;
}

static bool
is_mangled(const char *symbol)
{
	return strncmp(symbol, "_Z", 2) == 0 || strncmp(symbol, "_R", 2) == 0;
}

/*
 * elf_symbol: NULL for an inlined function. A C function is called what it is
 * exported as ("printf", not "__printf"), so that its name does not depend on
 * whether debug information is installed.
 */
static const char *
name_of(struct dwarf_units *u, Dwarf_Die *die, const char *elf_symbol)
{
	const char *name = string_attr(die, DW_AT_linkage_name);

	if (name == NULL)
		name = string_attr(die, DW_AT_MIPS_linkage_name);
	if (name != NULL && is_mangled(name))
		return name;
	if (elf_symbol != NULL)
		return elf_symbol;
	return name != NULL ? name : scope_name(u->scopes, die);
}

static void
push_place(struct dwarf_units *u, struct place place)
{
	if (place.symbol == NULL || place.symbol[0] == '\0')
		return;
	GROW(u->places, u->place_count, u->place_capacity);
	u->places[u->place_count++] = place;
}

size_t
dwarf_units_places(struct dwarf_units *u, uint64_t address,
	const char *elf_symbol, const struct place **places)
{
	struct unit *unit = find_unit(u, address);
	struct place place = { 0 };

	u->place_count = u->chain_count = 0;
	if (unit != NULL) {
		find_chain(u, unit, address);
		line_at(&place, unit, address);
	}
	for (size_t i = u->chain_count; i-- > 0;) {
		place.inlined = i > 0;
		place.symbol =
			name_of(u, &u->chain[i], i > 0 ? NULL : elf_symbol);
		push_place(u, place);
		place = (struct place){ 0 };
		if (i > 0)
			call_site(&place, unit, &u->chain[i]);
	}
	if (u->place_count == 0) {
		place.inlined = false;
		place.symbol = elf_symbol;
		push_place(u, place);
	}
	*places = u->places;
	return u->place_count;
}
