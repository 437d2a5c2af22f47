/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of `heapflame top`: one profile that is read again and again, by
 * site. Names are looked up once, when their address is first seen.
 */
#ifndef TOP_FIGURES_H
#define TOP_FIGURES_H

#include "select.h"

enum top_metric {
	TOP_LIVE, /* bytes */
	TOP_GROWTH, /* of live bytes since it was opened */
	TOP_OBJECTS, /* live */
	TOP_ALLOCATED, /* bytes, ever */
	TOP_PEAK, /* bytes */
	TOP_METRICS
};

#define TOP_TREND 240

struct top_site {
	/* Of the functions that count as this one the first: it stays so. */
	uint32_t function;
	int64_t v[TOP_METRICS];
};

struct top {
	const char *path;
	struct profile p;
	struct shown shown[TOP_METRICS]; /* of now; no stacks in GROWTH */
	uint32_t *places; /* by function, of now */
	struct top_site *sites; /* in no order */
	uint32_t count;
	struct top_site total;
	bool has[TOP_METRICS]; /* the file holds it */

	/* By function, of all that were ever seen. */
	struct top_known {
		char *name; /* visible */
		int64_t first; /* live bytes when it was opened */
		bool open; /* expanded */
	} * known;
	uint32_t known_count;

	int64_t trend[TOP_TREND]; /* live bytes, the latest last */
	uint32_t trend_count;
	int64_t opened_ms, now_ms; /* wall clock */
};

void top_init(struct top *t, const char *path);
void top_release(struct top *t);

/* Reads the file once more. 0, or -1 after error(): what was there stays. */
int top_update(struct top *t);

/* The name of a site, fit for a terminal. */
const char *top_name(const struct top *t, const struct top_site *s);

/* A chain of calls that ends in a site, and what it is worth. */
struct top_chain {
	uint32_t stack; /* into the shown of that metric */
	int64_t value;
};

/* The chains of a site, largest first, at most `most`. Returns how many. */
uint32_t top_chains(const struct top *t, const struct top_site *s,
	enum top_metric by, struct top_chain *chains, uint32_t most);

/* "handle < dispatch < main", without the site. Caller frees. */
char *top_chain_text(
	const struct top *t, enum top_metric by, const struct top_chain *c);

#endif
