/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of modules, and what is remembered of them before there is a region.
 * What is known is the process's: each test is a child of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hf_shared.h"
#include "maps.h"
#include "modules.h"
#include "unloads.h"

#define BASE 0x7f0000000000
#define SIZE 0x3000
#define MANY 1000

/* The i-th module of a process, and what it is called. */
static void
found(struct hf_modules_walk *w, uint32_t i)
{
	struct hfs_segment s = { BASE + i * 2UL * SIZE,
		BASE + i * 2UL * SIZE + SIZE, 0x1000 };
	unsigned char id[20] = { (unsigned char)i, 1, 2, 3 };
	char path[64];
	int n = snprintf(path, sizeof path, "/usr/lib/lib%u.so", i);

	hf_modules_found(w, &(struct hf_found_module){ .segments = 1,
				    .segment = &s,
				    .build_id = id,
				    .build_id_length = sizeof id,
				    .path = path,
				    .path_length = (uint32_t)n });
}

static bool
remember(uint32_t count)
{
	struct hf_modules_walk w;

	if (!hf_modules_begin(&w, NULL))
		return false;
	for (uint32_t i = 0; i < count; i++)
		found(&w, i);
	hf_modules_end(&w);
	return true;
}

/* Rows of those that are loaded; they must be the first ones of above. */
static uint32_t
loaded(struct hf_region *r)
{
	uint32_t n = 0;

	for (hfs_ref ref = hf_modules_first(r); ref;
		ref = hf_modules_after(r, ref)) {
		struct hfs_module *m = hf_state_at(r, ref);
		uint32_t i =
			(uint32_t)((m->segment[0].start - BASE) / 2 / SIZE);
		char path[64];

		snprintf(path, sizeof path, "/usr/lib/lib%u.so", i);
		if (m->build_id_length != 20 ||
			m->path_length != strlen(path) ||
			memcmp((char *)&m->segment[m->segments] + 20, path,
				m->path_length) != 0)
			return UINT32_MAX;
		n += m->last_epoch == UINT32_MAX;
	}
	return n;
}

static int
born(void *unused)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct hf_modules_walk w;

	if (hf_modules_at_birth(r) || loaded(r) != 0)
		return 1;
	if (!remember(3) || !hf_modules_at_birth(r) || loaded(r) != 3)
		return 2;
	/* A walk confirms them, and sees who has gone. */
	if (!hf_modules_begin(&w, r))
		return 3;
	found(&w, 0);
	found(&w, 2);
	hf_modules_end(&w);
	if (r->header->module_count != 3 || loaded(r) != 2)
		return 4;
	return hf_unloads_of((uintptr_t[]){ BASE + 2 * SIZE + 1 }, 1) == 1 ? 0
									   : 5;
}

static void
a_region_is_born_with_what_was_remembered(void **state)
{
	assert_int_equal(hf_shared_in_child(born, NULL), 0);
}

static int
too_many(void *unused)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct hf_modules_walk w;

	/* Some, whole, and it is said that there are more. */
	if (!remember(MANY) || hf_modules_at_birth(r) || loaded(r) < 200 ||
		loaded(r) >= MANY)
		return 1;
	/* A walk that has left out something says of nobody that he is gone. */
	if (!hf_modules_begin(&w, r))
		return 2;
	found(&w, 0);
	w.left_out = true;
	hf_modules_end(&w);
	return loaded(r) < 200 ? 3 : 0;
}

static void
what_finds_no_room_is_left_to_others(void **state)
{
	assert_int_equal(hf_shared_in_child(too_many, NULL), 0);
}

static int
unloaded(void *unused)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct hf_modules_walk w;

	if (!remember(3))
		return 1;
	hf_modules_unloaded(NULL, false);
	if (hf_modules_at_birth(r) || loaded(r) != 0)
		return 2;
	/* Of the epoch that it is now; who goes next was there in it. */
	if (!remember(2) || !hf_modules_at_birth(r) || loaded(r) != 2)
		return 3;
	if (!hf_modules_begin(&w, r))
		return 4;
	hf_modules_end(&w);
	for (hfs_ref ref = hf_modules_first(r); ref;
		ref = hf_modules_after(r, ref)) {
		struct hfs_module *m = hf_state_at(r, ref);

		if (m->first_epoch != 1 || m->last_epoch != 2)
			return 5;
	}
	return 0;
}

static void
an_unload_makes_what_was_remembered_worthless(void **state)
{
	assert_int_equal(hf_shared_in_child(unloaded, NULL), 0);
}

static int
by_the_loader(void *unused)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	uint32_t n;

	/* Its names may be relative: not for a region that sees the maps. */
	hf_modules_start();
	if (hf_modules_at_birth(r) || r->header->module_count != 0)
		return 1;
	hf_modules_as_remembered(r);
	n = r->header->module_count;
	if (n < 3)
		return 2;
	/* It and the maps mean the same. */
	if (!hf_maps_modules(r) || r->header->module_count < n ||
		r->header->module_count > n + 1) /* [vsyscall] */
		return 3;
	/* What the maps have said stays. */
	hf_maps_remember();
	hf_modules_start();
	r = hf_shared_region(16 << 20);
	return hf_modules_at_birth(r) && r->header->module_count >= n ? 0 : 4;
}

static void
the_loader_is_asked_for_those_who_see_no_maps(void **state)
{
	assert_int_equal(hf_shared_in_child(by_the_loader, NULL), 0);
}

static int
held(void *unused)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	struct hf_modules_walk first, second;

	if (!remember(3) || !hf_modules_begin(&first, NULL))
		return 1;
	found(&first, 0);
	/* Nobody sees what is half-done, nor does anything to it. */
	if (hf_modules_begin(&second, r) || remember(1) || hf_maps_modules(r) ||
		hf_modules_at_birth(r))
		return 2;
	found(&second, 1);
	hf_modules_end(&second);
	hf_modules_as_remembered(r);
	if (r->header->module_count != 0)
		return 3;
	/* Nor a child: the page that holds it is wiped there. */
	hf_modules_let_go();
	if (hf_modules_at_birth(r) || loaded(r) != 0)
		return 4;
	return hf_maps_modules(r) && r->header->module_count > 2 ? 0 : 5;
}

static void
one_at_a_time_looks_and_remembers(void **state)
{
	assert_int_equal(hf_shared_in_child(held, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_region_is_born_with_what_was_remembered),
		cmocka_unit_test(what_finds_no_room_is_left_to_others),
		cmocka_unit_test(an_unload_makes_what_was_remembered_worthless),
		cmocka_unit_test(the_loader_is_asked_for_those_who_see_no_maps),
		cmocka_unit_test(one_at_a_time_looks_and_remembers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
