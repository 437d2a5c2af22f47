/* SPDX-License-Identifier: Apache-2.0 */
/* build: -Wl,--no-as-needed -lstdc++ -ldl -Wl,-E */
/*
 * The own walk over the loaded objects finds what the loader found: the
 * addresses that this program was linked to, and the libraries' own tables as
 * readelf prints them.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <malloc.h>
#include <netdb.h>
#include <sys/auxv.h>
#include <time.h>

#include "hf_modules_seen.h"
#include "hf_shared.h"
#include "next.h"

extern int dlclose(void *handle);
extern void *_Znwm(size_t n);
extern void *_ZnamSt11align_val_tRKSt9nothrow_t(
	size_t n, size_t a, const void *nothrow);
extern void _ZdlPv(void *p);
extern const char _ZSt7nothrow[];

/* In the dynamic table of this program alone (-E). */
int only_this_program_has_it(void);

int
only_this_program_has_it(void)
{
	return 42;
}

/* By the loader, when this program was started. */
static const struct linked {
	const char *name;
	void *address;
} linked[] = {
#define ENTRY(name)                                                            \
	{                                                                      \
#name, (void *)name                                            \
	}
	ENTRY(malloc),
	ENTRY(calloc),
	ENTRY(realloc),
	ENTRY(reallocarray),
	ENTRY(memalign),
	ENTRY(aligned_alloc),
	ENTRY(posix_memalign),
	ENTRY(valloc),
	ENTRY(pvalloc),
	ENTRY(malloc_usable_size),
	ENTRY(free),
	ENTRY(dlclose),
	ENTRY(_Znwm),
	ENTRY(_ZnamSt11align_val_tRKSt9nothrow_t),
	ENTRY(_ZdlPv),
	ENTRY(fopen),
	ENTRY(qsort),
	ENTRY(strtod),
	ENTRY(getaddrinfo),
#undef ENTRY
};
#define LINKED (sizeof linked / sizeof linked[0])

static void
symbols_are_where_the_loader_found_them(void **state)
{
	for (size_t i = 0; i < LINKED; i++)
		if (hf_next_symbol(linked[i].name) != linked[i].address)
			fail_msg("%s", linked[i].name);
}

struct symbol {
	char name[256];
	uint64_t value;
	bool indirect, ambiguous;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct symbol *)a)->name,
		((const struct symbol *)b)->name);
}

/* "  12: 00000000000a1 34 FUNC GLOBAL DEFAULT 16 name@@VERSION" */
static bool
parse_symbol(const char *line, struct symbol *s)
{
	char type[16], binding[16], visibility[16], section[16];
	unsigned long value;

	if (sscanf(line, " %*d: %lx %*s %15s %15s %15s %15s %255s", &value,
		    type, binding, visibility, section, s->name) != 6)
		return false;
	s->name[strcspn(s->name, "@")] = '\0';
	s->value = value;
	s->indirect = strcmp(type, "IFUNC") == 0;
	s->ambiguous = false;
	return value != 0 && strcmp(section, "UND") != 0 &&
	       (s->indirect || strcmp(type, "FUNC") == 0);
}

/* The functions of a library, by name; caller frees. */
static struct symbol *
read_symbols(const char *path, size_t *count)
{
	size_t room = 16384, n = 0, kept = 0;
	struct symbol *s = calloc(room, sizeof *s);
	char line[PATH_MAX + 100];
	FILE *f;

	assert_non_null(s);
	snprintf(line, sizeof line,
		"LC_ALL=C readelf -W --dyn-syms '%s' 2>/dev/null", path);
	f = popen(line, "r");
	assert_non_null(f);
	while (n < room && fgets(line, sizeof line, f))
		n += parse_symbol(line, &s[n]);
	pclose(f);
	qsort(s, n, sizeof *s, by_name);
	for (size_t i = 0; i < n; i++) {
		if (kept && strcmp(s[kept - 1].name, s[i].name) == 0)
			s[kept - 1].ambiguous |=
				s[kept - 1].value != s[i].value;
		else
			s[kept++] = s[i];
	}
	*count = kept;
	return s;
}

/*
 * Every function of the library, unless one that comes before it in the order
 * of search has that name, too. Of versions that differ any will do; none of
 * the family has such.
 */
static void
check_library(const char *name, size_t least)
{
	struct hf_module_seen m;
	struct symbol *s;
	size_t count, right = 0;

	assert_true(hf_module_loaded(&m, name));
	s = read_symbols(m.path, &count);
	for (size_t i = 0; i < count; i++) {
		uintptr_t got = (uintptr_t)hf_next_symbol(s[i].name);

		if (s[i].ambiguous || (got && (got < m.low || got >= m.high)))
			continue;
		if (got != (s[i].indirect ? 0 : m.bias + s[i].value))
			fail_msg("%s: %s", m.path, s[i].name);
		right++;
	}
	free(s);
	assert_true(right >= least);
}

static void
every_function_of_the_libraries_is_found(void **state)
{
	check_library("/libc.so.6", 1500);
	check_library("/libstdc++.so.6", 3000);
	check_library("/libm.so.6", 500);
}

static void
what_nobody_or_only_we_have_is_not_found(void **state)
{
	assert_int_equal(only_this_program_has_it(), 42);
	assert_null(hf_next_symbol("only_this_program_has_it"));
	assert_null(hf_next_symbol("no_such_function_anywhere"));
	assert_null(hf_next_symbol(""));
}

/* Its addresses are not relocated, and it may have the older hash alone. */
static void
the_kernels_own_object_is_read_too(void **state)
{
	uintptr_t base = getauxval(AT_SYSINFO_EHDR);
	int (*clock)(clockid_t, struct timespec *) =
		hf_next_symbol("__vdso_clock_gettime");
	struct timespec a, b, c;

	if (!base)
		skip();
	assert_non_null(clock);
	assert_in_range((uintptr_t)clock, base, base + 65536);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(clock(CLOCK_MONOTONIC, &b), 0);
	clock_gettime(CLOCK_MONOTONIC, &c);
	assert_true(a.tv_sec * 1e9 + (double)a.tv_nsec <=
		    b.tv_sec * 1e9 + (double)b.tv_nsec);
	assert_true(b.tv_sec * 1e9 + (double)b.tv_nsec <=
		    c.tv_sec * 1e9 + (double)c.tv_nsec);
}

/* In a child, where nothing has been looked up. Returns the step. */
static int
first_calls(void *unused)
{
	char *p, *q;

	if (hf_next.malloc == malloc)
		return 1; /* then this shows nothing */
	p = hf_next.malloc(100);
	if (!p || hf_next.malloc != malloc || hf_next.free != free)
		return 2;
	memset(p, 7, 100);
	q = hf_next.realloc(p, 5000);
	if (!q || q[99] != 7)
		return 3;
	hf_next.free(q);
	return 0;
}

static int
first_free(void *unused)
{
	hf_next.free(malloc(10));
	return hf_next.free == free ? 0 : 1;
}

static int
holds(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t *at = data; /* an address; becomes its object's base */

	for (int i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type == PT_LOAD && *at >= start &&
			*at - start < info->dlpi_phdr[i].p_memsz) {
			*at = info->dlpi_addr;
			return 1;
		}
	}
	return 0;
}

/* As with jemalloc, or with the runtime of a sanitizer. */
static bool
new_is_of_mallocs_object(void)
{
	uintptr_t a = (uintptr_t)malloc, b = (uintptr_t)_Znwm;

	return dl_iterate_phdr(holds, &a) && dl_iterate_phdr(holds, &b) &&
	       a == b;
}

static int
first_new(void *unused)
{
	void *p = hf_next._Znwm(100);

	if (!p || hf_next._Znwm != _Znwm)
		return 1;
	if (hf_next.operators != new_is_of_mallocs_object())
		return 2;
	/* No hook is in this program, so that none can have been called. */
	if (hf_next.hooked_Znwm != hf_next.operators)
		return 3;
	hf_next._ZdlPv(p);
	return hf_next._ZdlPv == _ZdlPv ? 0 : 4;
}

static void
the_first_call_of_a_function_looks_it_up(void **state)
{
	assert_int_equal(hf_shared_in_child(first_calls, NULL), 0);
	assert_int_equal(hf_shared_in_child(first_free, NULL), 0);
	assert_int_equal(hf_shared_in_child(first_new, NULL), 0);
}

static bool
is_aligned(const void *p, size_t alignment)
{
	return p && (uintptr_t)p % alignment == 0;
}

static void
the_whole_family_works_once_it_is_found(void **state)
{
	void *p = NULL;

	hf_next_find();
	assert_ptr_equal(hf_next.malloc, malloc);
	assert_ptr_equal(hf_next.calloc, calloc);
	assert_ptr_equal(hf_next.realloc, realloc);
	assert_ptr_equal(hf_next.memalign, memalign);
	assert_ptr_equal(hf_next.aligned_alloc, aligned_alloc);
	assert_ptr_equal(hf_next.posix_memalign, posix_memalign);
	assert_ptr_equal(hf_next.valloc, valloc);
	assert_ptr_equal(hf_next.pvalloc, pvalloc);
	assert_ptr_equal(hf_next.malloc_usable_size, malloc_usable_size);
	assert_ptr_equal(hf_next.dlclose, dlclose);
	assert_int_equal(hf_next.posix_memalign(&p, 256, 100), 0);
	assert_true(is_aligned(p, 256));
	assert_true(hf_next.malloc_usable_size(p) >= 100);
	/* C23's, which this libc may not have. */
	hf_next.free_aligned_sized(p, 256, 100);
	hf_next.free_sized(hf_next.malloc(50), 50);
	hf_next.cfree(hf_next.calloc(5, 10));
	p = hf_next._ZnamSt11align_val_tRKSt9nothrow_t(100, 512, _ZSt7nothrow);
	assert_true(is_aligned(p, 512));
	hf_next._ZdaPvSt11align_val_t(p, 512);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_are_where_the_loader_found_them),
		cmocka_unit_test(every_function_of_the_libraries_is_found),
		cmocka_unit_test(what_nobody_or_only_we_have_is_not_found),
		cmocka_unit_test(the_kernels_own_object_is_read_too),
		cmocka_unit_test(the_first_call_of_a_function_looks_it_up),
		cmocka_unit_test(the_whole_family_works_once_it_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
