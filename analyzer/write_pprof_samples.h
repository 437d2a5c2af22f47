/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What select.c makes of each metric, put side by side: a stack with one value
 * a metric. Threads, labels, phases and processes are chosen as if --by had
 * named them, and are at the root of the stacks, behind what --by did name.
 */
#ifndef WRITE_PPROF_SAMPLES_H
#define WRITE_PPROF_SAMPLES_H

#include "select.h"

#define PPROF_METRICS_MAX METRICS

struct pprof_sample {
	const uint32_t *frames; /* root first */
	uint32_t depth;
	uint32_t roots; /* of --by; then come the hidden ones */
	uint32_t stack; /* of the profile, or NONE */
	int64_t values[PPROF_METRICS_MAX];
};

struct pprof_samples {
	enum metric metrics[PPROF_METRICS_MAX];
	int count; /* of metrics */
	int usual; /* which of them is shown when nobody chose */
	enum select_by hidden[SELECT_BYS];
	uint32_t hidden_count;
	struct shown shown[PPROF_METRICS_MAX];
	int shown_count;
	struct pprof_sample *samples;
	size_t sample_count, sample_capacity;
	uint32_t *slots; /* of samples, by hash of their frames; +1; 0: free */
	uint32_t slot_count;
};

/* 0, or -1 after error(). Frames are added to p. Either way to be released. */
int pprof_samples_init(struct pprof_samples *s, struct profile *p,
	const struct selection *selection);
void pprof_samples_release(struct pprof_samples *s);

#endif
