/* SPDX-License-Identifier: Apache-2.0 */
/* From the files that were named to symbolized profiles. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "args.h"
#include "err.h"
#include "read_folded.h"
#include "read_perf.h"
#include "runs.h"
#include "state_map.h"
#include "symbolize.h"

static int
load(struct profile *p, char *const *names, int count, bool all)
{
	int pid = count == 1 ? state_pid(names[0]) : 0;
	char *root;

	if (runs_load(p, names, count, all) < 0)
		return -1;
	root = pid > 0 ? state_root_of(names[0]) : NULL;
	profile_symbolize_of(pid, root);
	profile_symbolize(p);
	profile_symbolize_of(0, NULL);
	free(root);
	return 0;
}

/* It is not where outputs go to: what is loaded last is. */
static int
load_base(const struct args *a)
{
	const char **names = a->selection.base_names;
	int n = 0;

	while (names[n])
		n++;
	return load(a->selection.base, (char *const *)names, n, a->all);
}

/* What of a profile nothing that was asked for tells apart. */
static unsigned
to_sum(const struct args *a)
{
	unsigned sum = 0;

	if (!a->sums)
		return 0;
	if (!select_is_by(&a->selection, BY_PROCESS))
		sum |= SUM_PROCESSES;
	if (!select_is_by(&a->selection, BY_THREAD))
		sum |= SUM_THREADS;
	return sum;
}

int
args_load(const struct args *a, struct profile *p)
{
	p->sum = to_sum(a);
	if (a->selection.base)
		a->selection.base->sum = p->sum;
	read_folded_count(a->count_name);
	read_perf_event(a->event);
	if (a->selection.base && load_base(a) < 0)
		return -1;
	return load(p, a->files, a->file_count, a->all);
}

void
args_take_base(struct args *a)
{
	struct selection *s = &a->selection;

	s->base_names = xcalloc(2, sizeof *s->base_names);
	s->base_names[0] = a->files[0];
	s->base = xmalloc(sizeof *s->base);
	profile_init(s->base);
	a->files++;
	a->file_count--;
}

int
args_columns(const struct args *a)
{
	struct winsize size;

	if ((a->output && strcmp(a->output, "-") != 0) ||
		!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}
