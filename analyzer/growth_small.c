/* SPDX-License-Identifier: Apache-2.0 */
#include "growth_small.h"

#include <sys/stat.h>

#include "err.h"
#include "runs.h"
#include "runs_files.h"

#define DUMPS_LEAST 4 /* of one process: fewer are no series */
#define DUMPS_MOST  256 /* of all: reading them takes as long as so many */
#define BYTES_MOST  (64ll << 20)

struct counting {
	uint32_t process, of_process, most, all;
	long long bytes;
};

static int
count_dump(void *context, const struct runs_dump *d)
{
	struct counting *c = context;
	struct stat file;

	if (d->process != c->process)
		c->of_process = 0;
	c->process = d->process;
	if (++c->of_process > c->most)
		c->most = c->of_process;
	if (!d->file->bundle && stat(d->file->path, &file) == 0)
		c->bytes += file.st_blocks * 512; /* states are sparse */
	return ++c->all > DUMPS_MOST || c->bytes > BYTES_MOST;
}

bool
growth_find_small(struct growth *g, char *const *names, int count, bool all,
	const struct growth_options *o)
{
	struct counting c = { .process = NONE };
	bool muted = messages_mute(true), found;

	*g = (struct growth){ .stack_count = 0 };
	profile_init(&g->names);
	found = runs_each(names, count, all, count_dump, &c) == 0 &&
		c.most >= DUMPS_LEAST;
	if (found) {
		growth_release(g);
		found = growth_find(g, names, count, all, o) == 0;
	}
	messages_mute(muted);
	return found;
}
