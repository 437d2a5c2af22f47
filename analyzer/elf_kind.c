/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which programs LD_PRELOAD does not reach, told from the file alone: those
 * without a loader (static), for another machine or another libc, those whose
 * sanitizer must come first, and those that the kernel starts in secure mode.
 * A script is judged by what it is run by. elf_image.c reads the files.
 */
#include "elf_kind.h"

#include "elf_image.h"
#include "err.h"
#include "program.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Scripts may name scripts; the kernel gives up after four. */
#define SCRIPT_LEVELS 5

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool
is_loader(const char *soname)
{
	return starts(soname, "ld-linux") || starts(soname, "ld64") ||
	       starts(soname, "ld.so");
}

static bool
is_sanitizer_library(const char *name)
{
	static const char *const runtimes[] = { "libasan.", "libtsan.",
		"liblsan.", "libhwasan.", "libclang_rt.asan",
		"libclang_rt.tsan", "libclang_rt.hwasan", "libclang_rt.msan" };

	for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++)
		if (starts(name, runtimes[i]))
			return true;
	return false;
}

static bool
is_sanitizer_symbol(const char *name, bool is_defined)
{
	return strcmp(name, "__asan_init") == 0 ||
	       strcmp(name, "__tsan_init") == 0 ||
	       strcmp(name, "__msan_init") == 0 ||
	       strcmp(name, "__hwasan_init") == 0 ||
	       strcmp(name, "__lsan_init") == 0;
}

static bool
is_own_malloc(const char *name, bool is_defined)
{
	return is_defined && strcmp(name, "malloc") == 0;
}

static bool
is_libc(const char *name)
{
	return starts(name, "libc.so");
}

static const char *
machine_name(uint16_t m, unsigned char elf_class)
{
	switch (m) {
	case EM_386:
		return "32-bit x86";
	case EM_X86_64:
		return elf_class == ELFCLASS64 ? "x86-64" : "x32";
	case EM_ARM:
		return "32-bit ARM";
	case EM_AARCH64:
		return "64-bit ARM";
	case EM_RISCV:
		return "RISC-V";
	case EM_PPC64:
		return "64-bit PowerPC";
	case EM_S390:
		return "s390x";
	default:
		return "another machine";
	}
}

/*
 * Would the kernel set AT_SECURE? Then the loader ignores LD_PRELOAD. A setuid
 * bit that changes nothing (root starts a setuid-root file) does not.
 */
static const char *
secure_reason(const struct elf_image *f, const char *path)
{
	const struct stat *s = &f->status;

	if ((s->st_mode & S_ISUID) && s->st_uid != getuid())
		return "is setuid: the loader ignores LD_PRELOAD there";
	if ((s->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		s->st_gid != getgid())
		return "is setgid: the loader ignores LD_PRELOAD there";
	if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		return "has file capabilities: "
		       "the loader ignores LD_PRELOAD there";
	return NULL;
}

/* The rest of "it ...", or NULL; for files of the right machine. */
static const char *
linked_reason(const struct elf_image *f, const char *path)
{
	if (!f->interpreter) {
		if (elf_image_any_dynamic(f, DT_SONAME, is_loader))
			return NULL;
		return "is statically linked: "
		       "no loader runs that could preload a library";
	}
	if (starts(program_base_name(elf_image_text(f, f->interpreter)),
		    "ld-musl"))
		return "is built for musl, the library for glibc";
	if (elf_image_any_dynamic(f, DT_NEEDED, is_sanitizer_library) ||
		elf_image_any_symbol(f, is_sanitizer_symbol))
		return "is built with a sanitizer "
		       "(-fsanitize=), which replaces malloc itself";
	return secure_reason(f, path);
}

static const char *
elf_reason(const struct elf_image *f, const char *path,
	const struct elf_image *lib)
{
	static char buf[128];

	if ((elf_image_machine(f) != elf_image_machine(lib) ||
		    f->bytes[EI_CLASS] != lib->bytes[EI_CLASS])) {
		snprintf(buf, sizeof buf,
			"is a program for %s, the library for %s",
			machine_name(elf_image_machine(f), f->bytes[EI_CLASS]),
			machine_name(
				elf_image_machine(lib), lib->bytes[EI_CLASS]));
		return buf;
	}
	return linked_reason(f, path);
}

/* The next word of a `#!` line; `*at` moves behind it. "" at its end. */
static char *
next_word(char **at)
{
	char *word = *at + strspn(*at, " \t"), *end = word;

	end += strcspn(word, " \t\n");
	*at = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/*
 * What a script is run by. With `env` that is its first word that is neither an
 * option nor an assignment. Caller frees; NULL: nothing to look at.
 */
static char *
script_interpreter(const struct elf_image *f)
{
	char line[256], *at = line, *word;
	size_t n = f->size < sizeof line ? f->size : sizeof line - 1;

	if (n < 3 || f->bytes[0] != '#' || f->bytes[1] != '!')
		return NULL;
	memcpy(line, f->bytes + 2, n - 2);
	line[n - 2] = '\0';
	line[strcspn(line, "\n")] = '\0';
	word = next_word(&at);
	if (strcmp(program_base_name(word), "env") != 0)
		return *word ? xstrdup(word) : NULL;
	for (word = next_word(&at); *word; word = next_word(&at))
		if (*word != '-' && !strchr(word, '='))
			return program_find(word);
	return NULL;
}

static const char *
check(const char *path, const struct elf_image *lib, int level,
	char why[ELF_WHY_MAX])
{
	struct elf_image f;
	const char *reason = NULL;
	char *interpreter = NULL;

	if (!elf_image_open(&f, path)) {
		reason = secure_reason(&f, path); /* sudo can't be read */
	} else if (elf_image_is_elf(&f)) {
		elf_image_scan(&f);
		reason = elf_reason(&f, path, lib);
	} else if (level < SCRIPT_LEVELS) {
		interpreter = script_interpreter(&f);
	}
	if (reason && level == 0)
		snprintf(why, ELF_WHY_MAX, "it %s", reason);
	else if (reason)
		snprintf(why, ELF_WHY_MAX, "its interpreter '%s' %s", path,
			reason);
	elf_image_close(&f);
	if (interpreter)
		reason = check(interpreter, lib, level + 1, why);
	free(interpreter);
	return reason ? why : NULL;
}

const char *
elf_unprofilable(const char *path, const char *library, char why[ELF_WHY_MAX])
{
	struct elf_image lib;
	const char *answer;

	if (!elf_image_open(&lib, library)) {
		snprintf(why, ELF_WHY_MAX, "the library '%s' cannot be read",
			library);
		return why;
	}
	if (elf_image_is_elf(&lib)) {
		answer = check(path, &lib, 0, why);
	} else {
		snprintf(why, ELF_WHY_MAX, "the library '%s' is no library",
			library);
		answer = why;
	}
	elf_image_close(&lib);
	return answer;
}

const char *
elf_why_nothing(const char *path)
{
	struct elf_image f;
	const char *answer = NULL;

	if (!elf_image_open(&f, path))
		return NULL;
	if (elf_image_is_elf(&f)) {
		elf_image_scan(&f);
		if (elf_image_any_symbol(&f, is_own_malloc))
			answer = "brings a malloc of its own, "
				 "which a preloaded library cannot see";
		else if (f.dynamic_end &&
			 !elf_image_any_dynamic(&f, DT_NEEDED, is_libc))
			answer = "does not use the C library";
	}
	elf_image_close(&f);
	return answer;
}
