/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the head block of a file in which `heapflame run` keeps processes
 * that it has merged (section 10 of docs/FORMAT.md).
 */
#include <stdlib.h>

#include "err.h"
#include "heapv2_keys.h"

#define PARTS_MOST 65535 /* a damaged file must not cost memory */

/* " cause count" to the end of the line. */
static bool
losses(struct heapv2_head *h, struct scan *s, struct process *part)
{
	struct scan word;
	uint64_t count;
	uint32_t cause;

	part->first_loss = h->p->loss_count;
	while (scan_char(s, ' ')) {
		if (!scan_word(s, &word) || !scan_char(s, ' ') ||
			!scan_u64(s, &count))
			return false;
		cause = heapv2_text(h->p, word);
		profile_loss(h->p, strtab_get(&h->p->strings, cause), count);
		part->losses++;
	}
	return true;
}

/* number, how many, state, samples, N from, to, TEMP_MS, start, end, exe */
bool
heapv2_key_process(struct heapv2_head *h, struct scan *s)
{
	struct process part = h->process; /* id, boot, source */
	struct scan exe, ancestors;
	uint64_t v[2], w[6];
	bool killed;

	if (heapv2_integers(s, v, 2) < 2 || v[0] != h->part_count + 1 ||
		v[0] > PARTS_MOST || v[1] == 0 || v[1] >= UINT32_MAX ||
		!scan_char(s, ' '))
		return false;
	killed = scan_char(s, 'k');
	if ((!killed && !scan_char(s, 'e')) || !scan_char(s, ' ') ||
		heapv2_integers(s, w, 6) < 6 || w[4] > INT64_MAX ||
		w[5] > INT64_MAX || w[2] > HEAPV2_MOST_BYTES ||
		!scan_char(s, ' ') || !scan_word(s, &exe) ||
		!scan_char(s, ' ') || !scan_word(s, &ancestors))
		return false;
	part.merged = (uint32_t)v[1];
	part.state = killed ? PROCESS_KILLED : PROCESS_ENDED;
	part.samples = w[0];
	part.interval_min = w[1];
	part.interval_max = w[2];
	part.temp_ms = w[3];
	part.start_ms = (int64_t)w[4];
	part.end_ms = (int64_t)w[5];
	part.exe = heapv2_text(h->p, exe);
	part.parent = part.no_state = NONE;
	part.ancestors =
		ancestors.end - ancestors.at == 1 && *ancestors.at == '-'
			? NONE
			: heapv2_text(h->p, ancestors);
	part.pid = 0;
	for (int m = 0; m < FOREIGN; m++)
		part.has[m] = true;
	if (!losses(h, s, &part))
		return false;
	GROW32(h->parts, h->part_count);
	h->parts[h->part_count++] = part;
	return true;
}

bool
heapv2_key_was(struct heapv2_head *h, struct scan *s)
{
	struct scan word;

	if (!scan_word(s, &word))
		return false;
	GROW(h->was, h->was_count, h->was_capacity);
	h->was[h->was_count++] = xasprintf(
		"%.*s", (int)(word.end - word.at), (const char *)word.at);
	return true;
}
