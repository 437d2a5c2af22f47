/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <time.h>

#include "sys.h"

static struct {
	bool known;
	uint64_t device, inode;
} at_start;

static _Atomic uint32_t said;

static bool
look(uint64_t *device, uint64_t *inode)
{
	struct stat st;

	if (hf_sys3(SYS_fstat, 2, (long)&st, 0) != 0)
		return false;
	*device = st.st_dev;
	*inode = st.st_ino;
	return true;
}

void
hf_say_start(void)
{
	at_start.known = look(&at_start.device, &at_start.inode);
}

static bool
still_the_same(void)
{
	uint64_t device, inode;

	return at_start.known && look(&device, &inode) &&
	       device == at_start.device && inode == at_start.inode;
}

char *
hf_say_number(char *buf, uint64_t n)
{
	char digits[20];
	int count = 0, i = 0;

	do
		digits[count++] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	while (count > 0)
		buf[i++] = digits[--count];
	buf[i] = '\0';
	return buf;
}

/*
 * One write, so that lines of several processes do not mix. Never waits for a
 * pipe that is full; a pipe that nobody reads, a file at its limit or a
 * terminal that stops who writes in the background (tostop) must not end the
 * host: what signal the write raises is taken back, unless one was pending
 * already.
 */
static void
put(const char *line, size_t n)
{
	const uint64_t ours = 1ULL << (SIGPIPE - 1) | 1ULL << (SIGXFSZ - 1) |
			      1ULL << (SIGTTOU - 1);
	struct pollfd fd = { 2, POLLOUT, 0 };
	struct timespec now = { 0, 0 };
	uint64_t before, pending = 0, raised;

	if (hf_sys3(SYS_poll, (long)&fd, 1, 0) != 1 || fd.revents != POLLOUT)
		return;
	hf_sys4(SYS_rt_sigprocmask, SIG_BLOCK, (long)&ours, (long)&before, 8);
	hf_sys3(SYS_rt_sigpending, (long)&pending, 8, 0);
	hf_sys3(SYS_write, 2, (long)line, (long)n);
	raised = ours & ~pending;
	if (raised)
		hf_sys4(SYS_rt_sigtimedwait, (long)&raised, 0, (long)&now, 8);
	hf_sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, 8);
}

void
hf_say(const char *first, ...)
{
	char line[512] = "heapflame: ";
	size_t n = sizeof "heapflame: " - 1;
	va_list texts;

	if (atomic_fetch_add_explicit(&said, 1, memory_order_relaxed) >=
			HF_SAY_MAX ||
		!still_the_same())
		return;
	va_start(texts, first);
	for (const char *t = first; t; t = va_arg(texts, const char *))
		for (; *t && n < sizeof line - 1; t++)
			line[n++] =
				(unsigned char)*t < ' ' || *t == 127 ? '?' : *t;
	va_end(texts);
	line[n++] = '\n';
	put(line, n);
}
