/* SPDX-License-Identifier: Apache-2.0 */
/* What the JUnit XML of `leaks` and of `check` have in common. */
#ifndef WRITE_JUNIT_H
#define WRITE_JUNIT_H

#include <stddef.h>
#include <stdio.h>

struct junit_case {
	const char *class, *name;
	const char *element; /* "failure", "error"; NULL: it has passed */
	const char *type, *message, *text; /* of the element */
};

/* Names and texts are escaped here, whatever is in them. */
void junit_begin(FILE *out, const char *suite, size_t tests, size_t failures,
	size_t errors);
void junit_case(FILE *out, const struct junit_case *c);
void junit_end(FILE *out);

#endif
