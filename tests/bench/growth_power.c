/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `growth` finds and what it lets be, on simulated stacks at N = 512 KiB:
 * the tables of docs/SAMPLING.md, as they stand there.
 *
 *   growth_power [RUNS]    of each kind; 200
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/growth_shapes.h"

#define STACKS 300
#define HOUR   3600.0

static void
start(struct sim *s, uint64_t seed, uint32_t dumps)
{
	*s = (struct sim){ .random = seed * 7919 };
	sim_start(s, dumps, HOUR / dumps, HOUR, 0.1);
}

static void
make_harmless(struct trend *list, int count, uint64_t seed, uint32_t dumps,
	bool with_blocks)
{
	for (int i = 0; i < count; i++) {
		struct sim s;

		start(&s, seed * 1000 + (uint64_t)i, dumps);
		harmless_make(&s, (enum harmless)(i % HARMLESS),
			N_BYTES * sim_about(&s, 3, 400),
			sim_uniform(&s) < 0.5 ? &small_sizes : &mixed_sizes);
		list[i] = sim_judge(&s, with_blocks);
	}
}

struct way {
	const char *name;
	uint32_t dumps;
	bool with_blocks;
};

static const struct way ways[] = {
	{ "40 dumps", 40, true },
	{ "16 dumps", 16, true },
	{ "8 dumps", 8, true },
	{ "40 dumps, no live samples", 40, false },
};
#define WAYS ((int)(sizeof ways / sizeof *ways))

static void
false_alarms(int runs)
{
	printf("| %d stacks, none leaks | runs | with an alarm |\n"
	       "|---|---|---|\n",
		STACKS);
	for (int w = 0; w < WAYS; w++) {
		int alarms = 0;

		for (int run = 1; run <= runs; run++) {
			struct trend list[STACKS];
			bool any = false;

			make_harmless(list, STACKS, (uint64_t)run,
				ways[w].dumps, ways[w].with_blocks);
			trend_decide(list, STACKS, TREND_ALPHA);
			for (int i = 0; i < STACKS; i++)
				any |= list[i].class == TREND_LINEAR;
			alarms += any;
		}
		printf("| %s | %d | %d |\n", ways[w].name, runs, alarms);
		fflush(stdout);
	}
}

enum base {
	SMALL,
	MIXED,
	LARGE,
	ON_STANDING,
	AFTER_START,
	ON_REQUESTS,
	ON_SHORT,
	ON_LONG,
	HALF_SEEN,
	BASES
};

static const char *const base_names[BASES] = {
	[SMALL] = "blocks of 24 B to 9 KB",
	[MIXED] = "64 B to 256 KiB",
	[LARGE] = "200 to 900 KB",
	[ON_STANDING] = "64 B to 256 KiB, on 200 MiB that stand",
	[AFTER_START] = "the same, built in the first 15 %",
	[ON_REQUESTS] = "on 200 MiB that live 1/200 of the time",
	[ON_SHORT] = "on 20 MiB that live 1/50",
	[ON_LONG] = "on 50 MiB that live 1/20",
	[HALF_SEEN] = "begins in the middle of the time",
};

static struct trend
leak(enum base base, double grown, uint64_t seed, struct way way)
{
	const struct sizes *of = base == SMALL	 ? &small_sizes
				 : base == LARGE ? &large_sizes
						 : &mixed_sizes;
	double span, from;
	struct sim s;

	start(&s, seed, way.dumps);
	span = s.end - s.begin;
	from = base == HALF_SEEN ? s.begin + span / 2 : 0;
	sim_flow(&s, grown * N_BYTES / (s.end - fmax(from, s.begin)), of, from,
		s.end, never_dies, NULL);
	if (base == ON_STANDING || base == AFTER_START)
		sim_load(&s, 200 << 20, of, 0,
			base == ON_STANDING ? s.begin : 0.15 * span);
	if (base == ON_REQUESTS)
		sim_churn(&s, 200 << 20, of, span / 200, true, NULL, NULL);
	if (base == ON_SHORT)
		sim_churn(&s, 20 << 20, of, span / 50, true, NULL, NULL);
	if (base == ON_LONG)
		sim_churn(&s, 50 << 20, of, span / 20, true, NULL, NULL);
	return sim_judge(&s, way.with_blocks);
}

/* As one of 300 stacks, of which the others don't leak. */
static double
share_found(enum base base, double grown, int runs, struct way way,
	const struct trend *others)
{
	int found = 0;

	for (int run = 1; run <= runs; run++) {
		struct trend list[STACKS];

		memcpy(list, others, (STACKS - 1) * sizeof *list);
		list[STACKS - 1] =
			leak(base, grown, (uint64_t)(run + 1000 * base), way);
		trend_decide(list, STACKS, TREND_ALPHA);
		found += list[STACKS - 1].class == TREND_LINEAR;
	}
	return 100.0 * found / runs;
}

static void
power(int runs, struct way way)
{
	static const double grown[] = { 5, 10, 15, 20, 30, 50 };
	struct trend others[STACKS];

	make_harmless(others, STACKS - 1, 4711, way.dumps, way.with_blocks);
	printf("\n| %s: found, %%, of leaks of | 5 N | 10 N | 15 N | 20 N | "
	       "30 N | 50 N |\n|---|---|---|---|---|---|---|\n",
		way.name);
	for (int base = 0; base < BASES; base++) {
		printf("| %s |", base_names[base]);
		for (int k = 0; k < 6; k++)
			printf(" %.1f |", share_found((enum base)base, grown[k],
						  runs, way, others));
		printf("\n");
		fflush(stdout);
	}
}

/* A cache that is full late looks like a leak until then. */
static double
cache_called_growth(double size, double full, bool lru, int runs)
{
	int called = 0;

	for (int run = 1; run <= runs; run++) {
		struct trend t;
		struct sim s;

		start(&s, (uint64_t)run, 40);
		sim_cache(&s, size * N_BYTES, &mixed_sizes,
			s.begin + full * (s.end - s.begin), lru);
		t = sim_judge(&s, true);
		called += t.class == TREND_LINEAR && t.p < 5e-4;
	}
	return 100.0 * called / runs;
}

static void
late_caches(int runs)
{
	static const double sizes[] = { 15, 50, 200 };
	static const double full[] = { 0.5, 0.6, 0.7, 0.8, 0.9, 1 };

	printf("\n| caches called growth, %%, that are full at | 50 %% | 60 %% "
	       "| 70 %% | 80 %% | 90 %% | 100 %% |\n|---|---|---|---|---|---|"
	       "---|\n");
	for (int lru = 1; lru >= 0; lru--)
		for (int k = 0; k < 3; k++) {
			printf("| %s, %.0f N |",
				lru ? "oldest out first" : "any out first",
				sizes[k]);
			for (int f = 0; f < 6; f++)
				printf(" %.1f |",
					cache_called_growth(sizes[k], full[f],
						lru != 0, runs));
			printf("\n");
		}
}

int
main(int argc, char **argv)
{
	int runs = argc > 1 ? atoi(argv[1]) : 200;

	if (runs < 1)
		return 2;
	false_alarms(runs);
	power(runs, ways[0]);
	power(runs, ways[1]);
	power(runs, ways[3]);
	late_caches(runs);
	return 0;
}
