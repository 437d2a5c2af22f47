/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as printf has them, names that survive a line, text that is whole. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "hf_shared.h"
#include "text.h"

static char buffer[256];

static struct hf_text
begin(void)
{
	memset(buffer, 'x', sizeof buffer);
	return (struct hf_text){ buffer, sizeof buffer, 0, -1, false, 0 };
}

/* A number with all its bits, or few, or one short of the next power. */
static uint64_t
some_number(uint64_t *random)
{
	uint64_t n = hf_sampler_random(random) >> hf_shared_below(random, 64);

	switch (hf_shared_below(random, 4)) {
	case 0:
		return 1ULL << hf_shared_below(random, 64);
	case 1:
		return (1ULL << hf_shared_below(random, 64)) - 1;
	}
	return n;
}

static void
whole_numbers_are_as_printf_writes_them(void **state)
{
	static const uint64_t edges[] = { 0, 9, 10, 99, 100, 15, 16, INT64_MAX,
		UINT64_MAX - 1, UINT64_MAX };
	uint64_t random = 1;

	for (size_t i = 0; i < 20000; i++) {
		uint64_t n = i < sizeof edges / sizeof edges[0]
				     ? edges[i]
				     : some_number(&random);
		struct hf_text t = begin();
		char wanted[64];

		hf_text_number(&t, n);
		hf_text_byte(&t, ' ');
		hf_text_hex(&t, n);
		snprintf(wanted, sizeof wanted, "%lu %lx", (unsigned long)n,
			(unsigned long)n);
		assert_string_equal(hf_text_end(&t), wanted);
		assert_false(t.failed);
		assert_int_equal(t.written, strlen(wanted));
	}
}

/* Only digits and a point with one to three digits behind, the last not 0. */
static void
check_shape(const char *text)
{
	size_t whole = strspn(text, "0123456789"), part;

	assert_true(whole > 0 && (whole == 1 || text[0] != '0'));
	if (!text[whole])
		return;
	assert_int_equal(text[whole], '.');
	part = strspn(text + whole + 1, "0123456789");
	assert_in_range(part, 1, 3);
	assert_int_equal(text[whole + 1 + part], '\0');
	assert_int_not_equal(text[whole + part], '0');
}

static void
fixed_numbers_are_right_to_half_a_thousandth(void **state)
{
	uint64_t random = 2;

	for (int i = 0; i < 40000; i++) {
		unsigned shift = i % 2 ? 8 : 16;
		uint64_t n = some_number(&random);
		struct hf_text t = begin();
		long double wanted = ldexpl((long double)n, -(int)shift), got;

		hf_text_fixed(&t, n, shift);
		check_shape(hf_text_end(&t));
		got = strtold(buffer, NULL);
		if (fabsl(got - wanted) > 0.0005L + wanted * 0x1p-62L) {
			print_error("%s, wanted %.6Lf\n", buffer, wanted);
			fail();
		}
	}
}

static void
a_fraction_that_rounds_to_one_is_carried(void **state)
{
	struct hf_text t = begin();

	hf_text_fixed(&t, (7 << 16) + 65535, 16);
	assert_string_equal(hf_text_end(&t), "8");
	t = begin();
	hf_text_double(&t, 7.9996);
	assert_string_equal(hf_text_end(&t), "8");
	t = begin();
	hf_text_fixed(&t, (7 << 8) + 128, 8);
	assert_string_equal(hf_text_end(&t), "7.5");
}

static void
doubles_are_as_printf_writes_them(void **state)
{
	uint64_t random = 3;

	for (int i = 0; i < 200000; i++) {
		double d = exp2(140 * hf_shared_uniform(&random) - 14);
		struct hf_text t = begin();
		char wanted[64];

		if (d >= 1e38)
			continue;
		hf_text_double(&t, d);
		check_shape(hf_text_end(&t));
		snprintf(wanted, sizeof wanted, "%.3f", d);
		/* The nearest thousandth, or where two are near the other;
		   from 10^15 on whole numbers do. */
		if (fabsl(strtold(buffer, NULL) - (long double)d) >
			(d < 1e15 ? 0.0005L + (long double)d * 0x1p-52L : 1)) {
			print_error("%s, wanted %s\n", buffer, wanted);
			fail();
		}
		if (d >= 0x1p53) /* to the last digit */
			assert_memory_equal(buffer, wanted, strlen(buffer));
	}
}

static void
what_is_no_positive_number_is_zero(void **state)
{
	const double odd[] = { 0, -0.0, -1, NAN, INFINITY, -INFINITY, 1e38,
		1e-9, 4.9e-324 };

	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		struct hf_text t = begin();

		hf_text_double(&t, odd[i]);
		assert_string_equal(hf_text_end(&t), "0");
	}
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 55
				      : -1;
}

static void
quoted_names_hold_every_byte_and_no_blank(void **state)
{
	for (int byte = 0; byte < 256; byte++) {
		const char name[3] = { 'a', (char)byte, 'b' };
		bool plain = byte > ' ' && byte != 127 && byte != '%';
		struct hf_text t = begin();

		hf_text_quoted(&t, name, sizeof name);
		hf_text_end(&t);
		assert_int_equal(strlen(buffer), plain ? 3 : 5);
		assert_int_equal(buffer[0], 'a');
		assert_int_equal(buffer[strlen(buffer) - 1], 'b');
		if (plain) {
			assert_int_equal((unsigned char)buffer[1], byte);
			continue;
		}
		assert_int_equal(buffer[1], '%');
		assert_int_equal(
			hex_digit(buffer[2]) * 16 + hex_digit(buffer[3]), byte);
	}
}

static void
an_empty_name_is_a_dash(void **state)
{
	struct hf_text t = begin();

	hf_text_quoted(&t, "", 0);
	assert_string_equal(hf_text_end(&t), "-");
}

/* Whatever the room: the whole text, or `failed`; never beyond the room. */
static void
a_text_without_a_file_is_whole_or_says_so(void **state)
{
	static const char text[] = "0123456789";

	for (size_t room = 1; room < 16; room++) {
		struct hf_text t = begin();

		t.size = room;
		hf_text_string(&t, text);
		hf_text_end(&t);
		assert_int_equal(buffer[room], 'x');
		assert_true(strlen(buffer) < room);
		if (!t.failed)
			assert_string_equal(buffer, text);
		else
			assert_memory_equal(buffer, text, strlen(buffer));
		assert_int_equal(t.failed, room < sizeof text);
	}
}

static void
a_text_with_a_file_passes_through_a_small_buffer(void **state)
{
	static char got[100000], wanted[100000];
	int fd = memfd_create("text", MFD_CLOEXEC);
	struct hf_text t = { buffer, 7, 0, fd, false, 0 };
	size_t n = 0;

	assert_true(fd >= 0);
	for (unsigned i = 0; n + 16 < sizeof wanted; i++) {
		n += (size_t)sprintf(wanted + n, "%u,", i);
		hf_text_number(&t, i);
		hf_text_byte(&t, ',');
	}
	assert_true(hf_text_flush(&t));
	assert_int_equal(t.written, n);
	assert_int_equal(pread(fd, got, sizeof got, 0), n);
	assert_memory_equal(got, wanted, n);
	close(fd);
}

static void
a_file_that_takes_no_more_is_noticed_and_not_written_again(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct hf_text t = { buffer, 16, 0, fd, false, 0 };

	assert_true(fd >= 0);
	hf_text_string(&t, "more than sixteen bytes of text");
	assert_true(t.failed);
	close(fd);
	/* The number may be a file of the host's by now. */
	fd = memfd_create("another", MFD_CLOEXEC);
	t.fd = fd;
	hf_text_string(&t, "and much more of it than the buffer can hold");
	assert_false(hf_text_flush(&t));
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_as_printf_writes_them),
		cmocka_unit_test(fixed_numbers_are_right_to_half_a_thousandth),
		cmocka_unit_test(a_fraction_that_rounds_to_one_is_carried),
		cmocka_unit_test(doubles_are_as_printf_writes_them),
		cmocka_unit_test(what_is_no_positive_number_is_zero),
		cmocka_unit_test(quoted_names_hold_every_byte_and_no_blank),
		cmocka_unit_test(an_empty_name_is_a_dash),
		cmocka_unit_test(a_text_without_a_file_is_whole_or_says_so),
		cmocka_unit_test(
			a_text_with_a_file_passes_through_a_small_buffer),
		cmocka_unit_test(
			a_file_that_takes_no_more_is_noticed_and_not_written_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
