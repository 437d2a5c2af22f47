/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harm_sweep LIBRARY FOLDER MOST PROGRAM [ARGS]...: runs the program over and
 * over, preloading LIBRARY, and lets one system call that the library makes
 * fail each time: the 1st, 2nd, ... of each kind (at most MOST), and all from
 * the first on. What the program prints and how it ends must be as without the
 * library; on fd 2 only the library's own lines may appear; a dump that is in
 * FOLDER must be whole. One line a run that went wrong, exit 1 then.
 *
 * The kernel asks us about each call (SECCOMP_RET_USER_NOTIF); calls whose
 * address is not within the library go on, as do those of the program itself.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#define SILENT_MS 30000

static const struct kind {
	int number, error;
	const char *name;
} kinds[] = {
	{ SYS_mmap, ENOMEM, "mmap" },
	{ SYS_madvise, EINVAL, "madvise" },
	{ SYS_mprotect, ENOMEM, "mprotect" },
	{ SYS_munmap, ENOMEM, "munmap" },
	{ SYS_openat, EMFILE, "openat" },
	{ SYS_read, EIO, "read" },
	{ SYS_write, ENOSPC, "write" },
	{ SYS_pwrite64, ENOSPC, "pwrite64" },
	{ SYS_close, EIO, "close" },
	{ SYS_renameat2, EIO, "renameat2" },
	{ SYS_linkat, EIO, "linkat" },
	{ SYS_unlinkat, EIO, "unlinkat" },
	{ SYS_mkdir, EACCES, "mkdir" },
	{ SYS_fstat, EIO, "fstat" },
	{ SYS_newfstatat, EIO, "newfstatat" },
	{ SYS_fchmod, EPERM, "fchmod" },
	{ SYS_ftruncate, EFBIG, "ftruncate" },
	{ SYS_fallocate, ENOSPC, "fallocate" },
	{ SYS_faccessat2, EACCES, "faccessat2" },
	{ SYS_getdents64, EIO, "getdents64" },
	{ SYS_lseek, EIO, "lseek" },
	{ SYS_readlink, ENOENT, "readlink" },
	{ SYS_readlinkat, ENOENT, "readlinkat" },
	{ SYS_clone, EAGAIN, "clone" },
	{ SYS_close_range, EPERM, "close_range" },
	{ SYS_wait4, EPERM, "wait4" },
	{ SYS_rt_sigprocmask, EPERM, "rt_sigprocmask" },
	{ SYS_sched_getscheduler, EPERM, "sched_getscheduler" },
	{ SYS_process_vm_readv, EPERM, "process_vm_readv" },
	{ SYS_getrandom, ENOSYS, "getrandom" },
	{ SYS_sysinfo, EPERM, "sysinfo" },
	{ SYS_getrlimit, EPERM, "getrlimit" },
};

#define KINDS ((int)(sizeof kinds / sizeof kinds[0]))

static const char *library, *folder;
static char **command;
static unsigned long long text_start, text_end; /* of the library */
static int seen[KINDS]; /* calls in the last run */
static FILE *out, *err;
static char plain[65536];
static int plain_status;

static int
die(const char *what)
{
	perror(what);
	exit(77);
}

/* In the child: ask about every kind; give the parent the answering end. */
static void
ask_about_kinds(int socket)
{
	struct sock_filter f[KINDS + 3];
	struct sock_fprog program = { KINDS + 3, f };
	char byte = 0, room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof room };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int fd;

	f[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (int i = 0; i < KINDS; i++)
		f[i + 1] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)kinds[i].number,
			(unsigned char)(KINDS - i), 0);
	f[KINDS + 1] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	f[KINDS + 2] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
	if (fd < 0)
		die("seccomp");
	*c = (struct cmsghdr){ CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	if (sendmsg(socket, &m, 0) != 1)
		_exit(98);
	syscall(SYS_close_range, 3, ~0U, 0);
}

static int
receive(int socket)
{
	char byte, room[CMSG_SPACE(sizeof(int))];
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof room };
	int fd = -1;

	if (recvmsg(socket, &m, 0) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
	return fd;
}

/* Where is the library? The same in each run: nothing is randomized. */
static void
find_library(int pid)
{
	char line[4352], path[64];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/maps", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (strstr(line, " r-xp ") && strstr(line, library))
			sscanf(line, "%llx-%llx", &text_start, &text_end);
	if (f)
		fclose(f);
}

/* The number of its kind, or -1: not a call of the library's. */
static int
kind_of(const struct seccomp_notif *n)
{
	if (!text_end)
		find_library((int)n->pid);
	if (n->data.instruction_pointer < text_start ||
		n->data.instruction_pointer >= text_end)
		return -1;
	for (int i = 0; i < KINDS; i++)
		if (kinds[i].number == n->data.nr)
			return i;
	return -1;
}

/* Answers until all processes are gone. False: they hang. */
static int
answer_all(int listener, int kind, int first, int last)
{
	struct pollfd p = { listener, POLLIN, 0 };

	memset(seen, 0, sizeof seen);
	while (poll(&p, 1, SILENT_MS) > 0) {
		struct seccomp_notif n = { 0 };
		struct seccomp_notif_resp r = { 0 };
		int k;

		if (!(p.revents & POLLIN))
			return 1;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n))
			continue;
		r.id = n.id;
		r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		k = kind_of(&n);
		if (k >= 0)
			seen[k]++;
		if (k >= 0 && k == kind && seen[k] >= first &&
			seen[k] <= last) {
			r.flags = 0;
			r.error = -kinds[k].error;
		}
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
	}
	return 0;
}

/* Ends with the program's status, or -1: it hung and was killed. */
static int
run(int preload, int kind, int first, int last)
{
	int sockets[2], status, listener, fine;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		die("socketpair");
	rewind(out);
	rewind(err);
	if (ftruncate(fileno(out), 0) || ftruncate(fileno(err), 0))
		die("ftruncate");
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		personality(ADDR_NO_RANDOMIZE);
		dup2(fileno(out), 1);
		dup2(fileno(err), 2);
		if (preload)
			setenv("LD_PRELOAD", library, 1);
		ask_about_kinds(sockets[1]);
		execv(command[0], command);
		_exit(97);
	}
	close(sockets[1]);
	listener = receive(sockets[0]);
	close(sockets[0]);
	fine = listener >= 0 && answer_all(listener, kind, first, last);
	if (!fine)
		kill(-pid, SIGKILL);
	close(listener);
	waitpid(pid, &status, 0);
	return fine ? status : -1;
}

static size_t
contents(FILE *f, char *text, size_t room)
{
	ssize_t n = pread(fileno(f), text, room - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* Nothing but the library's own lines on fd 2? */
static int
own_lines(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strncmp(line, "heapflame: ", 11) != 0)
			return 0;
	return 1;
}

static int
is_whole(const char *path)
{
	static char text[1 << 20];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return strstr(text, "\n# end\n") != NULL;
}

/* Is every dump whole? Empties the folder. */
static int
whole_dumps(int *dumps)
{
	DIR *d = opendir(folder);
	char path[4400];
	int whole = 1;

	for (struct dirent *e; d && (e = readdir(d));) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (n > 5 && !strcmp(e->d_name + n - 5, ".heap")) {
			(*dumps)++;
			whole &= is_whole(path);
		}
		unlink(path);
	}
	if (d)
		closedir(d);
	return whole;
}

static const char *
what_is_wrong(int status)
{
	static char now[65536];
	int dumps = 0, whole = whole_dumps(&dumps);

	if (status == -1)
		return "it hung";
	if (status != plain_status)
		return WIFSIGNALED(status) ? "killed by a signal"
					   : "another exit status";
	contents(out, now, sizeof now);
	if (strcmp(now, plain))
		return "other output";
	contents(err, now, sizeof now);
	if (!own_lines(now))
		return "other errors";
	return whole ? NULL : "half a dump";
}

/* One run; false if something is wrong with it. */
static int
try_one(int kind, int first, int last)
{
	const char *wrong = what_is_wrong(run(1, kind, first, last));

	if (wrong)
		printf("%s %d%s fails: %s\n", kinds[kind].name, first,
			last > first ? " and all after it" : "", wrong);
	fflush(stdout);
	return !wrong;
}

int
main(int argc, char **argv)
{
	int counts[KINDS], most, dumps = 0, runs = 0, wrong = 0;

	if (argc < 5)
		return 2;
	library = argv[1];
	folder = argv[2];
	most = atoi(argv[3]);
	command = argv + 4;
	out = tmpfile();
	err = tmpfile();
	plain_status = run(0, -1, 0, 0);
	if (plain_status != 0 || !contents(out, plain, sizeof plain))
		return printf("without the library: %d\n", plain_status), 1;
	if (run(1, -1, 0, 0) != 0 || !whole_dumps(&dumps) || dumps < 2)
		return printf("too few dumps: %d\n", dumps), 1;
	memcpy(counts, seen, sizeof counts);
	for (int k = 0; k < KINDS; k++) {
		if (counts[k])
			printf("calls of %s: %d\n", kinds[k].name, counts[k]);
		for (int i = 1; i <= counts[k] && i <= most; i++, runs++)
			wrong += !try_one(k, i, i);
		if (counts[k] > 1) {
			wrong += !try_one(k, 1, 1 << 30);
			wrong += !try_one(k, 2, 1 << 30);
			runs += 2;
		}
	}
	printf("runs %d, wrong %d\n", runs, wrong);
	return wrong != 0;
}
