/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libiberty's demanglers, with a limit. A name of a few hundred bytes can stand
 * for one of gigabytes (each substitution may double it), and libiberty writes
 * it all: our callback counts, and leaves by longjmp when it is enough. That
 * leaks nothing, since the callback interface gets no memory but the stack.
 */
#include "demangle.h" /* its guard differs from that of libiberty's */

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

#include "err.h"

/* Longest name that is shown; no person reads longer ones. */
#define NAME_MAX_BYTES 8192

/* Longest that is taken apart: time grows with it. */
#define SYMBOL_MAX_BYTES 32768

struct text {
	jmp_buf enough;
	size_t length;
	char text[NAME_MAX_BYTES + 4];
};

static void
collect(const char *piece, size_t n, void *closure)
{
	struct text *out = closure;

	if (n > NAME_MAX_BYTES - out->length)
		longjmp(out->enough, 1);
	memcpy(out->text + out->length, piece, n);
	out->length += n;
}

static bool
demangle_any(const char *symbol, struct text *out)
{
	/* Its limit of 2,048 parts is for deep recursion; so long names are not
	   deep. */
	int options =
		DMGL_ANSI |
		(strlen(symbol) <= NAME_MAX_BYTES ? DMGL_NO_RECURSE_LIMIT : 0);

	out->length = 0;
	/* Rust's old names look like C++, with a hash at the end. */
	if (rust_demangle_callback(symbol, 0, collect, out) != 0 &&
		out->length > 0)
		return true;
	out->length = 0;
	return strncmp(symbol, "_Z", 2) == 0 &&
	       cplus_demangle_v3_callback(symbol, options, collect, out) != 0 &&
	       out->length > 0;
}

/* ".part.0", ".constprop.0.isra.1", ".cold", ".llvm.1234", ... */
static size_t
length_without_clone(const char *symbol)
{
	static const char *const suffixes[] = { ".constprop.", ".isra.",
		".part.", ".cold", ".lto_priv.", ".llvm.", ".localalias" };
	size_t length = strlen(symbol);

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		const char *at = strstr(symbol, suffixes[i]);

		if (at != NULL && at > symbol && (size_t)(at - symbol) < length)
			length = (size_t)(at - symbol);
	}
	return length;
}

/* "memcpy@@GLIBC_2.14" */
static size_t
length_without_version(const char *symbol, size_t length)
{
	const char *at = memchr(symbol, '@', length);

	return at != NULL && at > symbol ? (size_t)(at - symbol) : length;
}

/* glibc's hidden second names. */
static const char *
without_prefix(const char *symbol)
{
	return strncmp(symbol, "__GI_", 5) == 0 && symbol[5] != '\0'
		       ? symbol + 5
		       : symbol;
}

char *
demangle(const char *symbol)
{
	const char *given = without_prefix(symbol);
	size_t length =
		length_without_version(given, length_without_clone(given));
	char *plain = xmalloc(length + 1), *name;
	struct text *out;

	memcpy(plain, given, length);
	plain[length] = '\0';
	if (plain[0] != '_' || length > SYMBOL_MAX_BYTES)
		return plain;
	out = xmalloc(sizeof *out);
	if (setjmp(out->enough) != 0) {
		memcpy(out->text + out->length, "...", 3);
		out->length += 3;
	} else if (!demangle_any(plain, out)) {
		free(out);
		return plain;
	}
	out->text[out->length] = '\0';
	name = xstrdup(out->text);
	free(out);
	free(plain);
	return name;
}
