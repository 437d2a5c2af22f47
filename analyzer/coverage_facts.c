/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle (docs/FORMAT.md section 11) tells of files that are not there: what
 * would be asked of them stands in it as words, `key=value` or a key alone.
 */
#include "coverage_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elf_image.h"
#include "err.h"
#include "package.h"
#include "scan.h"
#include "text.h"

#define BUILD_ID_MAX 130

static bool
is_recorded(const struct profile *p, const struct module *m,
	const struct elf_image *f)
{
	char id[BUILD_ID_MAX];

	return m->build_id == NONE ||
	       (elf_image_build_id(f, id, sizeof id) &&
		       strcmp(id, strtab_get(&p->strings, m->build_id)) == 0);
}

static void
add_name(struct coverage_facts *l, const char *name)
{
	char *longer = xasprintf("%s%s\n", l->names ? l->names : "", name);

	free(l->names);
	l->names = longer;
}

static void
take_links(struct coverage_facts *l, const struct elf_image *f)
{
	const char *name = elf_image_dynamic_text(f, DT_SONAME, 0);

	l->soname = name ? xstrdup(name) : NULL;
	l->is_program = f->interpreter != 0 && !name;
	for (size_t i = 0;
		(name = elf_image_dynamic_text(f, DT_NEEDED, i)) != NULL; i++)
		add_name(l, name);
}

static void
look(struct coverage_facts *l, const struct profile *p, const struct module *m)
{
	const char *path = strtab_get(&p->strings, m->path);
	struct elf_image f;

	if (*path != '/' || !elf_image_open(&f, path))
		return;
	if (elf_image_is_elf(&f) && f.bytes[EI_CLASS] == ELFCLASS64) {
		elf_image_scan(&f);
		l->here = is_recorded(p, m, &f) &&
			  allocator_look(&l->allocator, path);
		if (l->here)
			take_links(l, &f);
	}
	elf_image_close(&f);
}

/* Cut to the room there is. */
static void
copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

static void
take_flag(struct coverage_facts *l, const char *key)
{
	if (strcmp(key, "here") == 0)
		l->here = true;
	else if (strcmp(key, "program") == 0)
		l->is_program = true;
	else if (strcmp(key, "inside") == 0)
		l->allocator.malloc = MALLOC_INSIDE;
	else if (strcmp(key, "exported") == 0)
		l->allocator.malloc = MALLOC_EXPORTED;
	else if (strcmp(key, "wants") == 0)
		l->allocator.wants_malloc = true;
	else if (strcmp(key, "profiles") == 0)
		l->allocator.can_profile = true;
}

static void
take_value(struct coverage_facts *l, const char *key, const char *value)
{
	struct allocator *a = &l->allocator;

	if (strcmp(key, "prefix") == 0 && a->prefixes < ALLOCATOR_PREFIXES) {
		copy(a->prefix[a->prefixes++], ALLOCATOR_PREFIX_MAX, value);
	} else if (strcmp(key, "jemalloc") == 0) {
		a->jemalloc = true;
		copy(a->jemalloc_prefix, ALLOCATOR_PREFIX_MAX, value);
	} else if (strcmp(key, "conf") == 0) {
		copy(a->conf, ALLOCATOR_CONF_MAX, value);
	} else if (strcmp(key, "soname") == 0) {
		free(l->soname);
		l->soname = xstrdup(value);
	} else if (strcmp(key, "needs") == 0) {
		add_name(l, value);
	}
}

/* Words of a later version are passed over. */
static void
take_words(struct coverage_facts *l, const char *text)
{
	char *copied = xstrdup(text), *rest = copied, *word;

	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (value == NULL) {
			take_flag(l, word);
			continue;
		}
		*value++ = '\0';
		value[scan_decode(value, (const unsigned char *)value,
			strlen(value))] = '\0';
		take_value(l, word, value);
	}
	free(copied);
}

void
coverage_facts_find(
	struct coverage_facts *f, const struct profile *p, uint32_t module)
{
	const struct module *m = &p->modules[module];

	if (m->facts != NONE)
		take_words(f, strtab_get(&p->strings, m->facts));
	else
		look(f, p, m);
}

void
coverage_facts_release(struct coverage_facts *f)
{
	free(f->names);
	free(f->soname);
	*f = (struct coverage_facts){ 0 };
}

static void
put(FILE *out, const char *key, const char *value)
{
	fprintf(out, " %s=", key);
	text_word(out, value);
}

static void
put_allocator(FILE *out, const struct allocator *a)
{
	fputs(a->malloc == MALLOC_EXPORTED   ? " exported"
		: a->malloc == MALLOC_INSIDE ? " inside"
					     : "",
		out);
	fputs(a->wants_malloc ? " wants" : "", out);
	for (int i = 0; i < a->prefixes; i++)
		put(out, "prefix", a->prefix[i]);
	if (a->jemalloc) {
		put(out, "jemalloc", a->jemalloc_prefix);
		put(out, "conf", a->conf);
	}
	fputs(a->can_profile ? " profiles" : "", out);
}

/* What stood in the way of names, and who may have them. */
static void
put_remedies(FILE *out, const struct module *m, const char *package)
{
	fputs(m->bare ? " bare" : "", out);
	fputs(m->missing ? " missing" : "", out);
	if (package)
		put(out, "package", package);
	if (m->build_id != NONE && (m->bare || m->missing || package))
		put(out, "debuginfod", package_debuginfod());
}

char *
coverage_facts_text(
	const struct profile *p, uint32_t module, const char *package)
{
	const struct module *m = &p->modules[module];
	struct coverage_facts f = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	if (m->facts != NONE) { /* from a bundle, and so it stays */
		fputs(strtab_get(&p->strings, m->facts), out);
		fclose(out);
		return text;
	}
	coverage_facts_find(&f, p, module);
	fputs(f.here ? "here" : "absent", out);
	fputs(f.is_program ? " program" : "", out);
	put_allocator(out, &f.allocator);
	if (f.soname)
		put(out, "soname", f.soname);
	for (const char *at = f.names; at && *at; at += strcspn(at, "\n") + 1) {
		char *name = xasprintf("%.*s", (int)strcspn(at, "\n"), at);

		put(out, "needs", name);
		free(name);
	}
	put_remedies(out, m, package);
	fclose(out);
	coverage_facts_release(&f);
	return text;
}
