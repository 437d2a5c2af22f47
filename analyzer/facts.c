/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <string.h>

#include "err.h"
#include "scan.h"

/* The word of that key, behind the key; NULL: there is none. */
static const char *
find(const char *facts, const char *key)
{
	size_t n = strlen(key);

	for (const char *at = facts; *at;) {
		if (strncmp(at, key, n) == 0 && strchr(" =", at[n]) != NULL)
			return at + n;
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return NULL;
}

bool
facts_has(const char *facts, const char *key)
{
	return find(facts, key) != NULL;
}

char *
facts_value(const char *facts, const char *key)
{
	const char *at = find(facts, key);
	size_t n;
	char *value;

	if (at == NULL || *at != '=')
		return NULL;
	n = strcspn(++at, " ");
	value = xmalloc(n + 1);
	value[scan_decode(value, (const unsigned char *)at, n)] = '\0';
	return value;
}
