// SPDX-License-Identifier: Apache-2.0
/*
 * Copies of a heap_v2 dump as of other processes of the same program: libraries
 * lie elsewhere in each, as the kernel places them, the program where it was.
 * usage: copies DUMP FOLDER COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Addresses of 12 digits, 7f...: libraries, in stacks and in the list. */
static void
move(char *text, size_t size, unsigned long long by)
{
	for (size_t i = 0; i < size; i++) {
		size_t n = 0;
		char digits[17];

		if (!is_hex(text[i]))
			continue;
		while (i + n < size && is_hex(text[i + n]))
			n++;
		if (n == 12 && text[i] == '7' && text[i + 1] == 'f') {
			memcpy(digits, text + i, n);
			digits[n] = '\0';
			snprintf(digits, sizeof digits, "%012llx",
				strtoull(digits, NULL, 16) - by);
			memcpy(text + i, digits, n);
		}
		i += n;
	}
}

int
main(int argc, char **argv)
{
	FILE *f = argc == 4 ? fopen(argv[1], "r") : NULL;
	char *text, path[4096];
	size_t size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		return 1;
	size = (size_t)ftell(f);
	text = malloc(size + 1);
	rewind(f);
	if (text == NULL || fread(text, 1, size, f) != size)
		return 1;
	fclose(f);
	for (int i = 0; i < atoi(argv[3]); i++) {
		snprintf(path, sizeof path, "%s/cc.%d.0.f.heap", argv[2],
			10000 + i);
		f = fopen(path, "w");
		if (f == NULL || fwrite(text, 1, size, f) != size ||
			fclose(f) != 0)
			return 1;
		move(text, size, 0x1000ULL * (1 + (unsigned)i % 7));
	}
	free(text);
	return 0;
}
