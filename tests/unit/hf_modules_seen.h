/* SPDX-License-Identifier: Apache-2.0 */
/* Unwind tables to try: of what is loaded, and of files mapped for it. */
#ifndef HF_MODULES_SEEN_H
#define HF_MODULES_SEEN_H

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct hf_module_seen {
	char path[PATH_MAX]; /* of the file */
	uintptr_t bias; /* address in memory - address in the file */
	uintptr_t low, high; /* all of it in memory */
	const uint8_t *header; /* .eh_frame_hdr */
	uintptr_t tables_end; /* of the segment that it is in */
};

static inline void
hf_module_take_headers(struct hf_module_seen *m, const ElfW(Phdr) * p, int n)
{
	m->low = UINTPTR_MAX;
	m->high = 0;
	m->header = NULL;
	for (int i = 0; i < n; i++) {
		uintptr_t start = m->bias + p[i].p_vaddr;
		uintptr_t end = start + p[i].p_memsz;

		if (p[i].p_type == PT_LOAD && start < m->low)
			m->low = start & -4096UL;
		if (p[i].p_type == PT_LOAD && end > m->high)
			m->high = end;
		if (p[i].p_type == PT_GNU_EH_FRAME)
			m->header = (const uint8_t *)start;
	}
	for (int i = 0; i < n; i++) {
		uintptr_t start = m->bias + p[i].p_vaddr;

		if (p[i].p_type == PT_LOAD && (uintptr_t)m->header >= start &&
			(uintptr_t)m->header < start + p[i].p_filesz)
			m->tables_end = start + p[i].p_filesz;
	}
}

struct hf_module_search {
	const char *name; /* part of the path; "" is the program itself */
	struct hf_module_seen *found;
};

static inline int
hf_module_match(struct dl_phdr_info *info, size_t size, void *data)
{
	struct hf_module_search *s = data;
	ssize_t n;

	if (s->name[0] ? !strstr(info->dlpi_name, s->name)
		       : info->dlpi_name[0] != '\0')
		return 0;
	n = readlink("/proc/self/exe", s->found->path, PATH_MAX - 1);
	s->found->path[n > 0 ? n : 0] = '\0';
	if (s->name[0])
		strcpy(s->found->path, info->dlpi_name);
	s->found->bias = info->dlpi_addr;
	hf_module_take_headers(s->found, info->dlpi_phdr, info->dlpi_phnum);
	return 1;
}

/* A loaded object; false: there is none of that name. */
static inline bool
hf_module_loaded(struct hf_module_seen *m, const char *name)
{
	struct hf_module_search s = { name, m };

	return dl_iterate_phdr(hf_module_match, &s) && m->header;
}

/* Maps the file's segments as a loader would; it is never unmapped. */
static inline bool
hf_module_mapped(struct hf_module_seen *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ElfW(Phdr) p[32];
	ElfW(Ehdr) e;
	char *at;

	if (fd < 0 || strlen(path) >= PATH_MAX ||
		read(fd, &e, sizeof e) != sizeof e || e.e_phnum > 32 ||
		pread(fd, p, e.e_phnum * sizeof p[0], (off_t)e.e_phoff) < 0)
		return false;
	strcpy(m->path, path);
	m->bias = 0;
	hf_module_take_headers(m, p, e.e_phnum);
	at = mmap(NULL, m->high - m->low, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED || !m->header)
		return false;
	m->bias = (uintptr_t)at - m->low;
	for (int i = 0; i < e.e_phnum; i++) {
		uintptr_t start = (m->bias + p[i].p_vaddr) & -4096UL;
		uintptr_t end = m->bias + p[i].p_vaddr + p[i].p_filesz;

		if (p[i].p_type == PT_LOAD && end > start &&
			mmap((void *)start, end - start, PROT_READ,
				MAP_PRIVATE | MAP_FIXED, fd,
				(off_t)(p[i].p_offset & -4096UL)) == MAP_FAILED)
			return false;
	}
	close(fd);
	hf_module_take_headers(m, p, e.e_phnum);
	return true;
}

#endif
