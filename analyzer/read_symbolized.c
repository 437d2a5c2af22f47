/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile behind the names of its addresses, as jeprof and pprof write it
 * for machines that have no symbols.
 */
#include "err.h"
#include "heapv2.h"
#include "heapv2_symbols.h"
#include "read_legacy.h"

static bool
recognises(const struct input *in)
{
	static const char *const words[] = { "symbol", "heap", "growth",
		"profile" };
	struct scan s = { in->bytes, in->bytes + in->length };

	if (!scan_text(&s, "---"))
		return false;
	while (scan_char(&s, ' '))
		;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (scan_text(&s, words[i]))
			return s.at < s.end && (*s.at == '\n' || *s.at == '\r');
	return false;
}

static int
read_behind(struct profile *p, const struct input *in, struct scan text,
	const struct heapv2_symbols *symbols)
{
	const struct input rest = { in->name, text.at,
		(size_t)(text.end - text.at) };

	if (reader_heapv2.recognises(&rest))
		return heapv2_read(p, in, text, symbols);
	if (reader_legacy.recognises(&rest))
		return legacy_read(p, in, text, symbols);
	return error(
		"'%s' has symbols, but behind them no heap profile", in->name);
}

static int
read_profile(struct profile *p, const struct input *in)
{
	struct heapv2_symbols symbols = { 0 };
	struct scan text = { in->bytes, in->bytes + in->length };
	int status;

	if (heapv2_symbols_read(&symbols, p, in, &text))
		status = read_behind(p, in, text, &symbols);
	else
		status = error("'%s' was cut off among its symbols", in->name);
	heapv2_symbols_release(&symbols);
	return status;
}

static bool
read_only_head(struct head *to, const struct input *in)
{
	return legacy_head(to, in);
}

const struct reader reader_symbolized = {
	.format = "symbolized profile of jeprof or pprof",
	.recognises = recognises,
	.read = read_profile,
	.head = read_only_head,
	.atomic = true,
};
