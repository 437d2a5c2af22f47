/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines are taken from the last to the first: an address that has a name keeps
 * it, and is passed over by all lines before (`next`, as in a union-find), so
 * that a file whose every line covers all there is takes no longer.
 */
#define _GNU_SOURCE /* memrchr */
#include "perfmap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"

#define FILE_MAX       (1u << 30)
#define NAME_MAX_BYTES 4096

static const char *
what_is_wrong(const struct stat *st, bool trusted)
{
	if (!S_ISREG(st->st_mode))
		return "the perf map is no regular file";
	if (!trusted && st->st_uid != geteuid() && st->st_uid != 0)
		return "the perf map belongs to somebody else: name it with "
		       "--perf-map to use it";
	if (st->st_size > FILE_MAX)
		return "the perf map has more than 1 GiB";
	return NULL;
}

/* As much as there is; it may be growing. */
static void
read_bytes(struct perfmap *m, int fd, size_t size)
{
	m->bytes = xmalloc(size + 1);
	while (m->length < size) {
		ssize_t n = read(fd, m->bytes + m->length, size - m->length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		m->length += (size_t)n;
	}
}

bool
perfmap_read(
	struct perfmap *m, const char *path, bool trusted, const char **why)
{
	int links = trusted ? 0 : O_NOFOLLOW;
	int fd = open(
		path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | links);
	struct stat st;

	*m = (struct perfmap){ 0 };
	*why = NULL;
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			*why = "the perf map can't be opened";
		return false;
	}
	*why = fstat(fd, &st) == 0 ? what_is_wrong(&st, trusted)
				   : "the perf map can't be read";
	if (*why == NULL) {
		read_bytes(m, fd, (size_t)st.st_size);
		m->changed_ms = (int64_t)st.st_mtim.tv_sec * 1000;
	}
	close(fd);
	return *why == NULL;
}

void
perfmap_release(struct perfmap *m)
{
	free(m->bytes);
	*m = (struct perfmap){ 0 };
}

/* A number in hex up to a blank; false: it is none, or too long. */
static bool
read_hex(const char **at, const char *end, uint64_t *value)
{
	const char *start = *at;

	*value = 0;
	if (end - *at > 2 && (*at)[0] == '0' && (*at)[1] == 'x')
		start = *at += 2; /* some write it all the same */
	for (; *at < end && **at != ' ' && **at != '\t'; ++*at) {
		char c = **at;
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0 || *at - start >= 16)
			return false;
		*value = *value << 4 | (uint64_t)digit;
	}
	if (*at == start || *at == end)
		return false;
	while (*at < end && (**at == ' ' || **at == '\t'))
		++*at;
	return true;
}

struct search {
	struct perfmap_name *wanted;
	size_t *next; /* the next one without a name, from here on */
	size_t count;
};

static size_t
next_free(struct search *s, size_t i)
{
	size_t end = i;

	while (s->next[end] != end)
		end = s->next[end];
	while (s->next[i] != end) {
		size_t on = s->next[i];

		s->next[i] = end;
		i = on;
	}
	return end;
}

static size_t
first_from(const struct search *s, uint64_t address)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->wanted[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
take_line(struct search *s, const char *at, const char *end)
{
	uint64_t start, size;

	if (end > at && end[-1] == '\r')
		end--;
	if (!read_hex(&at, end, &start) || !read_hex(&at, end, &size) ||
		at == end)
		return;
	for (size_t i = next_free(s, first_from(s, start));
		i < s->count && s->wanted[i].address - start < size;
		i = next_free(s, i)) {
		s->wanted[i].text = at;
		s->wanted[i].length = (size_t)(end - at);
		s->next[i] = i + 1;
	}
}

void
perfmap_find(const struct perfmap *m, struct perfmap_name *wanted, size_t count)
{
	struct search s = { wanted, NULL, count };
	const char *end = m->bytes + m->length;

	s.next = xmalloc((count + 1) * sizeof *s.next);
	for (size_t i = 0; i <= count; i++)
		s.next[i] = i < count && wanted[i].text != NULL ? i + 1 : i;
	while (end > m->bytes) {
		const char *feed =
			memrchr(m->bytes, '\n', (size_t)(end - m->bytes));
		const char *line = feed != NULL ? feed + 1 : m->bytes;

		take_line(&s, line, end);
		end = feed != NULL ? feed : m->bytes;
	}
	free(s.next);
}

static char *
copy(const char *text, size_t length)
{
	size_t most = length < NAME_MAX_BYTES ? length : NAME_MAX_BYTES;

	most = strnlen(text, most);
	return most > 0 ? xasprintf("%.*s", (int)most, text)
			: xstrdup("(nameless)");
}

/* Cuts off ":123" at the end; false: there is none. */
static bool
take_number(const char *text, size_t *length, uint32_t *number)
{
	size_t i = *length;
	uint64_t value = 0, factor = 1;

	while (i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9' &&
		*length - i < 9) {
		value += factor * (uint64_t)(text[--i] - '0');
		factor *= 10;
	}
	if (i == *length || i < 2 || text[i - 1] != ':')
		return false;
	*length = i - 1;
	*number = (uint32_t)value;
	return true;
}

/* The blank before the file's name; either may have blanks in it. NULL: none.
 */
static const char *
before_file(const char *text, size_t length)
{
	static const char *const starts[] = { " /", " node:", " file:" };

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		const char *at =
			memmem(text, length, starts[i], strlen(starts[i]));

		if (at != NULL)
			return at;
	}
	return memrchr(text, ' ', length);
}

/* "^leak /srv/a.js:3:21", behind "JS:" or "LazyCompile:". */
static struct perfmap_function
parse_v8(const char *text, size_t length)
{
	struct perfmap_function f = { NULL, NULL, 0 };
	const char *blank;
	uint32_t column;

	if (length > 0 && strchr("~^*+-", text[0]) != NULL) {
		text++;
		length--;
	}
	if (take_number(text, &length, &column) &&
		!take_number(text, &length, &f.line))
		f.line = column;
	blank = before_file(text, length);
	if (f.line == 0 || blank == NULL) {
		f.name = copy(text, length);
		return f;
	}
	length -= (size_t)(blank + 1 - text);
	f.file = copy(blank + 1, length);
	f.name = blank > text ? copy(text, (size_t)(blank - text))
			      : xasprintf("(anonymous) %s:%u", f.file,
					(unsigned)f.line);
	return f;
}

/* "leak:/srv/a.py", behind "py::". */
static struct perfmap_function
parse_python(const char *text, size_t length)
{
	struct perfmap_function f = { NULL, NULL, 0 };
	const char *colon = memrchr(text, ':', length);

	if (colon == NULL || colon == text) {
		f.name = copy(text, length);
		return f;
	}
	f.name = copy(text, (size_t)(colon - text));
	f.file = copy(colon + 1, length - (size_t)(colon + 1 - text));
	return f;
}

struct perfmap_function
perfmap_parse(const char *text, size_t length)
{
	static const struct {
		const char *prefix;
		struct perfmap_function (*parse)(const char *, size_t);
	} known[] = { { "JS:", parse_v8 }, { "LazyCompile:", parse_v8 },
		{ "Function:", parse_v8 }, { "Script:", parse_v8 },
		{ "Eval:", parse_v8 }, { "py::", parse_python } };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n = strlen(known[i].prefix);

		if (length > n && memcmp(text, known[i].prefix, n) == 0)
			return known[i].parse(text + n, length - n);
	}
	return (struct perfmap_function){ copy(text, length), NULL, 0 };
}
