/* SPDX-License-Identifier: Apache-2.0 */
#include "heapv2_symbols.h"

#include <stdlib.h>

#include "demangle.h"
#include "err.h"
#include "read_budget.h"

#define BETWEEN "--" /* inlined functions */

struct heapv2_symbol {
	uint64_t address;
	uint32_t first, depth; /* into frames, innermost first */
};

void
heapv2_symbols_release(struct heapv2_symbols *s)
{
	free(s->list);
	free(s->frames);
}

/* What jeprof calls a place that it has no name of: "0x55d0..." and the like.
 */
static bool
is_address(struct scan name)
{
	const unsigned char *begin = name.at;
	uint64_t address;

	if (!scan_text(&name, "0x") && name.end - begin != 16)
		return false;
	return scan_hex(&name, &address) && name.at == name.end;
}

/* nm's symbols of one name carry their address, "name<0000000000001169>". */
static struct scan
without_address(struct scan name)
{
	struct scan last = { name.end - 18, name.end - 1 };
	uint64_t address;

	if (name.end - name.at > 18 && name.end[-1] == '>' &&
		scan_char(&last, '<') && scan_hex(&last, &address) &&
		last.at == last.end)
		name.end -= 18;
	return name;
}

/* The next name of "a--b"; operator-- is one. */
static struct scan
next_name(struct scan *names)
{
	static const char operator[] = "operator";
	const size_t n = sizeof operator- 1;
	struct scan name = { names->at, names->end };
	const unsigned char *at = names->at;

	for (; names->end - at >= 2; at++) {
		if (at[0] != '-' || at[1] != '-')
			continue;
		if ((size_t)(at - name.at) >= n &&
			memcmp(at - n, operator, n) == 0) {
			at++;
			continue;
		}
		name.end = at;
		names->at = at + 2;
		return name;
	}
	names->at = names->end;
	return name;
}

static uint32_t
frame_of(struct profile *p, struct scan name, bool inlined)
{
	struct function f = {
		.file = NONE, .module = NONE, .named = true, .inlined = inlined
	};
	char *text, *demangled;

	name = without_address(name);
	text = xasprintf(
		"%.*s", (int)(name.end - name.at), (const char *)name.at);
	/* A service of the program's own may not have done it. */
	demangled = text[0] == '_' ? demangle(text) : xstrdup(text);
	f.name = strtab_add(&p->strings, demangled);
	free(demangled);
	free(text);
	return profile_frame(
		p, (struct frame){ .function = profile_function(p, f) });
}

/* jeprof writes and reads the outermost first; a location has it last. */
static void
turn_round(uint32_t *frames, uint32_t count)
{
	for (uint32_t i = 0; i < count / 2; i++) {
		uint32_t swapped = frames[i];

		frames[i] = frames[count - 1 - i];
		frames[count - 1 - i] = swapped;
	}
}

static void
take_symbol(struct heapv2_symbols *s, struct profile *p, struct scan line)
{
	struct heapv2_symbol symbol = { .first = s->frame_count };

	if (!scan_text(&line, "0x") || !scan_hex(&line, &symbol.address) ||
		!scan_char(&line, ' '))
		return;
	while (scan_char(&line, ' '))
		;
	while (line.at < line.end) {
		struct scan name = next_name(&line);

		if (name.at == name.end || is_address(name))
			continue;
		GROW32(s->frames, s->frame_count);
		s->frames[s->frame_count] =
			frame_of(p, name, s->frame_count > symbol.first);
		s->frame_count++;
	}
	symbol.depth = s->frame_count - symbol.first;
	if (symbol.depth == 0)
		return;
	turn_round(s->frames + symbol.first, symbol.depth);
	GROW(s->list, s->count, s->capacity);
	s->list[s->count++] = symbol;
}

/* Of several of one address the first counts: frames are in their order. */
static int
compare(const void *a, const void *b)
{
	const struct heapv2_symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static bool
next_line(struct scan *text, struct scan *line)
{
	const unsigned char *end =
		memchr(text->at, '\n', (size_t)(text->end - text->at));

	if (end == NULL)
		return false;
	*line = (struct scan){ text->at, end };
	text->at = end + 1;
	if (line->end > line->at && line->end[-1] == '\r')
		line->end--;
	return true;
}

bool
heapv2_symbols_read(struct heapv2_symbols *s, struct profile *p,
	const struct input *in, struct scan *text)
{
	struct scan line;
	struct read_budget budget;
	bool among = false; /* the symbols' own lines */

	s->binary = NONE;
	read_budget_init(&budget, p);
	while (next_line(text, &line)) {
		if (scan_text(&line, "---")) {
			while (scan_char(&line, ' '))
				;
			if (scan_text(&line, "symbol"))
				among = true;
			else if (line.at == line.end)
				among = false;
			else
				break;
		} else if (among && scan_text(&line, "binary=")) {
			s->binary =
				strtab_add_n(&p->strings, (const char *)line.at,
					strnlen((const char *)line.at,
						(size_t)(line.end - line.at)));
		} else if (among &&
			   read_budget_allows(&budget, read_taken(in))) {
			take_symbol(s, p, line);
		}
	}
	if (s->count > 0)
		qsort(s->list, s->count, sizeof *s->list, compare);
	return text->at < text->end;
}

static const struct heapv2_symbol *
look_up(const struct heapv2_symbols *s, uint64_t address)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->list[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && s->list[low].address == address ? &s->list[low]
								 : NULL;
}

uint32_t
heapv2_symbols_find(const struct heapv2_symbols *s, struct profile *p,
	uint64_t address, bool leaf, struct location place)
{
	/* jeprof writes a leaf as it is, pprof one less, as of callers. */
	uint64_t first = address - (leaf ? 0 : 1);
	const struct heapv2_symbol *found = look_up(s, first);

	if (found == NULL)
		found = look_up(s, address - (leaf ? 1 : 0));
	return found == NULL
		       ? NONE
		       : profile_location_named(p, place.module, place.offset,
				 s->frames + found->first, found->depth);
}
