/* SPDX-License-Identifier: Apache-2.0 */
/* pprof's profile.proto: what is legal though rare, and what is damaged. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "err.h"
#include "pprofs.h"
#include "read_pprof.h"
#include "stderr.h"

/* The strings of every profile here, by number. */
enum {
	EMPTY,
	SPACE,
	BYTES,
	OBJECTS,
	COUNT,
	PROG,
	ID,
	LEAF,
	INNER,
	OUTER,
	FILE_C,
	KEY,
	TEXT,
	THREAD,
	DROP,
	CPU,
	TYPES
};
static const char *const strings[] = { "", "inuse_space", "bytes",
	"inuse_objects", "count", "/bin/prog", "00aabbccdd", "leaf", "inner",
	"outer", "x.c", "tenant", "a", "thread", "lea.|none", "cpu" };

#define VALUE 2
#define IDS   1

static void
put_strings(struct bytes *b)
{
	for (int i = 0; i < TYPES; i++)
		put_text(b, strings[i]);
}

/* Two types, a mapping, two functions and a location with an inlined one. */
static void
put_places(struct bytes *b, uint64_t leaf_id, uint64_t other_id)
{
	struct bytes l = { .length = 0 };

	PUT(b, 3, 1, 9, 2, 0x4000, 3, 0x8000, 4, 0x1000, 5, PROG, 6, ID);
	PUT(b, 5, 1, 70, 2, INNER, 4, FILE_C);
	PUT(b, 5, 1, 80, 2, OUTER);
	put_number(&l, 1, leaf_id);
	put_number(&l, 2, 9);
	put_number(&l, 3, 0x4100);
	PUT(&l, 4, 1, 70, 2, 33);
	PUT(&l, 4, 1, 80, 2, 44);
	put_bytes(b, 4, l.at, l.length);
	PUT(b, 4, 1, other_id, 2, 9, 3, 0x4200);
}

static void
put_types(struct bytes *b)
{
	PUT(b, 1, 1, OBJECTS, 2, COUNT);
	PUT(b, 1, 1, SPACE, 2, BYTES);
}

static int
read_bytes(struct profile *p, const struct bytes *b)
{
	const struct input in = { "x.pb.gz", b->at, b->length };

	profile_init(p);
	return pprof_read(p, &in);
}

/* What is said of it, which is one line. */
static void
is_refused(const struct bytes *b, const char *why)
{
	struct profile p;
	struct said said;
	int status;

	said_begin(&said);
	status = read_bytes(&p, b);
	said_end(&said);
	profile_release(&p);
	assert_int_equal(status, -1);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, why));
}

/* A profile as it may be written: ids far apart, numbers not packed. */
static void
put_odd(struct bytes *b)
{
	put_number(b, 30, 7); /* a field of a later version */
	put_types(b);
	PUT(b, 2, IDS, UINT64_C(1) << 60, IDS, 3, VALUE, 2, VALUE, 8192);
	PUT(b, 2, VALUE, 1, VALUE, 100);
	put_places(b, UINT64_C(1) << 60, 3);
	put_strings(b);
	PUT(b, 11, 1, SPACE, 2, BYTES);
	put_number(b, 12, 4096);
	put_number(b, 9, UINT64_C(1700000000123456789));
	put_number(b, 10, UINT64_C(2000000000));
}

static void
rare_but_legal(void **state)
{
	struct bytes b = { .length = 0 };
	struct profile p;
	const struct location *l;
	const struct row *r;
	double q = -expm1(-1);

	put_odd(&b);
	assert_int_equal(read_bytes(&p, &b), 0);
	assert_int_equal(p.row_count, 2);
	r = &p.rows[0];
	assert_int_equal(p.stacks[r->stack].depth, 2);
	assert_true(r->v[INUSE_SPACE].sum == 8192);
	assert_true(r->v[INUSE_OBJECTS].sum == 2);
	/* Two blocks of N bytes, each seen with probability q. */
	assert_true(fabs(r->v[INUSE_OBJECTS].var - 2 * (1 - q) / q) < 1e-9);
	assert_int_equal(r->samples_live, 1);
	l = &p.locations[p.stack_locations[p.stacks[r->stack].first]];
	assert_int_equal(l->depth, 2);
	assert_int_equal(l->offset, 0x1101); /* what returns to it */
	assert_string_equal(
		strtab_get(&p.strings, p.modules[l->module].path), "/bin/prog");
	assert_string_equal(
		strtab_get(&p.strings, p.modules[l->module].build_id),
		"00aabbccdd");
	assert_true(p.functions[p.frames[p.location_frames[l->first]].function]
			    .inlined);
	assert_int_equal(p.frames[p.location_frames[l->first + 1]].line, 44);
	l = &p.locations[p.stack_locations[p.stacks[r->stack].first + 1]];
	assert_int_equal(l->depth, 0); /* to be symbolized */
	assert_int_equal(l->offset, 0x1201);
	assert_int_equal(p.stacks[p.rows[1].stack].depth, 0);
	assert_int_equal(p.processes[0].interval_max, 4096);
	assert_int_equal(p.processes[0].start_ms, 1700000000123);
	assert_int_equal(p.processes[0].end_ms, 1700000002123);
	assert_true(p.usual_metric == INUSE_SPACE);
	profile_release(&p);
}

/* It ends nowhere without a word, and where it ends between two fields some
 * string is missing. */
static void
cut_off_everywhere(void **state)
{
	struct bytes b = { .length = 0 };
	size_t length;

	put_number(&b, 9, 1);
	put_types(&b);
	PUT(&b, 2, IDS, 5, IDS, 3, VALUE, 2, VALUE, 8192);
	put_places(&b, 5, 3);
	put_strings(&b);
	length = b.length;
	for (b.length = 0; b.length < length; b.length++) {
		struct profile p;
		struct said said;

		said_begin(&said);
		if (read_bytes(&p, &b) < 0) {
			said_end(&said);
			assert_int_equal(said_lines(&said), 1);
		} else {
			/* Whole but for texts that it may do without. */
			said_end(&said);
			assert_true(b.length > length - 50);
		}
		profile_release(&p);
	}
}

static void
damage_is_named(void **state)
{
	struct bytes b = { .length = 0 };
	size_t begin;

	put_types(&b);
	put_places(&b, 5, 3);
	put_strings(&b);
	begin = b.length;
	PUT(&b, 2, IDS, 5, VALUE, 1);
	is_refused(&b, "a sample of 1 values, where there are 2 types");
	b.length = begin;
	PUT(&b, 2, IDS, 6, VALUE, 1, VALUE, 1);
	is_refused(&b, "a sample at location 6, which is not in the file");
	b.length = begin;
	PUT(&b, 4, 1, 5);
	is_refused(&b, "two locations of one id");
	b.length = begin;
	PUT(&b, 4, 2, 5);
	is_refused(&b, "a location of id 0");
	b.length = begin;
	PUT(&b, 1, 1, 99, 2, BYTES);
	is_refused(&b, "a type whose name is not in the file");
	b.length = begin;
	put_number(&b, 6, 5);
	is_refused(&b, "field 6 is of the wrong type");
	b.length = begin;
	put_bytes(&b, 2, "\x0a\xff\xff", 3);
	is_refused(&b, "a damaged sample");
	b.length = begin;
	memset(b.at + b.length, 0xff, 20);
	b.length += 20;
	is_refused(&b, "this is no field of a profile");
	b.length = 0;
	put_strings(&b);
	is_refused(&b, "it names no type of sample");
}

static void
labels_tell_whose_it_is(void **state)
{
	struct bytes b = { .length = 0 }, s = { .length = 0 };
	struct profile p;

	put_types(&b);
	PUT(&s, 3, 1, THREAD, 2, OUTER);
	PUT(&s, 3, 1, KEY, 2, TEXT);
	PUT(&s, 3, 1, FILE_C, 2, LEAF);
	PUT(&s, 3, 1, BYTES, 3, 64);
	put_number(&s, VALUE, 2);
	put_number(&s, VALUE, 128);
	put_bytes(&b, 2, s.at, s.length);
	put_strings(&b);
	assert_int_equal(read_bytes(&p, &b), 0);
	assert_int_equal(p.row_count, 1);
	assert_string_equal(strtab_get(&p.strings, p.rows[0].thread), "outer");
	assert_string_equal(
		strtab_get(&p.strings, p.rows[0].label), "tenant=a,x.c=leaf");
	profile_release(&p);
}

/* leaf is dropped where there is a frame that stays, and not at the root. */
static void
frames_are_dropped(void **state)
{
	struct bytes b = { .length = 0 }, l = { .length = 0 };
	struct profile p;

	put_types(&b);
	PUT(&b, 2, IDS, 6, IDS, 5, VALUE, 1, VALUE, 1);
	PUT(&b, 2, IDS, 5, IDS, 6, VALUE, 1, VALUE, 1);
	put_places(&b, 5, 3);
	PUT(&b, 5, 1, 90, 2, LEAF);
	put_number(&l, 1, 6);
	PUT(&l, 4, 1, 90);
	put_bytes(&b, 4, l.at, l.length);
	put_strings(&b);
	put_number(&b, 7, DROP);
	assert_int_equal(read_bytes(&p, &b), 0);
	assert_int_equal(p.row_count, 2);
	assert_int_equal(p.stacks[p.rows[0].stack].depth, 1);
	assert_int_equal(p.stacks[p.rows[1].stack].depth, 2);
	profile_release(&p);
}

static void
what_is_no_heap_has_its_own_metrics(void **state)
{
	struct bytes b = { .length = 0 };
	struct profile p;
	struct said said;

	PUT(&b, 1, 1, CPU, 2, COUNT);
	for (uint64_t i = LEAF; i < LEAF + 5; i++)
		PUT(&b, 1, 1, i, 2, BYTES);
	PUT(&b, 2, VALUE, 1, VALUE, 2, VALUE, 3, VALUE, 4, VALUE, 5, VALUE, 6);
	put_strings(&b);
	put_number(&b, 14, INNER);
	said_begin(&said);
	assert_int_equal(read_bytes(&p, &b), 0);
	said_end(&said);
	assert_int_equal(said_lines(&said), 2); /* two are left out */
	assert_non_null(strstr(said.text, "type 'x.c' is left out"));
	assert_int_equal(p.foreign_count, FOREIGN_MAX);
	assert_int_equal(p.usual_metric, FOREIGN + 2);
	assert_true(p.rows[0].v[FOREIGN].sum == 1);
	assert_true(p.rows[0].v[FOREIGN + 3].sum == 4);
	assert_int_equal(p.rows[0].samples, 1);
	profile_release(&p);
}

static void
a_difference_shows_what_grew(void **state)
{
	struct bytes b = { .length = 0 };
	struct profile p;
	struct said said;

	put_types(&b);
	put_places(&b, 5, 3);
	put_strings(&b);
	PUT(&b, 2, IDS, 5, VALUE, 3, VALUE, 300);
	PUT(&b, 2, IDS, 5, VALUE, (uint64_t)-1, VALUE, (uint64_t)-100);
	PUT(&b, 2, IDS, 3, VALUE, (uint64_t)-1, VALUE, (uint64_t)-100);
	said_begin(&said);
	assert_int_equal(read_bytes(&p, &b), 0);
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_true(p.rows[0].v[INUSE_SPACE].sum == 200);
	assert_true(p.rows[1].v[INUSE_SPACE].sum == 0);
	profile_release(&p);
}

static void
texts_are_not_taken_for_it(void **state)
{
	static const char *const texts[] = { "main;a 12\nmain;b 3\n",
		"heap_v2/1\n  t*: 0: 0 [0: 0]\n", "\n\n\nx;y 1\n", "{\"a\": 1}",
		"HpHpHpHp 1\n", "\n main;foo 12\n", "\177ELF\2\1\1",
		"*;*;* 3\n", "2222;2222 2\n", "" };
	struct bytes b = { .length = 0 };
	struct input in = { .name = "x" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		in.bytes = (const unsigned char *)texts[i];
		in.length = strlen(texts[i]);
		assert_false(reader_pprof.recognises(&in));
	}
	put_odd(&b);
	in.bytes = b.at;
	for (in.length = 10; in.length < b.length; in.length++)
		assert_true(reader_pprof.recognises(&in));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rare_but_legal),
		cmocka_unit_test(cut_off_everywhere),
		cmocka_unit_test(damage_is_named),
		cmocka_unit_test(labels_tell_whose_it_is),
		cmocka_unit_test(frames_are_dropped),
		cmocka_unit_test(what_is_no_heap_has_its_own_metrics),
		cmocka_unit_test(a_difference_shows_what_grew),
		cmocka_unit_test(texts_are_not_taken_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
