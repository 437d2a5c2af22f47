/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in a heaptrack file between its tables: blocks and time. */
#include "err.h"
#include "read_heaptrack.h"

#include <stdlib.h>

#define MOMENTS_MAX 4096

/* Where what the trace of that number allocates is counted; 0: no trace. */
static bool
cost_of(struct heaptrack *h, uint64_t trace, uint32_t *cost)
{
	uint32_t *known = &h->no_trace;

	if (trace > h->trace_count)
		return false;
	if (trace > 0)
		known = &h->traces[trace - 1].cost;
	if (*known == 0)
		*known = heaptrack_costs_add(&h->costs,
				 trace > 0 ? (uint32_t)trace - 1 : NONE) +
			 1;
	*cost = *known - 1;
	return true;
}

bool
heaptrack_info_line(struct heaptrack *h, struct scan line)
{
	struct heaptrack_info info;
	uint64_t trace;

	if (!scan_hex(&line, &info.size) || !scan_char(&line, ' ') ||
		!scan_hex(&line, &trace) || !cost_of(h, trace, &info.cost))
		return false;
	GROW(h->infos, h->info_count, h->info_capacity);
	h->infos[h->info_count++] = info;
	return true;
}

/* "size trace pointer": of a raw file, and of the first versions. */
static bool
alloc_pointer(struct heaptrack *h, struct scan line)
{
	struct heaptrack_block block;
	uint64_t trace;

	if (!scan_hex(&line, &block.size) || !scan_char(&line, ' ') ||
		!scan_hex(&line, &trace) || !scan_char(&line, ' ') ||
		!scan_hex(&line, &block.address) || block.address == 0 ||
		!cost_of(h, trace, &block.cost))
		return false;
	heaptrack_blocks_put(&h->blocks, block);
	heaptrack_costs_alloc(&h->costs, block.cost, block.size);
	h->last = block.address;
	h->has_last = true;
	return true;
}

static bool
free_pointer(struct heaptrack *h, struct scan line)
{
	struct heaptrack_block block;
	uint64_t address;
	bool temporary;

	if (!scan_hex(&line, &address))
		return false;
	temporary = h->has_last && h->last == address;
	h->has_last = false;
	/* Allocated before heaptrack was attached: not counted either. */
	if (heaptrack_blocks_take(&h->blocks, address, &block))
		heaptrack_costs_free(
			&h->costs, block.cost, block.size, temporary);
	return true;
}

bool
heaptrack_alloc_line(struct heaptrack *h, struct scan line)
{
	uint64_t n;

	if (h->raw || h->version == 0)
		return alloc_pointer(h, line);
	if (!scan_hex(&line, &n) || n >= h->info_count)
		return false;
	heaptrack_costs_alloc(&h->costs, h->infos[n].cost, h->infos[n].size);
	h->last = n;
	h->has_last = true;
	return true;
}

bool
heaptrack_free_line(struct heaptrack *h, struct scan line)
{
	uint64_t n;

	if (h->raw || h->version == 0)
		return free_pointer(h, line);
	if (!scan_hex(&line, &n) || n >= h->info_count)
		return false;
	heaptrack_costs_free(&h->costs, h->infos[n].cost, h->infos[n].size,
		h->has_last && h->last == n);
	h->has_last = false;
	return true;
}

/* Half as many; of two the one that held more. */
static void
thin(struct heaptrack *h)
{
	for (size_t i = 0; i + 1 < h->moment_count; i += 2) {
		const struct moment *a = &h->moments[i], *b = a + 1;

		h->moments[i / 2] = a->live > b->live ? *a : *b;
	}
	h->moment_count /= 2;
	h->stride *= 2;
}

void
heaptrack_moment(struct heaptrack *h)
{
	if (!h->moments)
		h->moments = xcalloc(MOMENTS_MAX, sizeof *h->moments);
	if (h->stamps++ % h->stride != 0)
		return;
	if (h->moment_count == MOMENTS_MAX)
		thin(h);
	h->moments[h->moment_count++] = (struct moment){
		.ns = h->now_ms * 1000000,
		.live = h->costs.total,
		.allocated = h->costs.allocated,
		.rss = h->process.rss,
	};
}
