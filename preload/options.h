/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HEAPFLAME_* into one struct, by one table that can also print itself. A
 * wrong value gives one line and the default.
 */
#ifndef HF_OPTIONS_H
#define HF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys.h"

enum hf_unwind { HF_UNWIND_CFI, HF_UNWIND_LIBUNWIND, HF_UNWIND_FP };

#define HF_TEXT_MAX 1024

struct hf_options {
	uint64_t sample; /* N in bytes; the first one if sample_auto */
	bool sample_auto;
	bool sample_given; /* somebody asked: even a tiny process is of interest
			    */
	char prefix[HF_TEXT_MAX]; /* "" : the default, lifecycle.c fills it in
				   */
	bool active;
	uint64_t dump_bytes; /* 0: off */
	uint64_t dump_seconds; /* 0: off */
	uint64_t dump_keep; /* files in the folder */
	uint64_t dump_limit; /* bytes in the folder */
	uint64_t memory; /* bytes for both regions */
	enum hf_unwind unwind;
	uint64_t depth; /* frames */
	char follow[HF_TEXT_MAX];
	char live[HF_TEXT_MAX]; /* "shm", "0" or a folder */
	bool live_wanted; /* identity.c: there is a place for it */
	uint64_t temp_ms;
	bool verbose;
	uint64_t seed; /* 0: random; for tests */
};

extern HF_HIDDEN struct hf_options hf_options;

/* Reads the environment; called once, in the constructor. */
void hf_options_read(char *const *environment);

/* Every option with its value in force, through hf_say: VERBOSE=1. */
void hf_options_print(void);

/*
 * "512K" to bytes; false if it is no size. Exported to the other files of
 * this library for tests only.
 */
bool hf_options_size(const char *text, uint64_t *out);

#endif
