/* SPDX-License-Identifier: Apache-2.0 */
/* How the analyzer says that something went wrong, and how it ends. */
#ifndef ERR_H
#define ERR_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes; users and CI jobs rely on them. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* could not: bad input, unwritable output, ... */
	EXIT_USAGE = 2, /* wrong usage */
	EXIT_CHECK = 3, /* a check that the user asked for failed */
	EXIT_UNDECIDED =
		4, /* `check`: the sampling error exceeds the tolerance */
	EXIT_RUN_FAILED = 125, /* `run` itself */
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127
};

/*
 * "heapflame: <message>" in one line on stderr, control characters in it made
 * visible. Lower case, no full stop, subject in single quotes, cause last.
 * Returns -1, so that `return error(...)` reports where the fault is known;
 * everyone above passes -1 on in silence.
 */
int error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The same, where what is wrong is a word of the command line that only the
 * files could judge: main() then ends with EXIT_USAGE, not EXIT_FAILED.
 */
int wrong_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool usage_was_wrong(void);

/* The same, prefixed "warning: "; work goes on. */
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same without the prefix "warning: ": something worth knowing. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * While it is true error() speaks as warning() does: where one file of many
 * can't be used and work goes on with the others. Returns what it was.
 */
bool errors_are_warnings(bool yes);

/*
 * Several threads at once: this one's lines are kept instead of being written,
 * until messages_kept() gives them; caller frees. They may be written later by
 * messages_pass_on(). Should the program end, they are written then.
 */
void messages_keep(void);
char *messages_kept(void);
void messages_pass_on(const char *lines);

/*
 * While muted this thread says nothing: what is read once more has said it
 * before. Returns what was so until now.
 */
bool messages_mute(bool yes);

/* A second line to an error: what the user can do. No prefix. */
void hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Never return NULL; they end the program with one line. Caller frees. */
void *xmalloc(size_t size);
/* For arrays of many MB that don't grow: in large pages, if there are any. */
void *xmalloc_large(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Room for one more in a growing array of *capacity elements:
 *   GROW(list, count, capacity); list[count++] = ...
 */
#define GROW(array, count, capacity)                                           \
	((array) = (count) < (capacity) ? (array)                              \
					: grow((array), (count), &(capacity),  \
						  sizeof *(array)))
void *grow(void *array, size_t count, size_t *capacity, size_t element_size);

/* An array whose capacity is its count rounded up to a power of two. */
#define GROW32(array, count)                                                   \
	((array) = ((count) & ((count)-1)) != 0                                \
			   ? (array)                                           \
			   : grow_pow2((array), (count), sizeof *(array)))
void *grow_pow2(void *array, size_t count, size_t element_size);

#endif
