/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* SEEK_DATA, SEEK_HOLE */
#include "read_sparse.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"

unsigned char *
sparse_room(size_t size)
{
	void *room = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	return room;
}

void
sparse_release(unsigned char *room, size_t size)
{
	munmap(room, size);
}

/* 0, or -1 with errno; a file that ends before `to` is no failure. */
static int
read_range(unsigned char *room, size_t from, size_t to, int fd)
{
	while (from < to) {
		ssize_t n = pread(fd, room + from, to - from, (off_t)from);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			from += (size_t)n;
	}
	return 0;
}

size_t
sparse_read(unsigned char *room, size_t from, size_t size, int fd)
{
	struct stat st;
	size_t end;

	if (fstat(fd, &st) < 0)
		return size + 1;
	end = (uint64_t)st.st_size < size ? (size_t)st.st_size : size;
	while (from < end) {
		off_t data = lseek(fd, (off_t)from, SEEK_DATA), hole;
		size_t to = end;

		if (data < 0 && errno == ENXIO)
			break; /* a hole up to the end */
		if (data >= 0) {
			hole = lseek(fd, data, SEEK_HOLE);
			from = (size_t)data;
			if (hole >= 0 && (size_t)hole < end)
				to = (size_t)hole;
		}
		if (from < to && read_range(room, from, to, fd) < 0)
			return size + 1;
		from = to > from ? to : end;
	}
	return end;
}
