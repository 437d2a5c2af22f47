/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers of members of a tar archive, in the form of POSIX (ustar). Members
 * begin at multiples of 512 bytes: a header, then their bytes, then zeros. Two
 * blocks of zeros are the end. Names of more than 100 bytes are cut.
 */
#ifndef TAR_H
#define TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAR_BLOCK    512
#define TAR_NAME_MAX 100

struct tar_member {
	char name[TAR_NAME_MAX + 1];
	uint64_t size; /* bytes */
	int64_t changed; /* seconds since 1970; not below 0 */
};

/* size must be below 8 GiB, which the form can't say. */
#define TAR_SIZE_MAX (((uint64_t)1 << 33) - 1)
void tar_header(unsigned char block[TAR_BLOCK], const struct tar_member *m);

enum tar_result { TAR_MEMBER, TAR_END, TAR_DAMAGED };

/* Of a plain file's header; other kinds of members are TAR_DAMAGED. */
enum tar_result tar_parse(
	struct tar_member *m, const unsigned char block[TAR_BLOCK]);

/* How many zeros follow so many bytes. */
size_t tar_padding(uint64_t size);

#endif
