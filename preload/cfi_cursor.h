/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers in unwind tables: fixed, LEB128, and pointers in the encodings
 * that compilers use. Reading past the end gives 0 and clears `ok`; what was
 * read is to be believed only if `ok` is still set afterwards.
 */
#ifndef HF_CFI_CURSOR_H
#define HF_CFI_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Encodings of pointers (DW_EH_PE_*). */
enum {
	HF_PE_ABSPTR = 0x00,
	HF_PE_UDATA2 = 0x02,
	HF_PE_UDATA4 = 0x03,
	HF_PE_UDATA8 = 0x04,
	HF_PE_SDATA2 = 0x0a,
	HF_PE_SDATA4 = 0x0b,
	HF_PE_SDATA8 = 0x0c,
	HF_PE_PCREL = 0x10,
	HF_PE_DATAREL = 0x30,
	HF_PE_OMIT = 0xff
};

/* Bytes being read; ok is false once something lay outside. */
struct hf_cfi_cursor {
	const uint8_t *at, *end;
	bool ok;
};

static inline uint64_t
hf_cfi_fixed(struct hf_cfi_cursor *c, unsigned bytes)
{
	uint64_t n = 0;

	if (!c->ok || (size_t)(c->end - c->at) < bytes) {
		c->ok = false;
		return 0;
	}
	memcpy(&n, c->at, bytes); /* little-endian, as the processor is */
	c->at += bytes;
	return n;
}

/* *shift: how many bits there were; *last: the last byte, for the sign. */
static inline uint64_t
hf_cfi_leb(struct hf_cfi_cursor *c, unsigned *shift, uint64_t *last)
{
	uint64_t n = 0;

	*shift = 0;
	do {
		*last = hf_cfi_fixed(c, 1);
		if (*shift < 64)
			n |= (*last & 0x7f) << *shift;
		*shift += 7;
	} while (c->ok && *last & 0x80);
	return n;
}

static inline uint64_t
hf_cfi_uleb(struct hf_cfi_cursor *c)
{
	unsigned shift;
	uint64_t last;

	return hf_cfi_leb(c, &shift, &last);
}

static inline int64_t
hf_cfi_sleb(struct hf_cfi_cursor *c)
{
	unsigned shift;
	uint64_t last, n = hf_cfi_leb(c, &shift, &last);

	if (shift < 64 && last & 0x40)
		n |= -(1ULL << shift);
	return (int64_t)n;
}

/* A pointer in one of the encodings that compilers use for code addresses. */
static inline uint64_t
hf_cfi_pointer(struct hf_cfi_cursor *c, uint8_t encoding)
{
	uint64_t base = (encoding & 0x70) == HF_PE_PCREL ? (uintptr_t)c->at : 0;

	if ((encoding & 0x70) != HF_PE_PCREL && (encoding & 0x70) != 0)
		c->ok = false;
	switch (encoding & 0x0f) {
	case HF_PE_ABSPTR:
	case HF_PE_UDATA8:
	case HF_PE_SDATA8:
		return base + hf_cfi_fixed(c, 8);
	case HF_PE_UDATA4:
		return base + hf_cfi_fixed(c, 4);
	case HF_PE_SDATA4:
		return base + (uint64_t)(int32_t)hf_cfi_fixed(c, 4);
	case HF_PE_UDATA2:
		return base + hf_cfi_fixed(c, 2);
	case HF_PE_SDATA2:
		return base + (uint64_t)(int16_t)hf_cfi_fixed(c, 2);
	}
	c->ok = false;
	return 0;
}

#endif
