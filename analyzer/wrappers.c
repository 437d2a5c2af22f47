/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded list becomes one alternation, because the regular expressions of
 * the C library cost the same for one long expression as for a short one. The
 * user's own stay apart: a back-reference in one counts its own groups.
 */
#include "wrappers.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "err.h"

struct wrappers {
	regex_t *extra;
	size_t extra_count;
};

static int
compile(regex_t *regex, const char *expression, int flags, const char *said_as)
{
	char cause[128];
	int rc = regcomp(regex, expression, REG_EXTENDED | flags);

	if (rc == 0)
		return 0;
	regerror(rc, regex, cause, sizeof cause);
	return error("bad regular expression '%s': %s", said_as, cause);
}

/* The lines of the list as "^(line|line|...)$". Caller frees. */
static char *
alternation(const char *text, size_t size)
{
	const char *end = text + size;
	char *joined = xmalloc(size + 8), *out = joined;

	*out++ = '^';
	*out++ = '(';
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop ? stop : end) - text);

		if (length > 0 && *text != '#') {
			if (out > joined + 2)
				*out++ = '|';
			memcpy(out, text, length);
			out += length;
		}
		text += length + 1;
	}
	memcpy(out, ")$", 3);
	return joined;
}

static regex_t listed; /* the embedded list, for all there are */

/* Once: that takes longer than a small dump does as a whole. */
static int
compile_listed(void)
{
	static bool compiled;
	char *joined = alternation(
		(const char *)asset_wrappers_txt, asset_wrappers_txt_size);
	int rc = compiled ? 0
			  : compile(&listed, joined, REG_NOSUB, "wrappers.txt");

	free(joined);
	compiled = rc == 0;
	return rc;
}

static int
compile_extra(struct wrappers *w, const char *expression)
{
	w->extra = xrealloc(w->extra, (w->extra_count + 1) * sizeof *w->extra);
	if (compile(&w->extra[w->extra_count], expression, 0, expression) < 0)
		return -1;
	w->extra_count++;
	return 0;
}

struct wrappers *
wrappers_new(const char *const *extra)
{
	struct wrappers *w = xcalloc(1, sizeof *w);

	if (compile_listed() < 0) {
		free(w);
		return NULL;
	}
	for (; extra && *extra; extra++) {
		if (compile_extra(w, *extra) < 0) {
			wrappers_free(w);
			return NULL;
		}
	}
	return w;
}

void
wrappers_free(struct wrappers *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->extra_count; i++)
		regfree(&w->extra[i]);
	free(w->extra);
	free(w);
}

/* Length without "(...)" at its end, as in "f(int)"; not of "operator()". */
static size_t
without_parameters(const char *name, size_t length)
{
	size_t i = length;
	int open = 0;

	if (length == 0 || name[length - 1] != ')')
		return length;
	do {
		i--;
		open += name[i] == ')' ? 1 : name[i] == '(' ? -1 : 0;
	} while (i > 0 && open > 0);
	if (i == 0 || open > 0)
		return length;
	return i >= 8 && memcmp(name + i - 8, "operator", 8) == 0 ? length : i;
}

/* Is it ".part.0", ".cold", ".constprop.1.isra.0" from the first dot on? */
static bool
is_suffix(const char *s, size_t length)
{
	static const char *const known[] = { ".part.", ".constprop.", ".isra.",
		".cold", ".lto_priv.", ".llvm.", ".localalias", "@plt", "@@",
		"@GLIBC", "[abi:", "[clone " };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (length >= strlen(known[i]) &&
			memcmp(s, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

/* The length of the name alone. */
static size_t
bare_length(const char *name)
{
	size_t length = strlen(name);
	int depth = 0;

	for (size_t i = 1; i < length; i++) {
		depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
		if (depth > 0 || !strchr(".@[", name[i]))
			continue;
		if (name[i - 1] != ':' && is_suffix(name + i, length - i)) {
			length = i;
			break;
		}
	}
	while (length > 1 && name[length - 1] == ' ')
		length--;
	return without_parameters(name, length);
}

/*
 * Does the whole name match? What matches is the leftmost longest, so that it
 * is the whole if the whole can match.
 */
static bool
matches_whole(const regex_t *regex, const char *name)
{
	regmatch_t at;

	return regexec(regex, name, 1, &at, 0) == 0 && at.rm_so == 0 &&
	       (size_t)at.rm_eo == strlen(name);
}

bool
wrappers_match(const struct wrappers *w, const char *function_name)
{
	size_t length = bare_length(function_name);
	char *name = xmalloc(length + 1);
	bool found;

	memcpy(name, function_name, length);
	name[length] = '\0';
	found = regexec(&listed, name, 0, NULL, 0) == 0;
	for (size_t i = 0; !found && i < w->extra_count; i++)
		found = matches_whole(&w->extra[i], name) ||
			matches_whole(&w->extra[i], function_name);
	free(name);
	return found;
}
