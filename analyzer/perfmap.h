/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of code that a program made itself, as it lists them for `perf`: lines
 * "START SIZE NAME", in hex without 0x, in a file /tmp/perf-PID.map. Of lines
 * for the same place the last one counts: the code before it was thrown away.
 */
#ifndef PERFMAP_H
#define PERFMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perfmap_name {
	uint64_t address; /* wanted; in rising order */
	const char *text; /* of the line; not NUL-terminated; NULL: none */
	size_t length;
};

struct perfmap {
	char *bytes;
	size_t length;
	int64_t changed_ms; /* the file */
};

/*
 * Reads the file. trusted: whoever owns it; else it must be ours or root's,
 * for anybody may put one into /tmp. False: there is none (*why NULL), or it is
 * not used, and *why says why.
 */
bool perfmap_read(
	struct perfmap *m, const char *path, bool trusted, const char **why);
void perfmap_release(struct perfmap *m);

/*
 * Fills in the texts that are still NULL. They live as long as m. Time is that
 * of reading the file once, whatever is in it.
 */
void perfmap_find(
	const struct perfmap *m, struct perfmap_name *wanted, size_t count);

/* What such a text says, for people. */
struct perfmap_function {
	char *name; /* the caller frees both */
	char *file; /* or NULL */
	uint32_t line; /* where the function begins; 0: not known */
};

/*
 * Of V8 ("JS:^leak /srv/a.js:3:21") without the mark of its tier, so that a
 * function that was compiled anew is still one; of CPython ("py::f:/srv/a.py");
 * all else is a name as it is.
 */
struct perfmap_function perfmap_parse(const char *text, size_t length);

#endif
