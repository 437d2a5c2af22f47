/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON of `report` and of `leaks` have in common. */
#ifndef WRITE_JSON_H
#define WRITE_JSON_H

#include <stdio.h>

#include "select.h"

/*
 * Everything from "{" to the comma before the key that holds the list: schema,
 * metric, unit, samples, intervals, total, processes, lost.
 */
void json_head(FILE *out, const struct shown *s);

/* "value":V,"low":L,"high":H; the error is null where it is not known. */
void json_value(FILE *out, const struct shown *s, const char *key,
	int64_t value, double var);

/*
 * ,"samples":N,"effective_samples":E,"significant":B: how many are behind the
 * value, how many of one size would err as much, and whether it can be told
 * from zero. null: nothing was sampled, the error is not known.
 */
void json_samples(FILE *out, const struct shown *s, int64_t value, double var,
	uint64_t samples);

/* "function":...,"file":...,"line":...,"module":...,"build_id":... */
void json_place(FILE *out, const struct shown *s, uint32_t frame);

/*
 * "stack":[names],"frames":[all that is known of each], leaf first; `frames`
 * are root first, in s's profile.
 */
void json_stack(FILE *out, const struct shown *s, const uint32_t *frames,
	uint32_t depth);

/* "selection" with its comma; null where all is shown. */
void json_selection(FILE *out, const struct shown *s);

/* "by" and "groups" with their commas. */
void json_groups(FILE *out, const struct shown *s);

/* "processes" and "lost" with their commas. */
void json_processes(FILE *out, const struct profile *p);

/* "memory" with its comma; null where the files do not tell. */
void json_memory(FILE *out, const struct shown *s);

#endif
