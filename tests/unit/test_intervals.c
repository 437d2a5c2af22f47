/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the 95 % intervals of what is shown hold the truth in 90 to 99 of 100
 * runs? 500 seeded runs of stacks whose blocks are of one size, of many small,
 * of small and large ones; of these a third still live, another third were
 * freed soon, and the peak is that third which lives. Each stack by itself,
 * what its function took on its two ways (flat), and the callers of many (cum);
 * the figures go through select.c and sites.c as a dump's would.
 * docs/SAMPLING.md, section 3, has the table that this prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "select.h"
#include "sites.h"
#include "stats.h"
#include "tests/unit/sampled.h"

#define RUNS 500

static int held[THINGS][METRICS_HERE], seen[THINGS][METRICS_HERE];

static void
hold(int thing, enum metric m, int64_t value, double var)
{
	struct interval v = stats_interval95((double)value, var);

	assert_in_range(thing, 0, THINGS - 1);
	seen[thing][m] += value > 0;
	held[thing][m] += v.low <= truth[thing][m] && truth[thing][m] <= v.high;
}

static void
look_at_site(const struct shown *s, const struct site *site)
{
	const char *name = shown_name(s, site->frame);
	int i = atoi(name + strcspn(name, "0123456789"));

	if (strncmp(name, "site", 4) == 0)
		hold(FLAT + i, s->metric, site->flat, site->flat_var);
	else if (strncmp(name, "mix", 3) == 0)
		hold(CUM + i, s->metric, site->cum, site->cum_var);
	else if (strcmp(name, "main") == 0)
		hold(MAIN, s->metric, site->cum, site->cum_var);
}

static void
look(struct profile *p, enum metric m)
{
	struct selection selection = { .metric = (int)m,
		.show_wrappers = true };
	struct sites sites;
	struct shown s;

	assert_int_equal(select_stacks(&s, p, &selection), 0);
	for (uint32_t k = 0; k < s.stack_count; k++) {
		const struct shown_stack *it = &s.stacks[k];
		const uint32_t *leaf = &s.frames[it->first + it->depth - 1];
		int site = atoi(shown_name(&s, leaf[0]) + strlen("site"));
		int way = atoi(shown_name(&s, leaf[-1]) + strlen("way"));

		hold(2 * site + way, m, it->value, it->var);
	}
	sites_build(&sites, &s, false);
	for (uint32_t k = 0; k < sites.count; k++)
		look_at_site(&s, &sites.list[k]);
	sites_release(&sites);
	shown_release(&s);
}

/* By how many samples are expected behind a figure, as multiples of N. */
static const double few[] = { 0, 3, 5, 10, 20, 50, 1e9 };
#define CLASSES ((int)(sizeof few / sizeof *few) - 1)

/*
 * Lowest and highest share that must be held, %, of bytes and of objects. Below
 * 3 N it is of those that are seen at all. Of objects little is promised where
 * small blocks, which are most of them, are not among so few samples.
 */
static const struct {
	double bytes[2], objects[2];
} limits[CLASSES] = {
	{ { 80, 100 }, { 30, 100 } },
	{ { 90, 99.8 }, { 30, 100 } },
	{ { 90, 99.8 }, { 45, 100 } },
	{ { 90, 99.5 }, { 75, 100 } },
	{ { 90, 99 }, { 85, 99.8 } },
	{ { 90, 99 }, { 90, 99.8 } },
};
#define LISTED 3 /* the class from which on what is outside is listed */

static struct tally {
	int series, outside; /* of 90 to 99 */
	double low, high;
} tallies[CLASSES][2];

static bool
is_peak(enum metric m)
{
	return m == PEAK_SPACE || m == PEAK_OBJECTS;
}

static int
class_of(int thing, enum metric m)
{
	double n = truth[thing][m & ~1] / N / (is_peak(m) ? 2 : 1);
	int c = 0;

	while (n >= few[c + 1])
		c++;
	return c;
}

static const char *
describe(int thing, char *out, size_t size)
{
	int f = thing < FLAT ? thing / 2 : thing - FLAT;

	if (thing == MAIN)
		snprintf(out, size, "main, all that it called");
	else if (thing >= CUM)
		snprintf(out, size, "caller of %s", mixes[thing - CUM].name);
	else
		snprintf(out, size, "%s of %s, %g N",
			thing < FLAT ? "stack" : "function",
			mixes[f / LEVELS].name,
			expected[f % LEVELS] / (thing < FLAT ? 2 : 1));
	return out;
}

/* 90 to 99 % is what it should be; what the limits forbid is wrong. */
static bool
is_honest(int thing, enum metric m)
{
	int c = class_of(thing, m), objects = !metric_is_space(m);
	int of = c == 0 ? seen[thing][m] : RUNS;
	const double *limit = objects ? limits[c].objects : limits[c].bytes;
	struct tally *t = &tallies[c][objects];
	double share = 100.0 * held[thing][m] / of;
	bool good = share >= limit[0] && share <= limit[1];
	char name[64];

	if (of < 50)
		return true; /* too seldom to be judged */
	if (t->series++ == 0 || share < t->low)
		t->low = share;
	t->high = fmax(t->high, share);
	t->outside += share < 90 || share > 99;
	if ((c >= LISTED && (share < 90 || share > 99)) || !good)
		print_message("%-32s %-13s %5.1f %%%s\n",
			describe(thing, name, sizeof name), metric_names[m],
			share, good ? "" : "  <-- wrong");
	return good;
}

static void
print_tallies(void)
{
	for (int c = 0; c < CLASSES; c++)
		for (int k = 0; k < 2; k++) {
			const struct tally *t = &tallies[c][k];

			print_message("from %2g N: %-7s held in %5.1f to "
				      "%5.1f %%, %d of %d outside 90 to 99\n",
				few[c], k ? "objects" : "bytes", t->low,
				t->high, t->outside, t->series);
		}
}

static void
each_interval_is_honest(void **state)
{
	int wrong = 0;

	for (int run = 0; run < RUNS; run++) {
		struct profile p;

		profile_init(&p);
		one_run(&p);
		for (int m = 0; m < METRICS_HERE; m++)
			look(&p, (enum metric)m);
		profile_release(&p);
	}
	for (int t = 0; t < THINGS; t++)
		for (int m = 0; m < METRICS_HERE; m++)
			wrong += !is_honest(t, (enum metric)m);
	print_tallies();
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_interval_is_honest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
