/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "say.h"
#include "text.h"

struct hf_identity hf_identity;

static void
copy(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size)
		n = size - 1;
	memcpy(to, from, n);
	to[n] = '\0';
}

/* The beginning of a small file; "" if it can't be read. */
static void
read_some(const char *path, char *text, size_t size)
{
	long fd = hf_sys4(
		SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
	long n;

	text[0] = '\0';
	if (fd < 0)
		return;
	n = hf_sys3(SYS_read, fd, (long)text, (long)size - 1);
	hf_sys3(SYS_close, fd, 0, 0);
	text[n < 0 ? 0 : n] = '\0';
}

/* The first line of a small file; "" if it can't be read. */
static void
read_line(const char *path, char *line, size_t size)
{
	read_some(path, line, size);
	line[strcspn(line, "\n")] = '\0';
}

const char *
hf_identity_name(void)
{
	const char *slash = strrchr(hf_identity.exe, '/');

	return slash && slash[1] ? slash + 1 : hf_identity.exe;
}

static const char *
variable(char *const *environment, const char *name)
{
	size_t n = strlen(name);

	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, n) == 0 &&
			(*environment)[n] == '=')
			return *environment + n + 1;
	return NULL;
}

/* folder/heapflame.<exe>; "" if that is too long. */
static void
standard_prefix(char out[HF_TEXT_MAX], const char *folder, size_t n)
{
	struct hf_text t = { out, HF_TEXT_MAX - 1, 0, -1, false, 0 };

	int left = 128; /* a file's name has 255 bytes in all */

	hf_text_bytes(&t, folder, n);
	hf_text_string(&t, "/heapflame.");
	for (const char *c = hf_identity_name(); *c && left-- > 0; c++)
		hf_text_byte(&t, (unsigned char)*c <= ' ' ? '_' : *c);
	hf_text_end(&t);
	if (t.failed)
		out[0] = '\0';
}

/* LIVE's folder, absolute; and one under $XDG_RUNTIME_DIR for the standard. */
static void
find_live(char *const *environment, const char *here)
{
	const char *runtime = variable(environment, "XDG_RUNTIME_DIR");
	struct hf_text t = { hf_identity.live, HF_TEXT_MAX - 1, 0, -1, false,
		0 };
	struct hf_text u = { hf_identity.live_fallback, HF_TEXT_MAX - 1, 0, -1,
		false, 0 };

	hf_options.live_wanted = strcmp(hf_options.live, "0") != 0;
	if (hf_options.live_wanted && strcmp(hf_options.live, "shm") != 0) {
		if (hf_options.live[0] != '/') {
			hf_text_string(&t, here);
			hf_text_byte(&t, '/');
		}
		hf_text_string(&t, hf_options.live);
		hf_text_end(&t);
		hf_options.live_wanted = !t.failed;
	}
	if (!runtime || *runtime != '/')
		return;
	hf_text_string(&u, runtime);
	hf_text_string(&u, "/heapflame");
	hf_text_end(&u);
	if (u.failed)
		hf_identity.live_fallback[0] = '\0';
}

static void
find_prefixes(char *const *environment)
{
	char here[HF_TEXT_MAX];
	const char *state = variable(environment, "STATE_DIRECTORY");
	struct hf_text t = { hf_identity.prefix, HF_TEXT_MAX - 1, 0, -1, false,
		0 };

	if (hf_sys3(SYS_getcwd, (long)here, sizeof here, 0) < 0)
		copy(here, sizeof here, "/");
	if (here[0] != '/') /* "(unreachable)/..." after a chroot */
		copy(here, sizeof here, "/");
	if (here[1] == '\0')
		here[0] = '\0'; /* "/" + "/x" */
	if (!hf_options.prefix[0]) {
		standard_prefix(hf_identity.prefix, here, strlen(here));
	} else {
		if (hf_options.prefix[0] != '/') {
			hf_text_string(&t, here);
			hf_text_byte(&t, '/');
		}
		hf_text_string(&t, hf_options.prefix);
		hf_text_end(&t);
		if (t.failed)
			hf_identity.prefix[0] = '\0';
	}
	find_live(environment, here);
	if (state && *state == '/') /* several are separated by colons */
		standard_prefix(
			hf_identity.fallback, state, strcspn(state, ":"));
}

void
hf_identity_start(char *const *environment)
{
	const char *exe = (const char *)getauxval(AT_EXECFN);
	struct utsname names;

	copy(hf_identity.exe, sizeof hf_identity.exe, exe ? exe : "program");
	read_line("/proc/sys/kernel/random/boot_id", hf_identity.boot,
		sizeof hf_identity.boot);
	if (hf_sys3(SYS_uname, (long)&names, 0, 0) == 0)
		copy(hf_identity.host, sizeof hf_identity.host, names.nodename);
	find_prefixes(environment);
	hf_identity.of_run = variable(environment, "HEAPFLAME_RUN") != NULL;
}

bool
hf_identity_follows_none(void)
{
	return strcmp(hf_options.follow, "none") == 0;
}

/* Has it a file of our name mapped? */
static bool
is_profiled(uint64_t pid)
{
	char path[64], buffer[4096 + 16];
	struct hf_text t = { path, sizeof path - 1, 0, -1, false, 0 };
	size_t keep = 0;
	long fd, n;
	bool found = false;

	hf_text_string(&t, "/proc/");
	hf_text_number(&t, pid);
	hf_text_string(&t, "/maps");
	fd = hf_sys4(SYS_openat, AT_FDCWD, (long)hf_text_end(&t),
		O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	while (!found &&
		(n = hf_sys3(SYS_read, fd, (long)(buffer + keep), 4096)) > 0) {
		n += (long)keep;
		found = memmem(buffer, (size_t)n, "libheapflame.so", 15);
		keep = n < 15 ? (size_t)n : 15;
		memmove(buffer, buffer + n - keep, keep);
	}
	hf_sys3(SYS_close, fd, 0, 0);
	return found;
}

/* Is the name one of the comma-separated globs? */
static bool
matches(const char *globs, const char *name)
{
	char glob[HF_TEXT_MAX];

	while (*globs) {
		size_t n = strcspn(globs, ",");

		memcpy(glob, globs, n);
		glob[n] = '\0';
		if (n && fnmatch(glob, name, 0) == 0)
			return true;
		globs += n + (globs[n] == ',');
	}
	return false;
}

bool
hf_identity_wanted(void)
{
	/* A shell that exports us must not have the analyzer's own dumps
	   become the newest run. */
	if (strcmp(hf_identity_name(), "heapflame") == 0)
		return false;
	if (strcmp(hf_options.follow, "all") == 0 ||
		!is_profiled((uint64_t)hf_sys3(SYS_getppid, 0, 0, 0)))
		return true;
	return !hf_identity_follows_none() &&
	       matches(hf_options.follow, hf_identity_name());
}

static void
write_id(char id[40], uint32_t pid, uint64_t start_ms)
{
	struct hf_text t = { id, 39, 0, -1, false, 0 };

	hf_text_number(&t, pid);
	hf_text_byte(&t, '-');
	hf_text_hex(&t, start_ms);
	hf_text_end(&t);
}

void
hf_birth_now(struct hf_birth *b)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	b->wall_ms =
		(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	b->ns = hf_state_clock();
	b->pid = (uint32_t)hf_sys3(SYS_getpid, 0, 0, 0);
	write_id(b->id, b->pid, b->wall_ms);
}

void
hf_birth_next(struct hf_birth *b)
{
	write_id(b->id, b->pid, ++b->wall_ms);
}

void
hf_identity_publish(struct hf_region *r, const struct hf_birth *b)
{
	struct hfs_header *h = r->header;

	h->start_wall_ms = b->wall_ms;
	h->start_ns = b->ns;
	h->pid = b->pid;
	memcpy(h->id, b->id, sizeof h->id);
	memcpy(h->boot, hf_identity.boot, sizeof h->boot);
	memcpy(h->host, hf_identity.host, sizeof h->host);
	memcpy(h->exe, hf_identity.exe, sizeof h->exe);
	memcpy(h->prefix, hf_identity.prefix, sizeof h->prefix);
	if (r->before)
		memcpy(h->parent, r->before->header->id, sizeof h->parent);
	h->unwind = hf_options.unwind;
	h->stack_depth = (uint32_t)hf_options.depth;
	h->temp_ms = hf_options.temp_ms;
	h->control.version = HFS_VERSION;
	atomic_thread_fence(memory_order_release);
	memcpy(h->control.magic, HFS_MAGIC, sizeof h->control.magic);
}

void
hf_identity_rename(struct hfs_header *h)
{
	h->start_wall_ms++;
	write_id(h->id, h->pid, h->start_wall_ms);
}

uint64_t
hf_identity_pid_namespace(void)
{
	struct stat st;

	return hf_sys4(SYS_newfstatat, AT_FDCWD, (long)"/proc/self/ns/pid",
		       (long)&st, 0) == 0
		       ? st.st_ino
		       : 0;
}

static uint64_t
number_at(const char *s)
{
	uint64_t n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	return n;
}

/* Field 22; the second is the name, in parentheses, and may hold anything. */
uint64_t
hf_identity_start_ticks(uint32_t pid)
{
	char path[40], stat[1024];
	struct hf_text t = { path, sizeof path - 1, 0, -1, false, 0 };
	const char *s;

	hf_text_string(&t, "/proc/");
	hf_text_number(&t, pid);
	hf_text_string(&t, "/stat");
	read_some(hf_text_end(&t), stat, sizeof stat);
	s = strrchr(stat, ')');
	for (int field = 2; s && field < 22; field++)
		s = strchr(s + 1, ' ');
	return s ? number_at(s + 1) : 0;
}

/* The path of its cgroup: the line of the unified hierarchy, else of memory. */
static void
find_cgroup(char out[HFS_TEXT])
{
	char text[2048];
	const char *line;
	size_t n;

	read_some("/proc/self/cgroup", text, sizeof text);
	line = strstr(text, ":memory:");
	line = line ? line + 8 : strncmp(text, "0::", 3) == 0 ? text + 3 : NULL;
	if (!line) {
		line = strstr(text, "\n0::");
		line = line ? line + 4 : "";
	}
	n = strcspn(line, "\n");
	if (n >= HFS_TEXT)
		n = 0; /* half a path is none */
	memcpy(out, line, n);
	out[n] = '\0';
}

/* How many were killed in it for want of memory, so far. */
static uint64_t
oom_kills(const char *cgroup)
{
	static const char *const places[] = { "/sys/fs/cgroup",
		"/sys/fs/cgroup/memory" };
	static const char *const files[] = { "/memory.events",
		"/memory.oom_control" };
	char path[HF_TEXT_MAX], text[1024];
	const char *at;

	for (int i = 0; i < 2; i++) {
		struct hf_text t = { path, sizeof path - 1, 0, -1, false, 0 };

		hf_text_string(&t, places[i]);
		hf_text_string(&t, cgroup);
		hf_text_string(&t, files[i]);
		read_some(hf_text_end(&t), text, sizeof text);
		at = strstr(text, "oom_kill ");
		if (at)
			return number_at(at + 9);
	}
	return 0;
}

void
hf_identity_surroundings(const struct hf_birth *b, struct hfs_header *h)
{
	h->pid_namespace = hf_identity_pid_namespace();
	h->start_ticks = hf_identity_start_ticks(b->pid);
	find_cgroup(h->cgroup);
	h->oom_kills = oom_kills(h->cgroup);
}

#define ANCESTORS 8

/* Its comm into `name`, of 32 bytes; its parent's pid, 0: not known. */
static uint64_t
look_at_process(uint64_t pid, char *name)
{
	char path[40], stat[1024], *end;
	struct hf_text t = { path, sizeof path - 1, 0, -1, false, 0 };
	size_t n = 0;

	hf_text_string(&t, "/proc/");
	hf_text_number(&t, pid);
	hf_text_string(&t, "/stat");
	read_some(hf_text_end(&t), stat, sizeof stat);
	end = strrchr(stat, ')');
	if (!end || end[1] == '\0' || end[2] == '\0' || end[3] == '\0')
		return 0;
	for (char *c = strchr(stat, '(') + 1; c < end && n < 31; c++)
		name[n++] = *c == '/' ? '_' : *c;
	name[n] = '\0';
	return number_at(end + 4); /* ") S 123" */
}

void
hf_identity_ancestors(struct hfs_header *h)
{
	char names[ANCESTORS][32];
	struct hf_text t = { h->ancestors, sizeof h->ancestors - 1, 0, -1,
		false, 0 };
	char own[32];
	uint64_t pid;
	int n = 0;

	if (h->ancestors_known)
		return;
	pid = look_at_process(h->pid, own);
	while (pid > 1 && n < ANCESTORS && is_profiled(pid)) {
		pid = look_at_process(pid, names[n]);
		n += pid != 0;
	}
	while (n > 0) {
		hf_text_string(&t, names[--n]);
		if (n > 0)
			hf_text_byte(&t, '/');
	}
	hf_text_end(&t);
	h->ancestors_known = 1;
}
