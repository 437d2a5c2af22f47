/* SPDX-License-Identifier: Apache-2.0 */
#include "heapv2_file.h"

/* The last component of s[0..*length), cut off with its dot. */
static struct scan
last_component(const char *s, size_t *length)
{
	size_t n = *length;
	struct scan part;

	while (n > 0 && s[n - 1] != '.' && s[n - 1] != '/')
		n--;
	part.at = (const unsigned char *)s + n;
	part.end = (const unsigned char *)s + *length;
	*length = n > 0 && s[n - 1] == '.' ? n - 1 : 0;
	return part;
}

static bool
is_text(struct scan part, const char *text)
{
	return scan_text(&part, text) && part.at == part.end;
}

/* Length of what stands before ".heap", packed or not; 0: there is none. */
static size_t
stem_length(const char *name)
{
	size_t length = strlen(name);
	struct scan part = last_component(name, &length);

	if (is_text(part, "gz") || is_text(part, "zst"))
		part = last_component(name, &length);
	return is_text(part, "heap") ? length : 0;
}

/* A component of digits only. */
static bool
number_of(struct scan part, uint64_t *number)
{
	return scan_u64(&part, number) && part.at == part.end;
}

bool
heapv2_file_name(struct heapv2_file *f, const char *name)
{
	size_t length = stem_length(name);
	struct scan part = last_component(name, &length);
	uint64_t number;

	if (part.at == part.end || length == 0)
		return false;
	f->kind = (char)*part.at++;
	if (part.at < part.end && !number_of(part, &number))
		return false;
	part = last_component(name, &length);
	if (!number_of(part, &f->seq) || length == 0)
		return false;
	f->series = length;
	f->id = part = last_component(name, &length);
	return scan_u64(&part, &number) &&
	       (!scan_char(&part, '-') || scan_hex(&part, &number)) &&
	       part.at == part.end;
}

bool
heapv2_file_gperftools(struct heapv2_file *f, const char *name)
{
	size_t length = stem_length(name);
	struct scan part = last_component(name, &length);

	*f = (struct heapv2_file){ .series = length };
	return length > 0 && number_of(part, &f->seq);
}
