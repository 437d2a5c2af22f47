/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

struct word {
	struct word *next;
	size_t count;
	char text[];
};

struct words {
	struct word *buckets[BUCKETS];
};

static size_t
bucket_of(const char *text, size_t length)
{
	size_t hash = 5381;

	for (size_t i = 0; i < length; i++)
		hash = hash * 33 + (unsigned char)text[i];
	return hash % BUCKETS;
}

struct words *
words_new(void)
{
	return calloc(1, sizeof(struct words));
}

void
words_free(struct words *w)
{
	for (size_t i = 0; w != NULL && i < BUCKETS; i++)
		while (w->buckets[i] != NULL) {
			struct word *word = w->buckets[i];

			w->buckets[i] = word->next;
			free(word);
		}
	free(w);
}

static struct word *
find(const struct words *w, const char *text, size_t length)
{
	struct word *word = w->buckets[bucket_of(text, length)];

	while (word != NULL && (strncmp(word->text, text, length) != 0 ||
				       word->text[length] != '\0'))
		word = word->next;
	return word;
}

static int
add_word(struct words *w, const char *text, size_t length)
{
	struct word *word = find(w, text, length);
	struct word **bucket = &w->buckets[bucket_of(text, length)];

	if (word == NULL) {
		word = malloc(sizeof *word + length + 1);
		if (word == NULL)
			return -1;
		memcpy(word->text, text, length);
		word->text[length] = '\0';
		word->count = 0;
		word->next = *bucket;
		*bucket = word;
	}
	word->count++;
	return 0;
}

int
words_add_text(struct words *w, const char *text)
{
	while (*text != '\0') {
		size_t length = 0;

		while (isalnum((unsigned char)text[length]))
			length++;
		if (length > 0 && add_word(w, text, length) < 0)
			return -1;
		text += length > 0 ? length : 1;
	}
	return 0;
}

size_t
words_count(const struct words *w, const char *word)
{
	const struct word *found = find(w, word, strlen(word));

	return found != NULL ? found->count : 0;
}
