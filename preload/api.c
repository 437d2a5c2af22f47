/* SPDX-License-Identifier: Apache-2.0 */
/* include/heapflame.h as the host calls it. */
#define HEAPFLAME_NO_MACROS
#include "heapflame.h"

#include <errno.h>

#include "commands.h"
#include "dump.h"
#include "names.h"
#include "profiler.h"
#include "thread.h"

/* What is allocated by whom we call is not the host's. */
struct call {
	int saved_errno;
	uint32_t fp;
};

static struct call
enter(void)
{
	struct call c = { errno, hf_fp_enter() };

	hf_thread.busy++;
	return c;
}

static int
leave(struct call c, bool done)
{
	hf_thread.busy--;
	hf_fp_leave(c.fp);
	errno = c.saved_errno;
	return done ? HEAPFLAME_OK : HEAPFLAME_FAILED;
}

/* Before the constructor, or where the profiler stays off. */
static bool
is_there(void)
{
	return hf_wiped && hf_control_threshold() != 0;
}

HF_EXPORT int
heapflame_start(void)
{
	struct call c = enter();

	return leave(c, is_there() && hf_profiler_region() &&
				hf_command_start() == HF_DONE);
}

HF_EXPORT int
heapflame_stop(void)
{
	struct call c = enter();

	return leave(c, is_there() && hf_command_stop(hf_state()) == HF_DONE);
}

HF_EXPORT int
heapflame_active(void)
{
	return hf_control_active();
}

HF_EXPORT int
heapflame_rate(size_t bytes)
{
	struct call c = enter();

	return leave(c, is_there() && hf_command_rate(bytes) == HF_DONE);
}

HF_EXPORT int
heapflame_mark(const char *name)
{
	struct call c = enter();
	struct hf_region *r = is_there() ? hf_profiler_region() : NULL;

	return leave(c, r && name && hf_command_mark(r, name) == HF_DONE);
}

HF_EXPORT int
heapflame_label(const char *label)
{
	struct call c = enter();
	struct hf_region *r = is_there() ? hf_state() : NULL;
	struct hf_thread *t = &hf_thread;
	bool done = true;

	if (!label || !*label) {
		t->label = 0;
		return leave(c, true);
	}
	/* There must be somewhere to keep it. */
	if (!r && is_there())
		r = hf_profiler_region();
	t->label = r ? hf_names_intern(r, HFS_NAME_LABEL, label) : 0;
	t->label_region = r ? r->generation : 0;
	done = t->label != 0;
	return leave(c, done);
}

HF_EXPORT int
heapflame_dump(void)
{
	struct call c = enter();
	struct hf_region *r = is_there() ? hf_state() : NULL;

	/* In a signal handler the allocator may be half-way, and locked. */
	return leave(c, r && hf_dump_now(r, !hf_profiler_interrupted()));
}
