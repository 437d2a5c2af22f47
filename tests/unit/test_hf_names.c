/* SPDX-License-Identifier: Apache-2.0 */
/* Names of threads and labels: what is one, when there are too many, no room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "hf_shared.h"
#include "names.h"

#define THREADS 4
#define TEXTS	200

static uint16_t
label(struct hf_region *r, int i)
{
	char text[40];

	snprintf(text, sizeof text, "tenant=%d", i);
	return hf_names_intern(r, HFS_NAME_LABEL, text);
}

static void
a_text_is_a_number_in_its_kind(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	char long_one[300];

	assert_int_equal(hf_names_intern(r, HFS_NAME_LABEL, "a"), 1);
	assert_int_equal(hf_names_intern(r, HFS_NAME_THREAD, "a"), 1);
	assert_int_equal(hf_names_intern(r, HFS_NAME_LABEL, "b"), 2);
	assert_int_equal(hf_names_intern(r, HFS_NAME_LABEL, "a"), 1);
	assert_int_equal(hf_names_intern(r, HFS_NAME_LABEL, ""), 0);
	assert_string_equal(hf_names_text(r, HFS_NAME_LABEL, 2), "b");
	assert_null(hf_names_text(r, HFS_NAME_THREAD, 2));
	/* Cut off, but not in the midst of a character. */
	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	memcpy(long_one + HFS_NAME_MAX - 3, "\xe2\x82\xac", 3);
	assert_int_equal(hf_names_intern(r, HFS_NAME_LABEL, long_one), 3);
	assert_int_equal(
		strlen(hf_names_text(r, HFS_NAME_LABEL, 3)), HFS_NAME_MAX - 3);
}

static void
too_many_are_others(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	uint16_t others = 0;

	for (int i = 0; i < 1023; i++)
		assert_int_equal(label(r, i), i + 1);
	for (int i = 1023; i < 3000; i++) {
		uint16_t n = label(r, i);

		if (!others)
			others = n;
		assert_int_equal(n, others);
	}
	assert_string_equal(
		hf_names_text(r, HFS_NAME_LABEL, others), "[other labels]");
	assert_int_equal(label(r, 1022), 1023);
}

/* In a file without room there are no names; nor may they use up memory. */
static void
no_room_in_the_file_costs_no_memory(void **state)
{
	struct hf_region *r = hf_shared_region(16 << 20);
	uint32_t used;

	assert_int_equal(label(r, 1), 1);
	r->header->file_units = r->header->used;
	label(r, 2);
	used = r->header->used;
	for (int i = 3; i < 1000; i++)
		assert_int_equal(label(r, i), 0);
	assert_int_equal(r->header->used, used);
	assert_int_equal(label(r, 1), 1);
}

struct worker {
	struct hf_region *r;
	pthread_barrier_t *together;
	uint16_t number[TEXTS];
};

static void *
work(void *data)
{
	struct worker *w = data;

	for (int i = 0; i < TEXTS; i++) {
		if (i % 10 == 0)
			pthread_barrier_wait(w->together);
		w->number[i] = label(w->r, i);
	}
	return NULL;
}

/* Threads that bring the same names at once use up one number a name. */
static void
threads_agree(void **state)
{
	struct worker w[THREADS];
	pthread_barrier_t together;

	pthread_barrier_init(&together, NULL, THREADS);
	for (int round = 0; round < 20; round++) {
		struct hf_region *r = hf_shared_region(16 << 20);
		pthread_t t[THREADS];
		char text[40];

		for (int i = 0; i < THREADS; i++) {
			w[i] = (struct worker){ .r = r, .together = &together };
			assert_int_equal(
				pthread_create(&t[i], NULL, work, &w[i]), 0);
		}
		for (int i = 0; i < THREADS; i++)
			pthread_join(t[i], NULL);
		for (int i = 0; i < THREADS; i++)
			assert_memory_equal(
				w[i].number, w[0].number, sizeof w[0].number);
		assert_int_equal(r->header->name_count[HFS_NAME_LABEL], TEXTS);
		for (int i = 0; i < TEXTS; i++) {
			snprintf(text, sizeof text, "tenant=%d", i);
			assert_string_equal(hf_names_text(r, HFS_NAME_LABEL,
						    w[0].number[i]),
				text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_a_number_in_its_kind),
		cmocka_unit_test(too_many_are_others),
		cmocka_unit_test(no_room_in_the_file_costs_no_memory),
		cmocka_unit_test(threads_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
