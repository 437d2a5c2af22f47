/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a ustar header lie at fixed places; numbers are octal. */
#include "tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 0, MODE = 100, UID = 108, GID = 116, SIZE = 124, TIME = 136 };
enum { SUM = 148, KIND = 156, MAGIC = 257, VERSION_ = 263 };

/* As if its own field were blanks. */
static unsigned
checksum(const unsigned char block[TAR_BLOCK])
{
	unsigned sum = 0;

	for (int i = 0; i < TAR_BLOCK; i++)
		sum += i >= SUM && i < SUM + 8 ? ' ' : block[i];
	return sum;
}

static void
put_octal(unsigned char *at, int digits, uint64_t n)
{
	char text[32];

	snprintf(text, sizeof text, "%0*" PRIo64, digits, n);
	memcpy(at, text, (size_t)digits + 1);
}

void
tar_header(unsigned char block[TAR_BLOCK], const struct tar_member *m)
{
	memset(block, 0, TAR_BLOCK);
	memcpy(block + NAME, m->name, strnlen(m->name, TAR_NAME_MAX));
	put_octal(block + MODE, 7, 0644);
	put_octal(block + UID, 7, 0);
	put_octal(block + GID, 7, 0);
	put_octal(block + SIZE, 11, m->size & TAR_SIZE_MAX);
	put_octal(block + TIME, 11, (uint64_t)m->changed & TAR_SIZE_MAX);
	block[KIND] = '0';
	memcpy(block + MAGIC, "ustar", 6);
	memcpy(block + VERSION_, "00", 2);
	put_octal(block + SUM, 6, checksum(block));
	block[SUM + 7] = ' ';
}

/* Digits up to a blank or a zero; false: something else is there. */
static bool
take_octal(const unsigned char *at, int room, uint64_t *n)
{
	int i = 0;

	for (*n = 0; i < room && at[i] >= '0' && at[i] <= '7'; i++)
		*n = *n << 3 | (uint64_t)(at[i] - '0');
	return i > 0 && i <= 11 && (i == room || at[i] == 0 || at[i] == ' ');
}

enum tar_result
tar_parse(struct tar_member *m, const unsigned char block[TAR_BLOCK])
{
	static const unsigned char zeros[TAR_BLOCK];
	uint64_t sum, changed;

	if (memcmp(block, zeros, TAR_BLOCK) == 0)
		return TAR_END;
	if (memcmp(block + MAGIC, "ustar", 5) != 0 ||
		!take_octal(block + SUM, 8, &sum) || sum != checksum(block) ||
		!take_octal(block + SIZE, 12, &m->size) ||
		!take_octal(block + TIME, 12, &changed) ||
		(block[KIND] != '0' && block[KIND] != 0))
		return TAR_DAMAGED;
	m->changed = (int64_t)changed;
	memcpy(m->name, block + NAME, TAR_NAME_MAX);
	m->name[TAR_NAME_MAX] = '\0';
	return TAR_MEMBER;
}

size_t
tar_padding(uint64_t size)
{
	return (size_t)(-size & (TAR_BLOCK - 1));
}
