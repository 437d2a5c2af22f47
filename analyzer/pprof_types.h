/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which metric of ours each type of a file's samples is. Those of the heap have
 * a name everywhere; all others are metrics of the file's own.
 */
#ifndef PPROF_TYPES_H
#define PPROF_TYPES_H

#include "pprof_file.h"

struct pprof_types {
	uint32_t count;
	int metrics[PPROF_TYPES_MAX]; /* -1: left out */
	bool has[METRICS];
	int samples; /* the type that counts samples of some kind, or -1 */
	uint64_t interval; /* of heap metrics, in bytes; 0: not known */
};

/* 0, or -1 after error(). Says which types are left out. */
int pprof_types_init(struct pprof_types *t, struct pprof_file *f);

/*
 * A sample's values, one a type, onto *r. size: of its blocks, in bytes; 0: not
 * known. Figures of the heap get the variance that sampling gave them.
 */
void pprof_types_add(const struct pprof_types *t, struct row *r,
	const int64_t *values, double size);

#endif
