/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names decide, those of .symtab as well as those of .dynsym: a static
 * allocator exports none. jemalloc is known by <prefix>mallctl, which no other
 * has. In a stripped program it is known by what it would say; the variable
 * with its options is a text as well, and only the text is right: objcopy can
 * give an archive another prefix, but not another variable.
 */
#define _GNU_SOURCE /* memmem */
#include "allocator.h"

#include "elf_image.h"
#include "program.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define CONF_TAIL "MALLOC_CONF"

/* Stand in a dump or at its end: only --enable-prof compiles what writes them.
 */
static const char *const prof_texts[] = { "heap_v2/",
	"Leak approximation summary" };

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool
is_defined_code(const Elf64_Sym *s)
{
	int type = ELF64_ST_TYPE(s->st_info);

	return s->st_shndx != SHN_UNDEF && s->st_value != 0 &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC);
}

static void
add_prefix(struct allocator *a, const char *prefix, size_t n)
{
	if (n == 0 || n >= ALLOCATOR_PREFIX_MAX)
		return;
	for (int i = 0; i < a->prefixes; i++)
		if (strlen(a->prefix[i]) == n &&
			memcmp(a->prefix[i], prefix, n) == 0)
			return;
	if (a->prefixes == ALLOCATOR_PREFIXES)
		return;
	memcpy(a->prefix[a->prefixes], prefix, n);
	a->prefix[a->prefixes++][n] = '\0';
}

/* "_rjem_mallctl": remembers "_rjem_". */
static void
take_mallctl(struct allocator *a, const char *name)
{
	size_t n = strlen(name), tail = strlen("mallctl");

	if (n < tail || strcmp(name + n - tail, "mallctl") != 0 ||
		n - tail >= ALLOCATOR_PREFIX_MAX)
		return;
	a->jemalloc = true;
	snprintf(a->jemalloc_prefix, sizeof a->jemalloc_prefix, "%.*s",
		(int)(n - tail), name);
	add_prefix(a, name, n - tail);
}

static void
take_definition(struct allocator *a, const char *name)
{
	if (strcmp(name, "mi_malloc") == 0 || strcmp(name, "tc_malloc") == 0)
		add_prefix(a, name, 3);
	else if (strcmp(name, "je_malloc") == 0)
		add_prefix(a, name, 3);
	else if (strcmp(name, "_rjem_malloc") == 0)
		add_prefix(a, name, strlen("_rjem_"));
	take_mallctl(a, name);
}

static bool
is_family(const char *name)
{
	return strcmp(name, "malloc") == 0 || strcmp(name, "calloc") == 0 ||
	       strcmp(name, "realloc") == 0 || starts(name, "_Znwm") ||
	       starts(name, "_Znam");
}

/* In .dynsym: what the loader binds. */
static bool
visit_dynamic(void *context, const char *name, const Elf64_Sym *s)
{
	struct allocator *a = context;

	if (s->st_shndx == SHN_UNDEF) {
		a->wants_malloc |= is_family(name);
	} else if (is_defined_code(s)) {
		if (strcmp(name, "malloc") == 0)
			a->malloc = MALLOC_EXPORTED;
		take_definition(a, name);
	}
	return false;
}

/* In .symtab: also what is there for the file itself alone. */
static bool
visit_static(void *context, const char *name, const Elf64_Sym *s)
{
	struct allocator *a = context;

	if (!is_defined_code(s))
		return false;
	if (strcmp(name, "malloc") == 0 && a->malloc == MALLOC_ELSEWHERE)
		a->malloc = MALLOC_INSIDE;
	take_definition(a, name);
	return false;
}

static const unsigned char *
find(const struct elf_image *f, size_t from, const void *what, size_t n)
{
	return from < f->size ? memmem(f->bytes + from, f->size - from, what, n)
			      : NULL;
}

static bool
is_variable_char(unsigned char c)
{
	return isupper(c) || isdigit(c) || c == '_';
}

/*
 * The variable's name, whole: with a prefix if there is such a text. Without
 * one the linker may have put it in the end of "... variable MALLOC_CONF",
 * and that text is there in any case.
 */
static void
find_conf(struct allocator *a, const struct elf_image *f)
{
	const unsigned char *at;
	size_t from = 0, n = sizeof CONF_TAIL - 1;

	while ((at = find(f, from, CONF_TAIL, n + 1)) != NULL) {
		const unsigned char *start = at;

		while (start > f->bytes && is_variable_char(start[-1]))
			start--;
		if (start < at && start > f->bytes && start[-1] == '\0' &&
			at - start + n < sizeof a->conf) {
			memcpy(a->conf, start, at - start + n + 1);
			return;
		}
		if (start == at)
			memcpy(a->conf, CONF_TAIL, n + 1);
		from = at + n - f->bytes;
	}
}

/* Of a stripped file the variable's prefix is all that is left of it. */
static void
prefix_of_conf(struct allocator *a)
{
	size_t n = strlen(a->conf) - (sizeof CONF_TAIL - 1);

	if (n >= sizeof a->jemalloc_prefix)
		return;
	for (size_t i = 0; i < n; i++)
		a->jemalloc_prefix[i] =
			(char)tolower((unsigned char)a->conf[i]);
	add_prefix(a, a->jemalloc_prefix, n);
}

static void
look_for_jemalloc(struct allocator *a, const struct elf_image *f)
{
	bool named = a->jemalloc;
	char said[32];
	/* Put together here: else we would take ourselves for jemalloc. */
	int n = snprintf(said, sizeof said, "<%s>: ", "jemalloc");

	/* Another's mallctl is none without jemalloc's words and variable. */
	a->jemalloc = find(f, 0, said, (size_t)n) != NULL;
	if (a->jemalloc)
		find_conf(a, f);
	a->jemalloc = a->conf[0] != '\0';
	if (!a->jemalloc)
		return;
	if (!named)
		prefix_of_conf(a);
	for (size_t i = 0; i < sizeof prof_texts / sizeof *prof_texts; i++)
		a->can_profile |= find(f, 0, prof_texts[i],
					  strlen(prof_texts[i])) != NULL;
}

bool
allocator_look(struct allocator *a, const char *path)
{
	struct elf_image f;
	bool is_elf = false;

	*a = (struct allocator){ 0 };
	if (!elf_image_open(&f, path))
		return false;
	if (elf_image_is_elf(&f) && f.bytes[EI_CLASS] == ELFCLASS64) {
		is_elf = true;
		elf_image_scan(&f);
		elf_image_visit(&f, SHT_DYNSYM, visit_dynamic, a);
		elf_image_visit(&f, SHT_SYMTAB, visit_static, a);
		look_for_jemalloc(a, &f);
	}
	elf_image_close(&f);
	return is_elf;
}

bool
allocator_is_library(const char *path)
{
	const char *name = program_base_name(path);

	return starts(name, "libjemalloc") || starts(name, "libtcmalloc") ||
	       starts(name, "libmimalloc");
}
