/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever as .debug_abbrev, .debug_info and .debug_line, one behind
 * the other; the first eight bytes say where the second and the third begin.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "replay.h"
#include "symbolize_dies.h"
#include "symbolize_lines.h"

static void
found(void *context, uint64_t offset)
{
	*(uint64_t *)context += offset;
}

static void
try_lines(const struct dwarf_sections *s)
{
	struct lines *l = lines_new(s, 0, "/folder");
	uint64_t file;
	uint32_t line;

	if (l == NULL)
		return;
	for (uint64_t address = 0; address < 1 << 12; address += 16)
		if (lines_find(l, address, &file, &line))
			(void)lines_file(l, file);
	for (file = 0; file < 16; file++)
		(void)lines_file(l, file);
	lines_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct dwarf_sections s = { 0 };
	uint32_t at[2];
	uint64_t sum = 0;

	if (length < sizeof at)
		return 0;
	memcpy(at, bytes, sizeof at);
	bytes += sizeof at;
	length -= sizeof at;
	if (at[0] > at[1] || at[1] > length)
		return 0;
	s.abbrev = (struct section){ bytes, at[0] };
	s.info = (struct section){ bytes + at[0], at[1] - at[0] };
	s.line = (struct section){ bytes + at[1], length - at[1] };
	s.str = s.line_str = s.line;
	(void)dies_functions(&s, 0, found, &sum);
	try_lines(&s);
	return 0;
}
