/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack.h"

#include <stdlib.h>

struct unpacker *
unpacker_for(const unsigned char *bytes, size_t length)
{
	struct unpacker *u = unpack_gzip_new(bytes, length);

	return u != NULL ? u : unpack_zstd_new(bytes, length);
}

void
unpacker_free(struct unpacker *u)
{
	if (u == NULL)
		return;
	u->release(u);
	free(u);
}
