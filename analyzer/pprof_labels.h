/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a sample is, from what its labels say: `thread` and its like name the
 * thread, `process` and `pid` the process, and what other texts there are
 * becomes its label: "tenant=a,zone=b", in the order of their keys. Numbers
 * that mean nothing here are passed over.
 */
#ifndef PPROF_LABELS_H
#define PPROF_LABELS_H

#include "pprof_file.h"

struct pprof_process {
	uint64_t name; /* number of a string; 0: none */
	int64_t pid; /* 0: none */
	uint32_t process;
};

struct pprof_labels {
	struct pprof_file *f; /* borrowed */
	struct process like; /* what is known of all of them */
	struct pprof_process *processes;
	size_t process_count, process_capacity;
};

struct pprof_whose {
	uint32_t thread, label, process;
	double size; /* of its blocks; 0: not said */
};

void pprof_labels_init(struct pprof_labels *l, struct pprof_file *f,
	const struct process *like);
void pprof_labels_release(struct pprof_labels *l);

/* 0, or -1 after error(). */
int pprof_labels_read(struct pprof_labels *l,
	const Perftools__Profiles__Sample *sample, const unsigned char *at,
	struct pprof_whose *whose);

#endif
