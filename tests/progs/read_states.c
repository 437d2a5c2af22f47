/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_states FILE SECONDS: reads the live state of tests/progs/killed with the
 * analyzer's own reader, as fast as it can, and holds each figure against what
 * must be true at any moment: sites have one size each, four threads hold 64
 * blocks each, what was allocated only grows. Prints how often it could.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "profile.h"
#include "read.h"

#define THREADS 4
#define SLOTS	64
#define MANY	4096 /* rows that are remembered */

static double allocated[MANY]; /* of each row at the last reading */
static uint32_t judged;

static void wrong(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

static void
wrong(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

/* Bytes and objects that belong together, but for one event a thread. */
static void
check_pair(const struct row *r, enum metric space, const char *what)
{
	double size = (double)r->size_max;
	double bytes = r->v[space].sum, objects = r->v[space + 1].sum;
	double apart = bytes - size * objects;

	if (!(bytes >= 0 && objects >= 0))
		wrong("%s: below nothing: %f, %f", what, bytes, objects);
	if (apart > THREADS * size || apart < -THREADS * size)
		wrong("%s: torn: %f bytes, %f objects of %f", what, bytes,
			objects, size);
}

static void
check_row(const struct row *r, uint32_t i)
{
	double alloc = r->v[ALLOC_SPACE].sum;

	if (r->size_min != r->size_max)
		return; /* of a library's own, whose sizes differ */
	check_pair(r, ALLOC_SPACE, "allocated");
	check_pair(r, INUSE_SPACE, "live");
	check_pair(r, PEAK_SPACE, "peak");
	check_pair(r, TEMP_SPACE, "short-lived");
	if (r->v[INUSE_SPACE].sum > alloc || r->v[TEMP_SPACE].sum > alloc ||
		r->freed_objects > r->v[ALLOC_OBJECTS].sum)
		wrong("more than was allocated");
	/* In the order of the file, so a row stays where it is. */
	if (i < MANY && alloc < allocated[i])
		wrong("allocated fell from %f to %f", allocated[i], alloc);
	if (i < MANY)
		allocated[i] = alloc;
	judged++;
}

static void
read_once(const char *path)
{
	double live = 0;
	struct profile p;

	profile_init(&p);
	if (read_file(&p, path) < 0)
		wrong("it does not read");
	for (uint32_t i = 0; i < p.row_count; i++) {
		check_row(&p.rows[i], i);
		if (p.rows[i].size_max >= 24)
			live += p.rows[i].v[INUSE_OBJECTS].sum;
	}
	/* What libc holds for itself is some hundred blocks at most. */
	if (live > THREADS * (SLOTS + 1) + 1000)
		wrong("%f blocks live", live);
	profile_release(&p);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	double begin = now(), end;
	unsigned readings = 0;

	if (argc != 3)
		return 2;
	end = begin + atof(argv[2]);
	for (; now() < end; readings++)
		read_once(argv[1]);
	printf("%u readings, %.0f a second, %u rows\n", readings,
		readings / (now() - begin), judged);
	return readings > 0 && judged > 0 ? 0 : 1;
}
