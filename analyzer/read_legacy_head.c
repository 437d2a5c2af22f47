/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first line of a gperftools text. What follows the '@' says how figures
 * came about:
 *   heapprofile		every allocation, by HEAPPROFILE
 *   heap_v2/N, heapz_v2/N	sampled every N bytes
 *   heap/N			the same, N being twice the interval
 *   growth, growthz		what was fetched from the system
 *   fragmentationz		what lies unused in pages
 * jeprof and google-pprof scale `heap/N` by another formula, which knows only
 * blocks smaller than the interval; taken here is that of `go tool pprof`.
 */
#include "read_legacy.h"

#include "heapv2_counts.h"

#define MAGIC	      "heap profile:"
#define UNSAID_PERIOD 131072 /* of gperftools when files did not say it */

static void
spaces(struct scan *s)
{
	while (scan_char(s, ' ') || scan_char(s, '\t'))
		;
}

/* Letters, digits and '_' */
static struct scan
word_of(struct scan *s)
{
	struct scan word = { s->at, s->at };

	while (s->at < s->end && (scan_is_digit(*s->at) || *s->at == '_' ||
					 (*s->at >= 'a' && *s->at <= 'z')))
		s->at++;
	word.end = s->at;
	return word;
}

static bool
is(struct scan word, const char *text)
{
	return scan_text(&word, text) && word.at == word.end;
}

/* "/N"; of none what used to be meant */
static uint64_t
period_of(struct scan *s)
{
	uint64_t period = UNSAID_PERIOD;

	if (scan_char(s, '/'))
		scan_u64(s, &period);
	return period;
}

static bool
take_type(struct legacy_head *h, struct scan *s)
{
	struct scan type = word_of(s);
	uint64_t period = period_of(s);

	h->kind = LEGACY_HEAP;
	h->interval = 0;
	if (is(type, "growth") || is(type, "growthz"))
		h->kind = LEGACY_GROWTH;
	else if (is(type, "fragmentationz"))
		h->kind = LEGACY_FRAGMENTATION;
	else if (is(type, "heap_v2") || is(type, "heapz_v2"))
		h->interval = period;
	else if (is(type, "heap"))
		h->interval = period / 2;
	else
		return is(type, "heapprofile");
	if (h->interval == 1) /* scaled by nobody but jeprof, by nothing */
		h->interval = 0;
	return true;
}

bool
legacy_first_line(struct legacy_head *h, struct scan line)
{
	uint64_t *v = h->counts;

	spaces(&line);
	if (!scan_text(&line, MAGIC) || !heapv2_counts_scan(&line, v))
		return false;
	h->ever = (v[2] != v[0] || v[3] != v[1]) && (v[2] > 0 || v[3] > 0);
	spaces(&line);
	if (scan_char(&line, '@')) {
		spaces(&line);
		return take_type(h, &line);
	}
	/* Very old: sampled if both pairs are the same. */
	h->kind = LEGACY_HEAP;
	h->interval = h->ever || v[2] + v[3] == 0 ? 0 : UNSAID_PERIOD;
	return line.at == line.end;
}
