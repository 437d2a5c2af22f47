/* SPDX-License-Identifier: Apache-2.0 */
/* The start of a file that may be sparse and claim to be of any size. */
#ifndef READ_SPARSE_H
#define READ_SPARSE_H

#include <stddef.h>

/*
 * Memory for `size` bytes of which only what is read takes any; page-aligned,
 * zeros. Ends us if there is none. `size` goes to the release, too.
 */
unsigned char *sparse_room(size_t size);
void sparse_release(unsigned char *room, size_t size);

/*
 * The file's bytes from `from` up to `size` into the same places of `room`;
 * holes are left alone. Returns how many there are before the file ends, at
 * most size; or, with errno, size + 1.
 */
size_t sparse_read(unsigned char *room, size_t from, size_t size, int fd);

#endif
