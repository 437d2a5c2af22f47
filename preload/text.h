/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text without stdio: into a fixed buffer, or through one into a file. Used by
 * the helper and in the constructor; calls nothing but memcpy and write.
 */
#ifndef HF_TEXT_H
#define HF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * fd < 0: `size` is with the NUL that hf_text_end adds; what does not fit is
 * left out and `failed` is set.
 */
struct hf_text {
	char *buffer;
	size_t size, length;
	int fd;
	bool failed;
	uint64_t written; /* to fd, flushed or not */
};

void hf_text_byte(struct hf_text *t, char c);
void hf_text_bytes(struct hf_text *t, const char *s, size_t n);
void hf_text_string(struct hf_text *t, const char *s);
void hf_text_number(struct hf_text *t, uint64_t n);
void hf_text_hex(struct hf_text *t, uint64_t n);

/* value x 2^-shift, with up to three decimals. */
void hf_text_fixed(struct hf_text *t, uint64_t value, unsigned shift);

/* A double >= 0 below 1e38, as digits with up to three decimals. */
void hf_text_double(struct hf_text *t, double d);

/* Bytes up to 0x20, 0x7f and '%' as %XX; "-" for an empty one. */
void hf_text_quoted(struct hf_text *t, const char *s, size_t n);

bool hf_text_flush(struct hf_text *t);

/* The text so far, NUL-terminated; for fd < 0. */
const char *hf_text_end(struct hf_text *t);

#endif
