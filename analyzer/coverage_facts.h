/* SPDX-License-Identifier: Apache-2.0 */
/* What coverage.c asks of a module's file, and that in words. */
#ifndef COVERAGE_FACTS_H
#define COVERAGE_FACTS_H

#include "allocator.h"
#include "profile.h"

/* `= {0}` before; to be released. */
struct coverage_facts {
	bool here; /* the file is there, and the one that was loaded */
	bool is_program;
	char *names; /* what it needs, each with a newline behind it */
	char *soname; /* or NULL */
	struct allocator allocator;
};

/*
 * From the words that came with the module (struct module.facts), else from
 * the file itself.
 */
void coverage_facts_find(
	struct coverage_facts *f, const struct profile *p, uint32_t module);
void coverage_facts_release(struct coverage_facts *f);

/*
 * In words, for struct module.facts, with what info says of how the module got
 * its names, or didn't: package: that its file is of, or NULL. Caller frees.
 */
char *coverage_facts_text(
	const struct profile *p, uint32_t module, const char *package);

#endif
