/* SPDX-License-Identifier: Apache-2.0 */
/* The head block of a dump, docs/FORMAT.md section 3. Runs in the helper. */
#ifndef HF_WRITE_HEAD_H
#define HF_WRITE_HEAD_H

#include "solve.h"
#include "text.h"
#include "write_dump.h"

/* All of it; the modules are as they were when the rows were last brought up
   to date. */
void hf_write_head(struct hf_text *t, struct hf_region *r,
	const struct hf_dump_reason *why);

/* "# key " */
void hf_put_key(struct hf_text *t, const char *key);

/* The character, then the number. */
void hf_put_number(struct hf_text *t, char before, uint64_t n);

/* Samples, bytes, objects and the two variances with `between` them. */
void hf_put_sums(struct hf_text *t, const struct hf_sums *s, char between);

/* The "t*:" and "t0:" lines. */
void hf_put_t_lines(
	struct hf_text *t, struct hf_solved live, struct hf_solved alloc);

#endif
