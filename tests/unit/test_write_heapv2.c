/* SPDX-License-Identifier: Apache-2.0 */
/* What is written as heap_v2 comes back with the same figures and places. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "read.h"
#include "write.h"

static char *
written(const struct profile *p)
{
	char *text = NULL;

	HAND_TEXT(text, out, assert_int_equal(write_heapv2(out, p), 0));
	return text;
}

/* Our own reader scales as jeprof does; that it does is tested with jeprof. */
static void
read_back(struct profile *p, const char *text)
{
	const struct input in = {
		.name = "back.1.0.f.heap",
		.bytes = (const unsigned char *)text,
		.length = strlen(text),
	};

	profile_init(p);
	assert_true(reader_heapv2.recognises(&in));
	assert_int_equal(reader_heapv2.read(p, &in), 0);
}

static double
total(const struct profile *p, enum metric m)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->row_count; i++)
		sum += p->rows[i].v[m].sum;
	return sum;
}

static void
add(struct profile *p, uint32_t process, const char *stack, double bytes,
	double objects)
{
	struct row *r = hand_row(p, process, stack);

	r->v[INUSE_SPACE].sum = bytes;
	r->v[INUSE_OBJECTS].sum = objects;
	r->v[ALLOC_SPACE].sum = 3 * bytes;
	r->v[ALLOC_OBJECTS].sum = 2 * objects;
}

static void
figures_come_back(void **state)
{
	struct profile p, back;
	char stack[64], *text;
	uint32_t x;

	profile_init(&p);
	x = hand_process(&p, 1, PROCESS_ENDED, 524288);
	/* Sizes from a fraction of a byte to 100 MB, none of them whole. */
	for (int i = 0; i < 200; i++) {
		snprintf(stack, sizeof stack, "main;f%d", i);
		add(&p, x, stack, 0.7 + pow(1.1, i), 1.3 + i % 7);
	}
	text = written(&p);
	read_back(&back, text);
	for (int m = 0; m < PEAK_SPACE; m++) {
		double wrong = total(&back, (enum metric)m) -
			       total(&p, (enum metric)m);

		if (fabs(wrong) > 2)
			fail_msg("%s is wrong by %g", metric_names[m], wrong);
	}
	free(text);
	profile_release(&back);
	profile_release(&p);
}

static void
processes_add_up_and_program_is_first(void **state)
{
	struct profile p, back;
	char *text;
	uint32_t x, y;

	profile_init(&p);
	/* A library is seen first, as its frames are nearer to the leaf. */
	profile_module(&p, "/lib/libz.so.1", NULL);
	x = hand_process(&p, 1, PROCESS_ENDED, 1);
	y = hand_process(&p, 2, PROCESS_ENDED, 1);
	add(&p, x, "main;f", 1000, 10);
	add(&p, y, "main;f", 500, 5);
	p.locations[0].module = 0;
	text = written(&p);
	assert_non_null(strstr(text, "  t*: 15: 1500 [30: 4500]\n"));
	assert_non_null(strstr(text, "r-xp 00000000 00:00 0 /bin/prog\n"));
	assert_true(
		strstr(text, "/bin/prog\n") < strstr(text, "/lib/libz.so.1\n"));
	read_back(&back, text);
	assert_int_equal(back.stack_count, 1);
	assert_int_equal(back.stacks[0].depth, 2);
	for (int i = 0; i < 2; i++) {
		struct location *was = &p.locations[p.stack_locations[i]];
		struct location *is = &back.locations[back.stack_locations[i]];

		assert_int_equal(is->offset, was->offset);
		assert_string_equal(strtab_get(&back.strings,
					    back.modules[is->module].path),
			strtab_get(&p.strings, p.modules[was->module].path));
	}
	free(text);
	profile_release(&back);
	profile_release(&p);
}

static void
nothing_is_still_a_file(void **state)
{
	struct profile p, back;
	char *text;

	profile_init(&p);
	hand_process(&p, 1, PROCESS_ENDED, 1);
	text = written(&p);
	assert_string_equal(text,
		"heap_v2/1\n  t*: 0: 0 [0: 0]\n  t0: 0: 0 [0: 0]\n\n"
		"MAPPED_LIBRARIES:\n");
	read_back(&back, text);
	assert_int_equal(back.row_count, 0);
	free(text);
	profile_release(&back);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_come_back),
		cmocka_unit_test(processes_add_up_and_program_is_first),
		cmocka_unit_test(nothing_is_still_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
