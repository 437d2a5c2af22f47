/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of names that a bundle brings. */
#ifndef READ_BUNDLE_SYMBOLS_H
#define READ_BUNDLE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strtab.h"

/* All of them strings of the table, or NONE. */
struct named_module {
	uint32_t path, build_id, why, facts;
	uint32_t first, count; /* into locations */
};

struct named_function {
	uint32_t name, file;
	bool named, inlined;
};

struct named_location {
	uint64_t offset;
	uint32_t first, depth; /* into frames */
};

struct named_frame {
	uint32_t function, line;
};

struct bundle_symbols {
	struct strtab strings;
	struct named_module *modules; /* sorted */
	struct named_function *functions;
	struct named_location *locations; /* sorted within their module */
	struct named_frame *frames;
	size_t module_count, module_capacity;
	size_t function_count, function_capacity;
	size_t location_count, location_capacity;
	size_t frame_count, frame_capacity;
};

/* NULL: it is not there. build_id "": it is not known. */
const struct named_module *bundle_symbols_module(
	const struct bundle_symbols *b, const char *path, const char *build_id);
const struct named_location *bundle_symbols_location(
	const struct bundle_symbols *b, const struct named_module *m,
	uint64_t offset);

#endif
