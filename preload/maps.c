/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neighbouring lines of one file are one module: its headers are at the line
 * with offset 0, its code in the lines with an x.
 */
#include "maps.h"

#include "objects.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define SEGMENTS  16
#define LINE_MAX_ 4608 /* a path of 4096 and the rest */
#define NOTE_MAX  1024
#define HEADERS	  64
#define AT_ONCE	  (128 << 10) /* of the maps; some 250 libraries */

struct module {
	char path[4096];
	uint32_t path_length;
	uint64_t base; /* where its offset 0 is mapped; 0: not yet seen */
	uint64_t device, inode; /* of the file */
	uint32_t segments;
	struct hfs_segment segment[SEGMENTS];
};

struct reader {
	struct hf_modules_walk walk;
	struct module module;
	long memory; /* descriptor of /proc/self/mem, or -1 */
	unsigned char build_id[64];
};

static long
open_read(const char *path)
{
	return hf_sys4(
		SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
}

static bool
read_memory(long fd, uint64_t at, void *to, size_t n)
{
	return hf_sys4(SYS_pread64, fd, (long)to, (long)n, (long)at) == (long)n;
}

/*
 * The program headers of the file that is at `base` of what fd is: our memory,
 * or the file itself at 0. How many; 0: there are none. Nearly always in
 * one read.
 */
static unsigned
read_headers(long fd, uint64_t base, Elf64_Phdr p[HEADERS])
{
	unsigned char begin[1024];
	long n = fd < 0 ? -1
			: hf_sys4(SYS_pread64, fd, (long)begin, sizeof begin,
				  (long)base);
	Elf64_Ehdr e;
	size_t bytes;

	if (n < (long)sizeof e || memcmp(begin, ELFMAG, SELFMAG) != 0)
		return 0;
	memcpy(&e, begin, sizeof e);
	bytes = e.e_phnum * sizeof *p;
	if (e.e_phnum > HEADERS)
		return 0;
	if (e.e_phoff <= (size_t)n && bytes <= (size_t)n - e.e_phoff)
		memcpy(p, begin + e.e_phoff, bytes);
	else if (!read_memory(fd, base + e.e_phoff, p, bytes))
		return 0;
	return e.e_phnum;
}

static uint32_t
read_build_id(long fd, uint64_t base, unsigned char id[64])
{
	unsigned char notes[NOTE_MAX];
	Elf64_Phdr p[HEADERS], *first = NULL;
	unsigned count = read_headers(fd, base, p);

	for (unsigned i = 0; i < count; i++) {
		const unsigned char *found;
		uint32_t n;

		if (p[i].p_type == PT_LOAD && !first)
			first = &p[i];
		if (p[i].p_type != PT_NOTE || p[i].p_filesz > NOTE_MAX ||
			!first)
			continue;
		/* offset 0 is mapped at base, so is first's start */
		if (!read_memory(fd,
			    base + p[i].p_vaddr -
				    (first->p_vaddr - first->p_offset),
			    notes, p[i].p_filesz))
			continue;
		found = hf_modules_build_id(notes, p[i].p_filesz, &n);
		if (found && n <= 64) {
			memcpy(id, found, n);
			return n;
		}
	}
	return 0;
}

/*
 * Who has given up rights cannot read /proc/self/mem any more. Then from the
 * file, if it is still the one that is mapped. -1: it is not.
 */
static long
open_module(const struct module *m)
{
	char path[sizeof m->path + 1];
	struct stat st;
	long fd;

	if (m->inode == 0)
		return -1;
	memcpy(path, m->path, m->path_length);
	path[m->path_length] = '\0';
	fd = hf_sys4(SYS_openat, AT_FDCWD, (long)path,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	if (fd >= 0 && (hf_sys3(SYS_fstat, fd, (long)&st, 0) != 0 ||
			       !S_ISREG(st.st_mode) || st.st_dev != m->device ||
			       st.st_ino != m->inode)) {
		hf_sys3(SYS_close, fd, 0, 0);
		fd = -1;
	}
	return fd;
}

static uint32_t
build_id_of(struct reader *r)
{
	struct module *m = &r->module;
	uint32_t n;
	long fd;

	if (r->memory >= 0)
		return m->base ? read_build_id(r->memory, m->base, r->build_id)
			       : 0;
	fd = open_module(m);
	n = read_build_id(fd, 0, r->build_id);
	if (fd >= 0)
		hf_sys3(SYS_close, fd, 0, 0);
	return n;
}

/* For those whose glibc does not tell where unwind tables are. */
static void
add_object(struct reader *r)
{
	const struct module *m = &r->module;
	struct hf_object o = { m->base, 0, NULL };
	Elf64_Phdr p[HEADERS], *first = NULL;
	unsigned count;

	if (!m->base || !hf_objects_needed())
		return;
	count = read_headers(r->memory, m->base, p);
	for (unsigned i = 0; i < count; i++) {
		uintptr_t at;

		if (p[i].p_type == PT_LOAD && !first)
			first = &p[i];
		if (!first)
			continue;
		at = m->base + p[i].p_vaddr -
		     (first->p_vaddr - first->p_offset);
		if (p[i].p_type == PT_LOAD)
			o.end = at + p[i].p_memsz;
		if (p[i].p_type == PT_GNU_EH_FRAME)
			o.eh_frame_header = (const void *)at;
	}
	if (o.end > o.start && o.eh_frame_header)
		hf_objects_add(&o);
}

static void
finish_module(struct reader *r)
{
	struct module *m = &r->module;
	struct hf_found_module found = { .path = m->path,
		.path_length = m->path_length,
		.segments = m->segments,
		.segment = m->segment,
		.build_id = r->build_id };

	if (m->segments > 0) {
		add_object(r);
		found.build_id_length = build_id_of(r);
		hf_modules_found(&r->walk, &found);
	}
	m->path_length = 0;
	m->base = 0;
	m->segments = 0;
}

static char *
parse_hex(char *s, uint64_t *out)
{
	uint64_t n = 0;

	for (;; s++) {
		if (*s >= '0' && *s <= '9')
			n = n << 4 | (uint64_t)(*s - '0');
		else if (*s >= 'a' && *s <= 'f')
			n = n << 4 | (uint64_t)(*s - 'a' + 10);
		else
			break;
	}
	*out = n;
	return s;
}

/* major:minor in hexadecimal, as stat has it in one number */
static char *
parse_device(char *s, uint64_t *out)
{
	uint64_t major, minor = 0;

	s = parse_hex(s, &major);
	if (*s == ':')
		s = parse_hex(s + 1, &minor);
	*out = major << 8 | (minor & 0xff) | (minor & ~0xffULL) << 12;
	return s;
}

static char *
parse_decimal(char *s, uint64_t *out)
{
	for (*out = 0; *s >= '0' && *s <= '9'; s++)
		*out = *out * 10 + (uint64_t)(*s - '0');
	return s;
}

static char *
skip_word(char *s)
{
	while (*s && *s != ' ')
		s++;
	while (*s == ' ')
		s++;
	return s;
}

/* The kernel writes a newline in a path as \\012, and only that. */
static size_t
unescape(char *s, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++)
		if (n - i >= 4 && memcmp(s + i, "\\012", 4) == 0) {
			s[to++] = '\n';
			i += 3;
		} else {
			s[to++] = s[i];
		}
	return to;
}

/* start-end perms offset dev inode  path */
static void
take_line(struct reader *r, char *line)
{
	static const char deleted[] = " (deleted)";
	struct module *m = &r->module;
	uint64_t start, end, offset, device, inode;
	char *s = parse_hex(line, &start);
	bool code;
	size_t n;

	s = skip_word(parse_hex(s + (*s == '-'), &end));
	code = s[0] && s[1] && s[2] == 'x';
	s = skip_word(s);
	parse_hex(s, &offset);
	s = skip_word(parse_device(skip_word(s), &device));
	s = skip_word(parse_decimal(s, &inode));
	n = strlen(s);
	if (n >= sizeof deleted && memcmp(s + n - (sizeof deleted - 1), deleted,
					   sizeof deleted - 1) == 0)
		n -= sizeof deleted - 1;
	n = unescape(s, n);
	if (n == 0 || n > sizeof m->path || (s[0] != '/' && s[0] != '['))
		return;
	if (n != m->path_length || memcmp(s, m->path, n) != 0 ||
		(offset == 0 && m->segments > 0)) {
		finish_module(r);
		memcpy(m->path, s, n);
		m->path_length = (uint32_t)n;
		m->device = device;
		m->inode = inode;
	}
	if (offset == 0 && !m->base)
		m->base = start;
	if (code && m->segments < SEGMENTS)
		m->segment[m->segments++] =
			(struct hfs_segment){ start, end, offset };
}

/* False: there are more lines than `most` bytes, or they can't be read. */
static bool
each_line(struct reader *r, long fd, size_t most)
{
	char buffer[2 * LINE_MAX_];
	size_t have = 0, all = 0;
	long n;

	while ((n = hf_sys3(SYS_read, fd, (long)(buffer + have),
			(long)(sizeof buffer - have))) > 0) {
		char *line = buffer, *newline;

		all += (size_t)n;
		if (all > most)
			return false;
		have += (size_t)n;
		while ((newline = memchr(
				line, '\n', have - (size_t)(line - buffer)))) {
			*newline = '\0';
			take_line(r, line);
			line = newline + 1;
		}
		have -= (size_t)(line - buffer);
		memmove(buffer, line, have);
		if (have == sizeof buffer) /* no line is so long */
			have = 0;
	}
	return n == 0;
}

/* With the walk begun. */
static void
look(struct reader *r, long maps, size_t most)
{
	r->memory = open_read("/proc/self/mem");
	if (each_line(r, maps, most))
		finish_module(r);
	else /* the last one's other half, too */
		r->walk.left_out = true;
	if (r->memory >= 0)
		hf_sys3(SYS_close, r->memory, 0, 0);
}

bool
hf_maps_modules(struct hf_region *region)
{
	struct reader r = { .memory = -1 };
	long maps = open_read("/proc/self/maps");
	bool begun;

	if (maps < 0) {
		hf_modules_as_remembered(region);
		return true;
	}
	begun = hf_modules_begin(&r.walk, region);
	if (begun) {
		look(&r, maps, SIZE_MAX);
		hf_modules_end(&r.walk);
	}
	hf_sys3(SYS_close, maps, 0, 0);
	return begun;
}

void
hf_maps_remember(void)
{
	struct reader r = { .memory = -1 };
	long maps = open_read("/proc/self/maps");

	if (maps < 0)
		return;
	if (hf_modules_begin(&r.walk, NULL)) {
		look(&r, maps, AT_ONCE);
		hf_modules_end(&r.walk);
	}
	hf_sys3(SYS_close, maps, 0, 0);
}

void
hf_maps_copy(struct hf_text *out)
{
	long fd = open_read("/proc/self/maps"), n;
	char buffer[4096];

	if (fd < 0)
		return;
	while ((n = hf_sys3(SYS_read, fd, (long)buffer, sizeof buffer)) > 0)
		hf_text_bytes(out, buffer, (size_t)n);
	hf_sys3(SYS_close, fd, 0, 0);
}
