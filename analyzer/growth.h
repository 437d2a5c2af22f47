/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which stacks of a program grow: from a series of dumps of each process, or
 * from a live state that is read again and again, to one struct trend a stack.
 *
 *	struct growth g;
 *	if (growth_find(&g, names, count, false, &options) == 0)
 *		for (uint32_t i = 0; i < g.stack_count; i++)
 *			if (g.stacks[i].trend.class == TREND_LINEAR)
 *				... growth_function(&g, &g.stacks[i]) ...
 *	growth_release(&g);
 */
#ifndef GROWTH_H
#define GROWTH_H

#include "select.h"
#include "trend.h"

struct growth_options {
	/* Its rules, wrappers and --by count; not its metric, phases, base. */
	const struct selection *selection;
	uint64_t warm_up_ns; /* nothing before it counts; 0: find out */
};

/* A process that there are dumps of. */
struct growth_process {
	char *name; /* of its program, without folders; as it is */
	int pid; /* 0: not known */
	uint32_t points; /* dumps, or looks at a state, that counted */
	uint32_t damaged; /* dumps left out: cut off, or not to be read */
	uint32_t thinned; /* left out: older than when N had to rise */
	uint32_t unlisted; /* left out: they don't list all live samples */
	bool judged; /* false: too few of them, no stack is in the list */
	bool listed; /* live samples are known one by one */
	bool file_times; /* when dumps were made is known from their files */
	uint64_t first_ns, last_ns; /* of the points, since its start */
	uint64_t samples; /* live ones that were followed; 0: not listed */
	uint64_t interval_min, interval_max; /* N; 0: not known */
	double live; /* bytes, of all stacks that were looked at, in the end */
	uint64_t rss; /* bytes, in the end; 0: not known */
	uint32_t stacks; /* that were looked at: something of them lived */
};

/* Rows of equal frames are one, whatever their thread, label and phase. */
struct growth_stack {
	struct trend trend; /* as trend_decide() has left it */
	uint32_t process; /* into processes */
	uint32_t first, depth; /* frames; root first */
	uint32_t charge; /* as in struct shown_stack: 0 if depth is */
	uint32_t roots; /* frames put there by --by */
	bool truncated;
};

struct growth {
	struct profile names; /* of the frames; without rows */
	uint32_t *frames; /* indices into names.frames */
	/*
	 * Linear growth first, by bytes a second; then what grew or shrank
	 * otherwise, by how much; then what is steady. The same for the same
	 * dumps.
	 */
	struct growth_stack *stacks;
	struct growth_process *processes;
	uint32_t frame_count, stack_count, process_count;
	/* All that grows linearly as one: growth, slope, live; sums. */
	struct trend together;
	uint32_t classes[TREND_CLASSES]; /* stacks of each */
};

/*
 * Of all dumps that runs_each() finds. 0, or -1 after error(): nothing there,
 * or of no process TREND_POINTS_MIN dumps. g is to be released in any case.
 */
int growth_find(struct growth *g, char *const *names, int count, bool all,
	const struct growth_options *o);
void growth_release(struct growth *g);

/* "parse_value", as it is: escape it. Valid while g is. */
const char *growth_name(const struct growth *g, uint32_t frame);

/* The function that is charged; "[no stack]" and the like where none is. */
const char *growth_function(
	const struct growth *g, const struct growth_stack *s);

#endif
