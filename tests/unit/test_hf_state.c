/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Room in the shared region: in a file that ends before it should, past it, and
 * for threads that want some at once. A file that is shorter than it is said to
 * be stands for a filesystem that is full: its pages can't be had, and storing
 * in them is a SIGBUS.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hf_shared.h"

#define MIB	  (1 << 20)
#define PER_CHUNK (HFS_CHUNK / 16)
#define THREADS	  4
#define TAKEN	  4000

/* A region over a file of `there` bytes that should have `wanted`. */
static struct hf_region *
open_over(size_t there, size_t wanted, uint32_t ready)
{
	int fd = memfd_create("state", MFD_CLOEXEC);
	struct hf_backing b = { .units = (uint32_t)(wanted / 16),
		.ready = ready };
	struct hf_region *r;

	assert_true(fd >= 0 && ftruncate(fd, (off_t)there) == 0);
	b.chunk = mmap(
		NULL, HFS_CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(b.chunk != MAP_FAILED);
	close(fd);
	hf_options_read(NULL);
	hf_options.memory = 16 * MIB;
	assert_true(hf_state_start(true));
	assert_true(hf_state_claim());
	r = hf_state_open(&b, NULL);
	assert_non_null(r);
	return r;
}

/* As much as there is, in pieces of `bytes`, each stored in from end to end. */
static uint32_t
take_all(struct hf_region *r, size_t bytes, uint32_t *in_file)
{
	uint32_t n = 0, inside = 0, before = 0;
	hfs_ref ref;

	while ((ref = hf_state_alloc(r, bytes))) {
		unsigned char *p = hf_state_at(r, ref);

		assert_true(ref > before);
		before = ref;
		for (size_t i = 0; i < bytes; i += 16)
			assert_int_equal(p[i], 0);
		memset(p, 0xa5, bytes);
		assert_int_equal(ref % PER_CHUNK + bytes / 16 <= PER_CHUNK, 1);
		inside += hf_state_in_file(r, ref);
		n++;
	}
	*in_file = inside;
	return n;
}

static void
a_file_that_ends_early_is_left_in_time(void **state)
{
	static const size_t there[] = { 64 << 10, 128 << 10, 704 << 10, MIB,
		MIB + (64 << 10), 3 * MIB - 4096, 3 * MIB, 8 * MIB };

	for (size_t i = 0; i < sizeof there / sizeof *there; i++)
		for (size_t bytes = 48; bytes < 200000; bytes = bytes * 7) {
			struct hf_region *r = open_over(there[i], 8 * MIB, 0);
			uint32_t inside, n = take_all(r, bytes, &inside);
			uint32_t end = r->header->file_units;

			assert_true(end * 16ULL <= there[i]);
			assert_true((uint64_t)inside * bytes <= there[i]);
			/* What is lost is less than three chunks. */
			assert_true(n * (uint64_t)bytes > 12 * MIB);
			/* Of what there was nearly all has been used. */
			if (bytes < 4096 && there[i] > 2 * HF_STATE_STEP)
				assert_true(inside * bytes + HF_STATE_STEP +
						    4096 + sizeof *r->header >
					    there[i] - HF_STATE_STEP);
		}
}

static void
a_file_of_fixed_size_is_used_to_its_end(void **state)
{
	struct hf_region *r = open_over(2 * MIB, 2 * MIB, 2 * PER_CHUNK);
	uint32_t inside, n = take_all(r, 1600, &inside);

	assert_int_equal(r->header->file_units, 2 * PER_CHUNK);
	assert_true(inside > 2 * MIB / 1600 - 50 && n > inside * 6);
}

static int
with_little_address_space(void *unused)
{
	struct hf_region *r = open_over(8 * MIB, 8 * MIB, 0);
	struct rlimit none = { 0, 0 };
	uint32_t inside;

	if (setrlimit(RLIMIT_AS, &none) != 0)
		return 2;
	/* The first chunk is mapped already; no other can be. */
	if (take_all(r, 800, &inside) != inside || inside > MIB / 800)
		return 3;
	return hf_state_private(4096) || inside < MIB / 2 / 800 ? 4 : 0;
}

static void
no_address_space_is_no_room(void **state)
{
	assert_int_equal(
		hf_shared_in_child(with_little_address_space, NULL), 0);
}

static int
not_open_twice_a_second(void *unused)
{
	struct rlimit none = { 0, 0 }, before;
	const struct hf_backing nothing = { 0 };

	hf_options_read(NULL);
	if (!hf_state_start(true) || getrlimit(RLIMIT_AS, &before) != 0)
		return 2;
	none.rlim_max = before.rlim_max;
	if (setrlimit(RLIMIT_AS, &none) != 0)
		return 3;
	if (hf_state_claim() || hf_wiped->next_open_ns < hf_state_clock())
		return 4;
	if (setrlimit(RLIMIT_AS, &before) != 0 || hf_state_claim())
		return 5;
	hf_wiped->next_open_ns = 0;
	return hf_state_claim() && hf_state_open(&nothing, NULL) ? 0 : 6;
}

static void
who_finds_no_memory_tries_again_later(void **state)
{
	assert_int_equal(hf_shared_in_child(not_open_twice_a_second, NULL), 0);
}

struct worker {
	struct hf_region *r;
	uint32_t number;
	hfs_ref ref[TAKEN];
	size_t units[TAKEN];
};

static void *
work(void *data)
{
	struct worker *w = data;
	uint64_t random = w->number + 1;

	for (int i = 0; i < TAKEN; i++) {
		w->units[i] = 2 + hf_shared_below(&random, 90);
		w->ref[i] = hf_state_alloc(w->r, w->units[i] * 16);
		if (w->ref[i])
			memset(hf_state_at(w->r, w->ref[i]), (int)w->number + 1,
				w->units[i] * 16);
	}
	return NULL;
}

/* Nobody's room is another's, and what was said to be in the file is. */
static void
threads_past_the_end_of_the_file(void **state)
{
	static struct worker w[THREADS];

	for (size_t there = 64 << 10; there <= 5 * MIB; there += 320 << 10) {
		struct hf_region *r = open_over(there, 8 * MIB, 0);
		pthread_t t[THREADS];

		for (uint32_t i = 0; i < THREADS; i++) {
			w[i].r = r;
			w[i].number = i;
			assert_int_equal(
				pthread_create(&t[i], NULL, work, &w[i]), 0);
		}
		for (uint32_t i = 0; i < THREADS; i++)
			pthread_join(t[i], NULL);
		assert_true(r->header->file_units * 16ULL <= there);
		for (uint32_t i = 0; i < THREADS; i++)
			for (int k = 0; k < TAKEN; k++) {
				unsigned char *p = hf_state_at(r, w[i].ref[k]);

				assert_true(w[i].ref[k] != 0);
				assert_int_equal(p[0], i + 1);
				assert_memory_equal(
					p, p + 1, w[i].units[k] * 16 - 1);
			}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_ends_early_is_left_in_time),
		cmocka_unit_test(a_file_of_fixed_size_is_used_to_its_end),
		cmocka_unit_test(no_address_space_is_no_room),
		cmocka_unit_test(who_finds_no_memory_tries_again_later),
		cmocka_unit_test(threads_past_the_end_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
