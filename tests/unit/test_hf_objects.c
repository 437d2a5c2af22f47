/* SPDX-License-Identifier: Apache-2.0 */
/* Whose code an address is, without glibc's help. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hf_shared.h"
#include "objects.h"

/* What the loader itself says of the object of an address. */
struct wanted {
	uintptr_t pc, start, end;
	const void *header;
};

static int
look(struct dl_phdr_info *info, size_t size, void *data)
{
	struct wanted *w = data;
	uintptr_t start = UINTPTR_MAX, end = 0;
	const void *header = NULL;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_EH_FRAME)
			header = (const void *)at;
		if (p->p_type == PT_LOAD && at < start)
			start = at;
		if (p->p_type == PT_LOAD && at + p->p_memsz > end)
			end = at + p->p_memsz;
	}
	if (w->pc < start || w->pc >= end)
		return 0;
	*w = (struct wanted){ w->pc, start, end, header };
	return 1;
}

static struct wanted
wanted_of(uintptr_t pc)
{
	struct wanted w = { .pc = pc };

	assert_int_equal(dl_iterate_phdr(look, &w), 1);
	return w;
}

static void
assert_found(uintptr_t pc)
{
	struct wanted w = wanted_of(pc);
	struct hf_object o;

	assert_true(hf_objects_find(pc, &o));
	assert_int_equal(o.start, w.start);
	assert_int_equal(o.end, w.end);
	assert_ptr_equal(o.eh_frame_header, w.header);
	assert_true(hf_objects_find(w.start, &o));
	assert_true(!hf_objects_find(w.end, &o) || o.start == w.end);
}

static void
what_is_loaded_at_start_is_found(void **state)
{
	struct hf_object o;

	assert_true(hf_objects_start());
	assert_found((uintptr_t)what_is_loaded_at_start_is_found);
	assert_found((uintptr_t)dlsym(RTLD_DEFAULT, "qsort"));
	assert_false(hf_objects_find(0, &o));
	assert_false(hf_objects_find((uintptr_t)&o, &o));
	assert_false(hf_objects_find(UINTPTR_MAX, &o));
}

static void
what_comes_later_is_found_until_it_goes(void **state)
{
	void *library = dlopen("libbfd-2.40-system.so", RTLD_NOW);
	struct hf_object o, later;
	struct wanted w;
	uintptr_t pc;

	if (!library)
		library = dlopen("libjemalloc.so.2", RTLD_NOW);
	if (!library)
		skip();
	pc = (uintptr_t)((struct link_map *)library)->l_ld;
	w = wanted_of(pc);
	later = (struct hf_object){ w.start, w.end, w.header };
	assert_false(hf_objects_find(pc, &o));
	hf_objects_add(&later);
	assert_found(pc);
	hf_objects_add(&later); /* twice is once */

	/* While something is unloaded it may be this. */
	hf_objects_suspend();
	assert_false(hf_objects_find(pc, &o));
	assert_found((uintptr_t)qsort);
	hf_objects_add(&later);
	assert_false(hf_objects_find(pc, &o));
	hf_objects_resume();
	assert_found(pc);

	hf_objects_suspend();
	dlclose(library);
	hf_objects_resume();
	assert_false(hf_objects_find(pc, &o));
	assert_found((uintptr_t)qsort);
}

static void
a_full_table_keeps_what_it_has(void **state)
{
	struct hf_object o, one = { 4096, 8192, NULL };

	for (int i = 0; i < 5000; i++) {
		one.start += 8192;
		one.end += 8192;
		hf_objects_add(&one);
	}
	assert_found((uintptr_t)what_is_loaded_at_start_is_found);
	assert_true(hf_objects_find(4096 + 8192, &o));
	assert_int_equal(o.start, 4096 + 8192);
	assert_false(hf_objects_find(one.start, &o));
	/* A walk of the loader's list makes room again. */
	hf_objects_suspend();
	hf_objects_resume();
	assert_false(hf_objects_find(4096 + 8192, &o));
	hf_objects_add(&one);
	assert_true(hf_objects_find(one.start, &o));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_loaded_at_start_is_found),
		cmocka_unit_test(what_comes_later_is_found_until_it_goes),
		cmocka_unit_test(a_full_table_keeps_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
