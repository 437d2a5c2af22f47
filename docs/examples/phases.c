/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A benchmark that warms up, starts the profile, runs its cases as phases and
 * stops. One flame graph a case, and nothing of the warm-up in any:
 *
 *	cc -O2 -o phases phases.c $(pkg-config --cflags heapflame)
 *	heapflame run --active 0 --sample 4K --each-phase graphs ./phases
 *
 * It runs as well without the profiler.
 */
#include <heapflame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A hash table of so many partitions, as a sample of work. */
struct partition {
	char *rows[64];
	size_t count;
};

static struct partition *
build(size_t partitions)
{
	struct partition *table = calloc(partitions, sizeof *table);

	for (size_t i = 0; table && i < partitions; i++)
		for (size_t j = 0; j < 64; j++) {
			table[i].rows[j] = malloc(100 + j);
			if (table[i].rows[j])
				memset(table[i].rows[j], 'x', 100 + j);
			table[i].count++;
		}
	return table;
}

static void
drop(struct partition *table, size_t partitions)
{
	for (size_t i = 0; table && i < partitions; i++)
		for (size_t j = 0; j < table[i].count; j++)
			free(table[i].rows[j]);
	free(table);
}

static void
warm_up(void)
{
	drop(build(3000), 3000);
}

static void
run_case(size_t partitions)
{
	char name[64];

	snprintf(name, sizeof name, "%zu partitions", partitions);
	heapflame_mark(name);
	drop(build(partitions), partitions);
}

int
main(void)
{
	warm_up();
	heapflame_start();
	run_case(1000);
	run_case(2000);
	run_case(5000);
	heapflame_stop();
	return 0;
}
