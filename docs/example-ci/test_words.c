/* SPDX-License-Identifier: Apache-2.0 */
/* The project's tests: whatever they allocate is what the budget is of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define MANY 20000

static void
expect(int true_that, const char *what)
{
	if (true_that)
		return;
	fprintf(stderr, "FAILED: %s\n", what);
	exit(1);
}

static void
test_a_few(struct words *w)
{
	expect(words_add_text(w, "to be, or not to be") == 0, "memory");
	expect(words_count(w, "be") == 2, "be");
	expect(words_count(w, "or") == 1, "or");
	expect(words_count(w, "b") == 0, "b");
}

static void
test_many(struct words *w)
{
	char text[32];

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "word%d again", i);
		expect(words_add_text(w, text) == 0, "memory");
	}
	expect(words_count(w, "again") == MANY, "again");
	expect(words_count(w, "word77") == 1, "word77");
}

int
main(void)
{
	struct words *w = words_new();

	expect(w != NULL, "memory");
	test_a_few(w);
	test_many(w);
	words_free(w);
	puts("all passed");
	return 0;
}
