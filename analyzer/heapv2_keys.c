/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the head block that say how the process was: what it held of memory
 * and when, and what its threads, labels and phases are called.
 */
#include "heapv2_keys.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

#define RSS_FIGURES 6
#define RSS_OLDEST  5 /* the first version had no stacks */

uint32_t
heapv2_text(struct profile *p, struct scan word)
{
	size_t n = (size_t)(word.end - word.at);
	char *text;
	uint32_t id;

	if (n == 1 && *word.at == '-')
		return NONE;
	text = xmalloc(n + 1);
	n = scan_decode(text, word.at, n);
	id = strtab_add_n(&p->strings, text, strnlen(text, n));
	free(text);
	return id;
}

int
heapv2_integers(struct scan *s, uint64_t *to, int most)
{
	for (int i = 0; i < most; i++)
		if ((i > 0 && !scan_char(s, ' ')) || !scan_u64(s, &to[i]))
			return i;
	return most;
}

bool
heapv2_key_rss(struct heapv2_head *h, struct scan *s)
{
	struct process *process = &h->process;
	uint64_t v[RSS_FIGURES] = { 0 };

	if (heapv2_integers(s, v, RSS_FIGURES) < RSS_OLDEST)
		return false;
	for (int i = 0; i < RSS_FIGURES; i++)
		if (v[i] > HEAPV2_MOST_BYTES)
			return false;
	process->rss = v[0];
	process->rss_anonymous = v[1];
	process->rss_file = v[2];
	process->rss_shared = v[3];
	process->rss_peak = v[4];
	process->rss_stacks = v[5];
	return true;
}

bool
heapv2_key_own(struct heapv2_head *h, struct scan *s)
{
	return scan_u64(s, &h->process.own) &&
	       h->process.own <= HEAPV2_MOST_BYTES;
}

static bool
size_or_dash(struct scan *s, uint64_t *to)
{
	*to = SIZE_UNKNOWN;
	if (!scan_char(s, ' '))
		return false;
	return scan_char(s, '-') ||
	       (scan_u64(s, to) && *to <= HEAPV2_MOST_BYTES);
}

bool
heapv2_key_allocator(struct heapv2_head *h, struct scan *s)
{
	struct process_allocator a = { .asked = true };
	struct scan word;

	if (!scan_word(s, &word) || !size_or_dash(s, &a.allocated) ||
		!size_or_dash(s, &a.active) || !size_or_dash(s, &a.resident) ||
		!size_or_dash(s, &a.retained) || !size_or_dash(s, &a.free) ||
		!size_or_dash(s, &a.mapped))
		return false;
	a.name = heapv2_text(h->p, word);
	h->process.allocator = a;
	return true;
}

bool
heapv2_key_temp(struct heapv2_head *h, struct scan *s)
{
	return scan_u64(s, &h->process.temp_ms);
}

bool
heapv2_key_history(struct heapv2_head *h, struct scan *s)
{
	uint64_t v[4];

	if (heapv2_integers(s, v, 4) < 4)
		return false;
	if (h->process.moments++ == 0)
		h->process.first_moment = h->p->moment_count;
	profile_moment(h->p, (struct moment){ .ns = v[0],
				     .live = v[1],
				     .allocated = v[2],
				     .rss = v[3] });
	return true;
}

bool
heapv2_key_name(struct heapv2_head *h, struct scan *s)
{
	enum heapv2_kind kind;
	struct scan word;
	uint64_t number;

	if (scan_char(s, 't'))
		kind = HEAPV2_THREAD;
	else if (scan_char(s, 'l'))
		kind = HEAPV2_LABEL;
	else
		return true; /* of a later version */
	return scan_char(s, ' ') && scan_u64(s, &number) && scan_char(s, ' ') &&
	       scan_word(s, &word) &&
	       heapv2_names_set(
		       &h->names, kind, number, heapv2_text(h->p, word));
}

bool
heapv2_key_phase(struct heapv2_head *h, struct scan *s)
{
	struct phase phase = { .end_ns = PHASE_OPEN };
	struct scan word;
	uint64_t number;

	if (!scan_u64(s, &number) || !scan_char(s, ' ') ||
		!scan_u64(s, &phase.start_ns) || !scan_char(s, ' ') ||
		!(scan_char(s, '-') || scan_u64(s, &phase.end_ns)) ||
		!scan_char(s, ' ') || !scan_u64(s, &phase.peak_ns) ||
		!scan_char(s, ' ') || !scan_word(s, &word))
		return false;
	phase.name = heapv2_text(h->p, word);
	if (phase.name == NONE) /* "-" is a name here */
		phase.name = strtab_add(&h->p->strings, "-");
	if (h->process.phases++ == 0)
		h->process.first_phase = h->p->phase_count;
	return heapv2_names_set(
		&h->names, HEAPV2_PHASE, number, profile_phase(h->p, phase));
}
