/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles made by hand for tests: a stack is "main;a;b", root first, each name
 * one location of one frame in the module "/bin/prog". "name:12" gives a line;
 * "[name]" is a frame that no symbol was found for.
 */
#ifndef BY_HAND_H
#define BY_HAND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "profile.h"

static uint32_t
hand_frame(struct profile *p, const char *word)
{
	char name[256], *colon;
	uint32_t line = 0, module = profile_module(p, "/bin/prog", "abcd");
	struct function f = { .module = module, .named = *word != '[' };

	snprintf(name, sizeof name, "%s", word);
	colon = strrchr(name, ':');
	if (colon && colon > name && colon[-1] != ':' && atoi(colon + 1) > 0) {
		line = (uint32_t)atoi(colon + 1);
		*colon = '\0';
	}
	f.name = strtab_add(&p->strings, name);
	f.file = f.named ? strtab_add(&p->strings, "src/prog.c") : NONE;
	return profile_frame(
		p, (struct frame){
			   .function = profile_function(p, f), .line = line });
}

/* The location whose one frame that is. */
static uint32_t
hand_location(struct profile *p, uint32_t frame)
{
	uint32_t module = profile_module(p, "/bin/prog", "abcd");
	uint32_t l = profile_location(p, module, 0x1000 + frame);

	if (p->locations[l].depth == 0) {
		p->locations[l].first = p->location_frame_count;
		p->locations[l].depth = 1;
		GROW32(p->location_frames, p->location_frame_count);
		p->location_frames[p->location_frame_count++] = frame;
	}
	return l;
}

static uint32_t
hand_stack(struct profile *p, const char *folded, bool truncated)
{
	uint32_t leaf_first[64], n = 0;
	char *text = xstrdup(folded), *rest = text, *word;

	while (*folded && (word = strsep(&rest, ";")))
		leaf_first[n++] = hand_location(p, hand_frame(p, word));
	free(text);
	for (uint32_t i = 0; i < n / 2; i++) {
		uint32_t swap = leaf_first[i];

		leaf_first[i] = leaf_first[n - 1 - i];
		leaf_first[n - 1 - i] = swap;
	}
	return profile_stack(p, leaf_first, n, truncated);
}

/* A process that has the metrics of a heapflame dump, at N = interval. */
static uint32_t
hand_process(
	struct profile *p, int pid, enum process_state state, uint64_t interval)
{
	char id[64];
	struct process process = {
		.exe = strtab_add(&p->strings, "/usr/bin/prog"),
		.boot = NONE,
		.parent = NONE,
		.ancestors = NONE,
		.pid = pid,
		.state = state,
		.start_ms = 1700000000000 + pid,
		.interval_min = interval,
		.interval_max = interval,
	};

	snprintf(id, sizeof id, "%d-18bcfe56800", pid);
	process.id = strtab_add(&p->strings, id);
	snprintf(id, sizeof id, "prog.%d.heap", pid);
	process.source = strtab_add(&p->strings, id);
	for (int m = 0; m < METRICS; m++)
		process.has[m] = m < TEMP_SPACE;
	return profile_process(p, process);
}

static __attribute__((unused)) struct row *
hand_row(struct profile *p, uint32_t process, const char *folded)
{
	return profile_row(
		p, hand_stack(p, folded, false), process, NONE, NONE, NONE);
}

/* Live and allocated and at the peak: the same bytes and objects. */
static __attribute__((unused)) struct row *
hand_live(struct profile *p, uint32_t process, const char *folded, double bytes,
	double objects)
{
	struct row *r = hand_row(p, process, folded);

	for (int m = 0; m < TEMP_SPACE; m += 2) {
		r->v[m].sum += bytes;
		r->v[m + 1].sum += objects;
	}
	r->samples += (uint64_t)objects;
	r->samples_live += (uint64_t)objects;
	return r;
}

/* What write() prints, as text. Caller frees. */
#define HAND_TEXT(text, out, write)                                            \
	do {                                                                   \
		size_t hand_size = 0;                                          \
		FILE *out = open_memstream(&(text), &hand_size);               \
		assert_non_null(out);                                          \
		write;                                                         \
		assert_int_equal(fclose(out), 0);                              \
	} while (0)

#endif
