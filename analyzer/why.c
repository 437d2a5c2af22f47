/* SPDX-License-Identifier: Apache-2.0 */
/* The reasons themselves are elf_kind.c's and allocator.c's. */
#include "why.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocator.h"
#include "elf_kind.h"
#include "err.h"
#include "shim_path.h"
#include "text.h"

#define LIBRARY	 "libheapflame"
#define TEXT_MAX (1 << 20) /* of maps or environ */

bool
why_is_program(const char *path)
{
	char start[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool is;

	if (fd < 0)
		return false;
	is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	     read(fd, start, sizeof start) >= 2 &&
	     (memcmp(start, "\177ELF", 4) == 0 || memcmp(start, "#!", 2) == 0);
	close(fd);
	return is;
}

static void
say(FILE *out, const char *text)
{
	char *visible = text_visible(text);

	fprintf(out, "%s\n", visible);
	free(visible);
}

/* What it brings of its own. Returns how many lines were said. */
static int
say_allocators(FILE *out, const char *path)
{
	struct allocator a;
	const char *remedy;
	char *text = NULL;
	int lines = 0;

	if (!allocator_look(&a, path))
		return 0;
	remedy = a.jemalloc && a.can_profile
			 ? "'heapflame run' has that jemalloc profile itself"
		 : a.jemalloc ? "that jemalloc was built without --enable-prof"
			      : "build it to use malloc";
	if (a.malloc != MALLOC_ELSEWHERE)
		text = xasprintf("it brings a malloc of its own, which no "
				 "preloaded library sees: %s",
			remedy);
	else if (a.prefixes > 0 || a.jemalloc)
		text = xasprintf("it has an allocator of its own (%smalloc), "
				 "which no preloaded library sees: %s",
			a.prefixes > 0 ? a.prefix[0] : "", remedy);
	if (text != NULL) {
		say(out, text);
		lines++;
	}
	free(text);
	return lines;
}

/* Where its dumps would go. */
static int
say_folder(FILE *out)
{
	if (access(".", W_OK) == 0)
		return 0;
	say(out, "the working directory can't be written: dumps go to "
		 "/tmp/heapflame-UID instead: HEAPFLAME_PREFIX=PATH, or "
		 "'heapflame run -o DIR', names a place");
	return 1;
}

/* What to do about such a reason; the words are elf_kind.c's. */
static const char *
remedy_of(const char *reason)
{
	static const char *const known[][2] = {
		{ "statically linked", "link it dynamically" },
		{ "setuid", "run 'heapflame run' as its owner or as root" },
		{ "setgid", "run 'heapflame run' as root" },
		{ "capabilities", "run 'heapflame run' as root" },
		{ "musl", "build it for glibc" },
		{ "sanitizer", "build it without -fsanitize" },
		{ "program for", "use a heapflame that is built for that "
				 "machine" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strstr(reason, known[i][0]) != NULL)
			return known[i][1];
	return "install heapflame anew, or set HEAPFLAME_LIB";
}

static int
say_program(FILE *out, const char *path)
{
	char why[ELF_WHY_MAX], *library = shim_path_find(), *text;
	const char *found;
	int lines = 0;

	if (library == NULL)
		return -1;
	found = elf_unprofilable(path, library, why);
	free(library);
	if (found != NULL) {
		text = xasprintf("it cannot be profiled: %s - %s", found,
			remedy_of(found));
		say(out, text);
		free(text);
		lines++;
	}
	return lines + say_allocators(out, path);
}

int
why_program(FILE *out, const char *path)
{
	int lines = say_program(out, path);

	if (lines < 0)
		return -1;
	lines += say_folder(out);
	if (lines == 0)
		say(out, "nothing is in the way: 'heapflame run' it, and "
			 "'heapflame info --why' says what the profile lacks");
	return 0;
}

/* A file of the process, NUL-terminated; *length 0: it can't be read. */
static char *
read_of(int pid, const char *file, size_t *length)
{
	char *path = xasprintf("/proc/%d/%s", pid, file);
	char *text = xmalloc(TEXT_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	*length = 0;
	while (fd >= 0 && *length < TEXT_MAX && n > 0) {
		n = read(fd, text + *length, TEXT_MAX - *length);
		if (n > 0)
			*length += (size_t)n;
	}
	text[*length] = '\0';
	if (fd >= 0)
		close(fd);
	free(path);
	return text;
}

/* Is it among its mappings? -1: they can't be read. */
static int
is_loaded(int pid)
{
	size_t length;
	char *text = read_of(pid, "maps", &length);
	int found = length == 0 ? -1 : strstr(text, LIBRARY) != NULL;

	free(text);
	return found;
}

/* Does its environment ask for it? */
static bool
is_asked_for(int pid)
{
	size_t length;
	char *text = read_of(pid, "environ", &length);
	bool found = false;

	for (size_t at = 0; at < length; at += strlen(text + at) + 1)
		found |= strncmp(text + at, "LD_PRELOAD=", 11) == 0 &&
			 strstr(text + at, LIBRARY) != NULL;
	free(text);
	return found;
}

int
why_process(FILE *out, int pid)
{
	int loaded = is_loaded(pid);
	char *path;
	int result;

	if (loaded < 0)
		return error("cannot look at process %d: %s", pid,
			errno == ENOENT ? "there is none" : strerror(errno));
	if (loaded > 0) {
		say(out, "the library is in it, but there is no live state: "
			 "nothing was sampled yet, HEAPFLAME_ACTIVE=0, or no "
			 "state could be made (HEAPFLAME_LIVE)");
		return 0;
	}
	say(out, is_asked_for(pid)
			 ? "it is not preloaded, though its environment asks "
			   "for it: the loader does not for set-user-ID "
			   "programs, and not for static ones"
			 : "it is not preloaded, and a running process can't "
			   "be: start it by 'heapflame run', or as 'heapflame "
			   "env' says");
	path = xasprintf("/proc/%d/exe", pid);
	result = say_program(out, path);
	free(path);
	return result < 0 ? -1 : 0;
}
