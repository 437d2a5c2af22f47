/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes whatever as a bundle: as an archive, or, since an archive's headers
 * have sums that no fuzzer hits, as its members one behind the other, with a
 * byte 0x1c in between.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "profile.h"
#include "read_bundle.h"
#include "replay.h"
#include "tar.h"

static void
put(FILE *out, const char *name, const uint8_t *bytes, size_t length)
{
	static const char zeros[TAR_BLOCK];
	unsigned char block[TAR_BLOCK];
	struct tar_member m = { .size = length };

	strncpy(m.name, name, TAR_NAME_MAX);
	tar_header(block, &m);
	fwrite(block, 1, sizeof block, out);
	fwrite(bytes, 1, length, out);
	fwrite(zeros, 1, tar_padding(length), out);
}

static void
write_archive(FILE *out, const uint8_t *bytes, size_t length)
{
	static const char *const names[] = { BUNDLE_LIST, BUNDLE_SYMBOLS,
		BUNDLE_DUMPS "1/x" };
	const uint8_t *end = bytes + length;

	if (length > 17 && memcmp(bytes, BUNDLE_LIST, 17) == 0) {
		fwrite(bytes, 1, length, out);
		return;
	}
	for (int i = 0; i < 6; i++) {
		const uint8_t *stop =
			memchr(bytes, 0x1c, (size_t)(end - bytes));

		stop = stop ? stop : end;
		put(out, names[i < 2 ? i : 2], bytes, (size_t)(stop - bytes));
		if (stop == end)
			break;
		bytes = stop + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	int fd = memfd_create("bundle", 0);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	struct profile p, sum;
	struct bundle *b;
	char path[64];

	if (out == NULL)
		abort();
	write_archive(out, bytes, length);
	fflush(out);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	b = bundle_is(path) ? bundle_open(path) : NULL;
	profile_init(&sum);
	for (size_t i = 0; b && i < b->count; i++) {
		struct head head;

		if (bundle_head(b, i, &head) == 0)
			head_release(&head);
		profile_init(&p);
		if (bundle_read(b, i, &p) == 0)
			profile_add(&sum, &p);
		profile_release(&p);
	}
	profile_release(&sum);
	if (b)
		bundle_free(b);
	fclose(out);
	return 0;
}
