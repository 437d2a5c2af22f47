/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <errno.h>
#include <string.h>

#include "sys.h"

bool
hf_text_flush(struct hf_text *t)
{
	size_t done = 0;

	while (t->fd >= 0 && done < t->length && !t->failed) {
		long n = hf_sys3(SYS_write, t->fd, (long)(t->buffer + done),
			(long)(t->length - done));

		if (n > 0)
			done += (size_t)n;
		else if (n != -EINTR)
			t->failed = true;
	}
	t->length = 0;
	return !t->failed;
}

void
hf_text_byte(struct hf_text *t, char c)
{
	/* Without a file the last byte is for the NUL. */
	if (t->fd < 0 && t->length + 1 >= t->size) {
		t->failed = true;
		return;
	}
	if (t->length == t->size)
		hf_text_flush(t);
	t->buffer[t->length++] = c;
	t->written++;
}

void
hf_text_bytes(struct hf_text *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hf_text_byte(t, s[i]);
}

void
hf_text_string(struct hf_text *t, const char *s)
{
	hf_text_bytes(t, s, strlen(s));
}

void
hf_text_number(struct hf_text *t, uint64_t n)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	while (count > 0)
		hf_text_byte(t, digits[--count]);
}

void
hf_text_hex(struct hf_text *t, uint64_t n)
{
	int shift = 60;

	while (shift > 0 && (n >> shift) == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		hf_text_byte(t, "0123456789abcdef"[n >> shift & 15]);
}

/* .125 of thousandths = 125; nothing for 0. */
static void
decimals(struct hf_text *t, unsigned thousandths)
{
	char d[4] = { '.', (char)('0' + thousandths / 100),
		(char)('0' + thousandths / 10 % 10),
		(char)('0' + thousandths % 10) };
	size_t n = 4;

	while (n > 1 && d[n - 1] == '0')
		n--;
	if (n > 1)
		hf_text_bytes(t, d, n);
}

void
hf_text_fixed(struct hf_text *t, uint64_t value, unsigned shift)
{
	uint64_t whole = value >> shift;
	uint64_t part = value & ((1ULL << shift) - 1);
	unsigned thousandths =
		(unsigned)((part * 1000 + (1ULL << (shift - 1))) >> shift);

	if (thousandths == 1000) {
		whole++;
		thousandths = 0;
	}
	hf_text_number(t, whole);
	decimals(t, thousandths);
}

void
hf_text_double(struct hf_text *t, double d)
{
	char digits[40];
	int count = 0;
	unsigned __int128 n;

	if (!(d > 0) || d >= 1e38) {
		hf_text_byte(t, '0');
		return;
	}
	if (d < 1e15) {
		uint64_t thousandths = (uint64_t)(d * 1000 + 0.5);

		hf_text_number(t, thousandths / 1000);
		decimals(t, (unsigned)(thousandths % 1000));
		return;
	}
	n = (unsigned __int128)d;
	do
		digits[count++] = (char)('0' + (int)(n % 10));
	while ((n /= 10) != 0);
	while (count > 0)
		hf_text_byte(t, digits[--count]);
}

void
hf_text_quoted(struct hf_text *t, const char *s, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";

	if (n == 0)
		hf_text_byte(t, '-');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c > ' ' && c != 127 && c != '%') {
			hf_text_byte(t, (char)c);
		} else {
			hf_text_byte(t, '%');
			hf_text_byte(t, hex[c >> 4]);
			hf_text_byte(t, hex[c & 15]);
		}
	}
}

const char *
hf_text_end(struct hf_text *t)
{
	t->buffer[t->length] = '\0';
	return t->buffer;
}
