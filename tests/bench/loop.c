/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: loop COUNT
 * That many pairs of malloc and free and as little else as can be, to have
 * their instructions counted: the difference of two runs over the difference of
 * their counts.
 */
#include <stdlib.h>

int
main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;

	for (long i = 0; i < count; i++) {
		void *volatile block = malloc(64);

		free(block);
	}
	return 0;
}
