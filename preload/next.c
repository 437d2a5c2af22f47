/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader's list of objects is in the order of search. Each object's
 * dynamic section leads to its symbols and their hash table; that is all that
 * is read. This runs inside the loader's first malloc, before any constructor:
 * it calls nothing.
 */
#include "next.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "sys.h"
#include "thread.h"

extern struct r_debug _r_debug;

struct symbols {
	const ElfW(Sym) * table;
	const char *strings;
	const uint32_t *gnu_hash, *hash;
};

/* glibc relocates these addresses in place, for the vdso it can't. */
static const void *
address(const struct link_map *map, ElfW(Addr) value)
{
	return (const void *)(value < map->l_addr ? map->l_addr + value
						  : value);
}

static bool
symbols_of(const struct link_map *map, struct symbols *s)
{
	*s = (struct symbols){ 0 };
	for (const ElfW(Dyn) *d = map->l_ld; d && d->d_tag != DT_NULL; d++) {
		const void *at = address(map, d->d_un.d_ptr);

		if (d->d_tag == DT_SYMTAB)
			s->table = at;
		else if (d->d_tag == DT_STRTAB)
			s->strings = at;
		else if (d->d_tag == DT_GNU_HASH)
			s->gnu_hash = at;
		else if (d->d_tag == DT_HASH)
			s->hash = at;
	}
	return s->table && s->strings && (s->gnu_hash || s->hash);
}

static bool
defines(const struct symbols *s, uint32_t i, const char *name)
{
	const ElfW(Sym) *sym = &s->table[i];

	/* Indirect functions would have to be called to be known. */
	return sym->st_shndx != SHN_UNDEF && sym->st_value != 0 &&
	       ELF64_ST_TYPE(sym->st_info) != STT_GNU_IFUNC &&
	       strcmp(s->strings + sym->st_name, name) == 0;
}

static const ElfW(Sym) * look_gnu(const struct symbols *s, const char *name)
{
	const uint32_t *h = s->gnu_hash;
	uint32_t buckets = h[0], offset = h[1], words = h[2], shift = h[3];
	const uint64_t *bloom = (const uint64_t *)&h[4];
	const uint32_t *bucket = (const uint32_t *)&bloom[words];
	const uint32_t *chain = &bucket[buckets];
	uint32_t code = 5381, i;
	uint64_t word, mask;

	for (const unsigned char *c = (const unsigned char *)name; *c; c++)
		code = code * 33 + *c;
	if (buckets == 0 || words == 0)
		return NULL;
	word = bloom[code / 64 % words];
	mask = 1ULL << code % 64 | 1ULL << (code >> shift) % 64;
	if ((word & mask) != mask)
		return NULL;
	i = bucket[code % buckets];
	if (i < offset)
		return NULL;
	for (;; i++) {
		uint32_t c = chain[i - offset];

		if ((c | 1) == (code | 1) && defines(s, i, name))
			return &s->table[i];
		if (c & 1)
			return NULL;
	}
}

static const ElfW(Sym) * look_sysv(const struct symbols *s, const char *name)
{
	const uint32_t *h = s->hash;
	uint32_t code = 0;

	for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
		code = (code << 4) + *c;
		code = (code ^ (code >> 24 & 0xf0)) & 0xfffffff;
	}
	if (h[0] == 0)
		return NULL;
	for (uint32_t i = h[2 + code % h[0]]; i; i = h[2 + h[0] + i])
		if (defines(s, i, name))
			return &s->table[i];
	return NULL;
}

static void *
look(const struct link_map *map, const char *name)
{
	const ElfW(Sym) * sym;
	struct symbols s;

	if (!symbols_of(map, &s))
		return NULL;
	sym = s.gnu_hash ? look_gnu(&s, name) : look_sysv(&s, name);
	return sym ? (void *)(map->l_addr + sym->st_value) : NULL;
}

/* Found at start; in force once each form has been tried. */
static struct hf_next later;

static bool
is_ours(const struct link_map *map)
{
	return map->l_ld == _DYNAMIC;
}

void *
hf_next_symbol(const char *name)
{
	for (struct link_map *m = _r_debug.r_map; m; m = m->l_next) {
		void *found = is_ours(m) ? NULL : look(m, name);

		if (found)
			return found;
	}
	return NULL;
}

/* The first definer behind us; *where gets its object. */
static void *
behind(const char *name, const struct link_map **where)
{
	bool passed = false;

	for (struct link_map *m = _r_debug.r_map; m; m = m->l_next) {
		void *found = passed ? look(m, name) : NULL;

		if (found) {
			*where = m;
			return found;
		}
		passed |= is_ours(m);
	}
	return NULL;
}

void *
hf_next_beside_malloc(const char *name)
{
	const struct link_map *where = NULL;

	return behind("malloc", &where) ? look(where, name) : NULL;
}

/* Where the next allocator has no such function (C23's on older ones). */
static void
free_sized_by_free(void *p, size_t n)
{
	hf_next.free(p);
}

static void
free_aligned_sized_by_free(void *p, size_t a, size_t n)
{
	hf_next.free(p);
}

static void
cfree_by_free(void *p)
{
	hf_next.free(p);
}

/*
 * C++ operators of an object that was there when the program started, and so
 * is never unloaded. What a C program loads later is not remembered.
 */
static void
find_operators(void)
{
	const struct link_map *of_new = NULL, *of_malloc = NULL;

	behind("malloc", &of_malloc);
	if (!behind("_Znwm", &of_new))
		return;
	hf_next.operators = of_new == of_malloc;
#define FIND(name, parameters, arguments)                                      \
	{                                                                      \
		const struct link_map *where;                                  \
		void *found = behind(#name, &where);                           \
		if (found)                                                     \
			hf_next.name = found;                                  \
	}
	HF_NEXT_DELETES(FIND)
#undef FIND
#define FIND(name, ...)                                                        \
	{                                                                      \
		const struct link_map *where;                                  \
		later.name = behind(#name, &where);                            \
	}
	HF_NEXT_NEWS(FIND)
#undef FIND
}

void
hf_next_find(void)
{
	const struct link_map *where;
	void *found;

#define FIND(name, ...)                                                        \
	found = behind(#name, &where);                                         \
	if (found)                                                             \
		hf_next.name = found;
	HF_NEXT_FAMILY(FIND)
	HF_NEXT_FREES(FIND)
#undef FIND
	if (!behind("free_sized", &where))
		hf_next.free_sized = free_sized_by_free;
	if (!behind("free_aligned_sized", &where))
		hf_next.free_aligned_sized = free_aligned_sized_by_free;
	if (!behind("cfree", &where))
		hf_next.cfree = cfree_by_free;
	hf_next.dlclose = behind("dlclose", &where);
	hf_next.malloc_found = true;
	find_operators();
}

/*
 * What the pointers lead to at first. A function that nobody behind us has is
 * looked for again at each call; there can be no caller that was linked to it.
 */
#define BOOT(name, result, parameters, arguments)                              \
	static result boot_##name parameters                                   \
	{                                                                      \
		hf_next_find();                                                \
		if (hf_next.name == boot_##name) {                             \
			errno = ENOSYS;                                        \
			return (result)0;                                      \
		}                                                              \
		return hf_next.name arguments;                                 \
	}
HF_NEXT_FAMILY(BOOT)
#undef BOOT

#define BOOT(name, parameters, arguments)                                      \
	static void boot_##name parameters                                     \
	{                                                                      \
		hf_next_find();                                                \
		if (hf_next.name != boot_##name)                               \
			hf_next.name arguments;                                \
	}
HF_NEXT_FREES(BOOT)
#undef BOOT

/* A C program: what its C++ plugins delete was made by the functions below. */
extern void free(void *p);
extern void *malloc(size_t n);
extern void *memalign(size_t a, size_t n);

#define BOOT(name, parameters, arguments)                                      \
	static void boot_##name parameters                                     \
	{                                                                      \
		if (!hf_next.malloc_found)                                     \
			hf_next_find();                                        \
		if (hf_next.name != boot_##name)                               \
			hf_next.name arguments;                                \
		else                                                           \
			free(p);                                               \
	}
HF_NEXT_DELETES(BOOT)
#undef BOOT

/*
 * The operators of an allocator are its own; but some of them call its malloc
 * or aligned_alloc by name, and so come back to us (jemalloc's for aligned
 * types). That is tried, once for each form: an allocation during which every
 * hook takes the slow path, which sees `probe`.
 *
 * In a C program new is our own malloc, for as long as it succeeds; then the
 * C++ library that the plugin must have loaded says how it fails.
 */
#define HF_PROBE_ROOM (1ULL << 40) /* more than a probe can ask for */

#define BOOT(name, parameters, arguments, release, make)                       \
	extern void *name parameters;                                          \
	static void *plain_##name parameters                                   \
	{                                                                      \
		const struct link_map *where;                                  \
		void *(*found)parameters;                                      \
		void *p = make;                                                \
                                                                               \
		if (p)                                                         \
			return p;                                              \
		found = behind(#name, &where);                                 \
		return found ? found arguments : NULL;                         \
	}                                                                      \
	static void *boot_##name parameters                                    \
	{                                                                      \
		struct hf_thread *t = &hf_thread;                              \
		uint64_t count = t->count;                                     \
		size_t wanted = n;                                             \
		void *p;                                                       \
                                                                               \
		if (!hf_next.malloc_found)                                     \
			hf_next_find();                                        \
		if (later.name) {                                              \
			hf_next.name = later.name;                             \
		} else {                                                       \
			hf_next.name = plain_##name;                           \
			return plain_##name arguments;                         \
		}                                                              \
		if (hf_next.operators) {                                       \
			n = 1;                                                 \
			t->probe = 1;                                          \
			t->count = UINT64_MAX - HF_PROBE_ROOM;                 \
			p = hf_next.name arguments;                            \
			hf_next.hooked##name = t->probe == 1;                  \
			hf_next.release;                                       \
			t->probe = 0;                                          \
			t->count = count;                                      \
			n = wanted;                                            \
		}                                                              \
		return name arguments;                                         \
	}
HF_NEXT_NEWS(BOOT)
#undef BOOT

struct hf_next hf_next = {
#define SET(name, ...) .name = boot_##name,
	HF_NEXT_FAMILY(SET) HF_NEXT_FREES(SET) HF_NEXT_NEWS(SET)
		HF_NEXT_DELETES(SET)
#undef SET
};
