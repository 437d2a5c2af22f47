/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "control.h"
#include "helper.h"
#include "maps.h"
#include "options.h"
#include "state_dead.h"
#include "text.h"

#define FIXED_SIZE (8 << 20) /* where pages can't be had one by one */
#define TRIES	   64

/* The one that is being made, and then the one that is there. */
static struct file {
	struct hf_birth *birth;
	struct hf_backing backing;
	_Atomic bool tried; /* to the end */
	char folder[HF_TEXT_MAX], name[512];
	uint64_t inode;
	const char *problem;
} file;

static struct hf_text
text_in(char *buffer, size_t size)
{
	return (struct hf_text){ buffer, size - 1, 0, -1, false, 0 };
}

/* Ours alone and no link: in a place where everybody may make folders. */
static bool
is_private(long fd)
{
	struct stat st;

	return hf_sys3(SYS_fstat, fd, (long)&st, 0) == 0 &&
	       st.st_uid == (uid_t)hf_sys3(SYS_geteuid, 0, 0, 0) &&
	       (st.st_mode & 077) == 0;
}

/*
 * ext4 keeps the promise of allocated blocks; others copy on write or can't be
 * asked. `exact`: the filesystem needs a file that is allocated as a whole.
 */
static bool
fit_for_it(long fd, bool *exact)
{
	struct statfs fs;

	if (hf_sys3(SYS_fstatfs, fd, (long)&fs, 0) != 0)
		return false;
	*exact = fs.f_type == EXT4_SUPER_MAGIC;
	return *exact || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC;
}

/* A descriptor of the folder, or -1 and the problem. */
static long
open_folder(const char *path, bool private)
{
	bool exact;
	long fd;

	if (!path[0])
		return -1;
	hf_sys3(SYS_mkdir, (long)path, 0700, 0);
	fd = hf_sys4(SYS_openat, AT_FDCWD, (long)path,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | (private ? O_NOFOLLOW : 0),
		0);
	if (fd < 0) {
		file.problem = "there is no folder for it";
		return -1;
	}
	if (private && !is_private(fd))
		file.problem = "its folder belongs to somebody else";
	else if (!fit_for_it(fd, &exact))
		file.problem = "its folder is on no tmpfs or ext4";
	else
		return fd;
	hf_sys3(SYS_close, fd, 0, 0);
	return -1;
}

static void
make_name(void)
{
	struct hf_text t = text_in(file.name, sizeof file.name);
	int left = 128;

	for (const char *c = hf_identity_name(); *c && left-- > 0; c++)
		hf_text_byte(&t, (unsigned char)*c <= ' ' ? '_' : *c);
	hf_text_byte(&t, '.');
	hf_text_string(&t, file.birth->id);
	hf_text_string(&t, ".live");
	hf_text_end(&t);
}

static long
create(long folder)
{
	long fd = -1;

	for (int i = 0; i < TRIES; i++) {
		make_name();
		fd = hf_sys4(SYS_openat, folder, (long)file.name,
			O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0600);
		if (fd != -EEXIST)
			break;
		hf_birth_next(file.birth);
	}
	if (fd < 0)
		file.problem = "its folder can't be written to";
	else /* whatever the umask says */
		hf_sys3(SYS_fchmod, fd, 0600, 0);
	return fd;
}

/* As far as MEMORY and RLIMIT_FSIZE allow. */
static uint64_t
size_wanted(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	uint64_t size = hf_options.memory & -(uint64_t)HFS_CHUNK;

	hf_sys3(SYS_getrlimit, RLIMIT_FSIZE, (long)&limit, 0);
	if (size > limit.rlim_cur)
		size = limit.rlim_cur & -(uint64_t)HFS_CHUNK;
	return size;
}

/* The pages of the header; then the caller may store in them. */
static bool
have_pages(long fd, void *chunk, uint64_t *size)
{
	struct statfs fs;
	bool exact = true;

	if (hf_sys3(SYS_fstatfs, fd, (long)&fs, 0) == 0)
		exact = fs.f_type == EXT4_SUPER_MAGIC;
	if (!exact && hf_state_populate(chunk, HF_STATE_STEP))
		return true;
	if (*size > FIXED_SIZE)
		*size = FIXED_SIZE;
	if (hf_sys4(SYS_fallocate, fd, 0, 0, (long)*size) != 0 ||
		hf_sys3(SYS_ftruncate, fd, (long)*size, 0) != 0)
		return false;
	file.backing.ready = (uint32_t)(*size >> HFS_UNIT_SHIFT);
	return true;
}

/* Chunk 0 and, over the words that every allocation looks at, page 0. */
static bool
map_file(long fd)
{
	struct hf_backing *b = &file.backing;
	uint64_t size = size_wanted();
	long at;

	file.problem = "there is no room for it";
	if (size < HFS_CHUNK || hf_sys3(SYS_ftruncate, fd, (long)size, 0) != 0)
		return false;
	at = hf_sys6(SYS_mmap, 0, HFS_CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED,
		fd, 0);
	if (hf_sys_failed(at))
		return false;
	hf_sys3(SYS_madvise, at, HFS_CHUNK, MADV_NOHUGEPAGE);
	if (!have_pages(fd, (void *)at, &size)) {
		hf_sys3(SYS_munmap, at, HFS_CHUNK, 0);
		return false;
	}
	hf_control_move((struct hfs_control *)at, (int)fd);
	b->chunk = (void *)at;
	b->units = (uint32_t)(size >> HFS_UNIT_SHIFT);
	file.problem = NULL;
	return true;
}

static bool
try_folder(const char *path, bool private)
{
	long folder = open_folder(path, private), fd;
	struct stat st;
	bool made = false;

	if (folder < 0)
		return false;
	hf_state_sweep(folder);
	fd = create(folder);
	if (fd >= 0) {
		made = map_file(fd);
		if (!made)
			hf_sys3(SYS_unlinkat, folder, (long)file.name, 0);
		else if (hf_sys3(SYS_fstat, fd, (long)&st, 0) == 0)
			file.inode = st.st_ino;
		hf_sys3(SYS_close, fd, 0, 0);
	}
	hf_sys3(SYS_close, folder, 0, 0);
	return made;
}

/* /dev/shm/heapflame-<uid>, of whoever we are now. */
static void
standard_folder(void)
{
	struct hf_text t = text_in(file.folder, sizeof file.folder);

	hf_text_string(&t, "/dev/shm/heapflame-");
	hf_text_number(&t, (uint64_t)hf_sys3(SYS_geteuid, 0, 0, 0));
	hf_text_end(&t);
}

static void
copy_folder(const char *from)
{
	struct hf_text t = text_in(file.folder, sizeof file.folder);

	hf_text_string(&t, from);
	hf_text_end(&t);
}

static void
make(void *unused)
{
	bool made;

	(void)unused;
	if (hf_identity.live[0]) {
		copy_folder(hf_identity.live);
		made = try_folder(file.folder, false);
	} else {
		standard_folder();
		made = try_folder(file.folder, true);
		if (!made && hf_identity.live_fallback[0]) {
			copy_folder(hf_identity.live_fallback);
			made = try_folder(file.folder, true);
		}
	}
	if (made)
		hf_identity_surroundings(file.birth, file.backing.chunk);
	file.tried = true;
	/*
	 * Last, for a filter may end us there. A child has its parent's; who
	 * sleeps has no stacks yet, and may load more until he is woken.
	 */
	if (made && hf_control_active() && !hf_state_inherits())
		hf_maps_remember();
}

void
hf_state_file_make(struct hf_birth *birth, struct hf_backing *backing)
{
	bool ended;

	*backing = (struct hf_backing){ 0 };
	file.inode = 0; /* a fork child's is not its parent's */
	if (!hf_options.live_wanted)
		return;
	file.problem = "the kernel makes no helper process";
	if (hf_helper_would_be_init() || !hf_helper_claim(&ended))
		return;
	file.birth = birth;
	file.backing = *backing;
	file.tried = false;
	if (!hf_helper_run(make, NULL, true))
		return;
	/* Killed by a filter, or too slow: not to be waited for. */
	if (file.tried)
		*backing = file.backing;
	else
		file.problem = "the helper process did not come back";
	hf_helper_release();
}

const char *
hf_state_file_problem(void)
{
	return hf_options.live_wanted ? file.problem : NULL;
}

/* Only the very file: another process may have got its name since. */
void
hf_state_file_remove(void)
{
	long folder;
	struct stat st;

	if (!file.inode)
		return;
	folder = hf_sys4(SYS_openat, AT_FDCWD, (long)file.folder,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (folder < 0)
		return;
	if (hf_sys4(SYS_newfstatat, folder, (long)file.name, (long)&st,
		    AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_ino == file.inode)
		hf_sys3(SYS_unlinkat, folder, (long)file.name, 0);
	hf_sys3(SYS_close, folder, 0, 0);
}
