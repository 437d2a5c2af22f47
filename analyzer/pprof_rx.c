/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text is gone through once with the set of all steps that it may be at.
 * Nothing grows with the text, and a step is in the set once at most.
 */
#include "pprof_rx.h"

#include <stdlib.h>

#include "err.h"

struct pprof_rx *
pprof_rx_new(const char *text, size_t length)
{
	struct pprof_rx *rx = xcalloc(1, sizeof *rx);

	if (!pprof_rx_parse(rx, text, length)) {
		pprof_rx_free(rx);
		return NULL;
	}
	rx->now = xcalloc(rx->count, sizeof *rx->now);
	rx->next = xcalloc(rx->count, sizeof *rx->next);
	rx->stack = xcalloc(rx->count * 2 + 1, sizeof *rx->stack);
	rx->round = xcalloc(rx->count, sizeof *rx->round);
	return rx;
}

void
pprof_rx_free(struct pprof_rx *rx)
{
	if (rx == NULL)
		return;
	free(rx->steps);
	free(rx->sets);
	free(rx->now);
	free(rx->next);
	free(rx->stack);
	free(rx->round);
	free(rx);
}

/* A step, and where it leads to without a byte, into the next set. */
static void
enter(struct pprof_rx *rx, uint16_t step)
{
	size_t depth = 0;

	rx->stack[depth++] = step;
	while (depth > 0) {
		const struct pprof_rx_step *s;

		step = rx->stack[--depth];
		if (rx->round[step] == rx->rounds)
			continue;
		rx->round[step] = rx->rounds;
		s = &rx->steps[step];
		if (s->op == SPLIT)
			rx->stack[depth++] = s->b;
		if (s->op == SPLIT || s->op == JUMP)
			rx->stack[depth++] = s->a;
		else
			rx->next[rx->next_count++] = step;
	}
}

static bool
takes(const struct pprof_rx *rx, const struct pprof_rx_step *s, unsigned char c)
{
	switch (s->op) {
	case CHARACTER:
		return s->character == c;
	case ANY:
		return c != '\n';
	case CLASS:
		return pprof_rx_has(rx->sets[s->a], c);
	default:
		return false;
	}
}

/* What was entered is where the text now is. */
static void
begin_round(struct pprof_rx *rx)
{
	uint16_t *was = rx->now;

	rx->now = rx->next;
	rx->now_count = rx->next_count;
	rx->next = was;
	rx->next_count = 0;
	rx->rounds++;
}

bool
pprof_rx_matches(struct pprof_rx *rx, const char *text, size_t length)
{
	rx->next_count = 0;
	rx->rounds++;
	enter(rx, 0);
	begin_round(rx);
	for (size_t i = 0; i < length && rx->now_count > 0; i++) {
		unsigned char c = (unsigned char)text[i];

		rx->work += rx->now_count;
		for (size_t k = 0; k < rx->now_count; k++) {
			uint16_t step = rx->now[k];

			if (takes(rx, &rx->steps[step], c))
				enter(rx, (uint16_t)(step + 1));
		}
		begin_round(rx);
	}
	for (size_t k = 0; k < rx->now_count; k++)
		if (rx->steps[rx->now[k]].op == DONE)
			return true;
	return false;
}
