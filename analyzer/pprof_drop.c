/* SPDX-License-Identifier: Apache-2.0 */
#include "pprof_drop.h"

#include <string.h>

#include "err.h"

/* Expression and names may both be long: what a real file takes is 1 % of it.
 */
#define WORK_MAX UINT64_C(1000000000) /* steps of an expression at a byte */

/* 0, or -1 after error(), or 1: it is of a kind that is not known here. */
static int
compile(struct pprof_file *f, uint64_t number, const char *what,
	struct pprof_rx **rx)
{
	struct wire text;

	*rx = NULL;
	if (number == 0)
		return 0;
	if (!pprof_text(f, number, &text))
		return error("cannot read '%s': its %s are not in the file",
			f->in->name, what);
	if (text.at == text.end)
		return 0;
	*rx = pprof_rx_new((const char *)text.at, (size_t)(text.end - text.at));
	if (*rx != NULL)
		return 0;
	warning("'%s': its %s are an expression of a kind that is not known "
		"here: no frame is dropped",
		f->in->name, what);
	return 1;
}

int
pprof_drop_init(struct pprof_drop *d, struct pprof_file *f)
{
	int drop, keep = 0;

	*d = (struct pprof_drop){ 0 };
	drop = compile(f, f->drop_frames, "drop_frames", &d->drop);
	if (d->drop != NULL)
		keep = compile(f, f->keep_frames, "keep_frames", &d->keep);
	/* Rather too much is shown than what was to be kept left out. */
	d->active = d->drop != NULL && keep == 0;
	return drop < 0 || keep < 0 ? -1 : 0;
}

void
pprof_drop_release(struct pprof_drop *d)
{
	pprof_rx_free(d->drop);
	pprof_rx_free(d->keep);
}

/* Up to its arguments, as pprof does it; those two are names themselves. */
static size_t
length_without_arguments(const char *name)
{
	static const char *const names[] = { "(anonymous namespace)",
		"operator()" };
	const char *at = name;

	while ((at = strchr(at, '(')) != NULL) {
		size_t skip = 0;

		if (strncmp(at, names[0], strlen(names[0])) == 0)
			skip = strlen(names[0]);
		else if (at - name >= 8 && strncmp(at - 8, names[1], 10) == 0)
			skip = 2;
		if (skip == 0)
			return (size_t)(at - name);
		at += skip;
	}
	return strlen(name);
}

bool
pprof_drop_matches(struct pprof_drop *d, const char *name)
{
	size_t length;

	if (!d->active || d->drop->work > WORK_MAX ||
		(d->keep != NULL && d->keep->work > WORK_MAX))
		return false;
	name += *name == '.';
	length = length_without_arguments(name);
	return pprof_rx_matches(d->drop, name, length) &&
	       (d->keep == NULL || !pprof_rx_matches(d->keep, name, length));
}
