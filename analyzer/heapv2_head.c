/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a dump is of: its name and its head block, a table of keys each with a
 * function that takes the values, and the list of mapped files at its end.
 */
#include "heapv2_keys.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "heapv2_file.h"

#define DELETED " (deleted)" /* what the kernel appends to such a path */

static bool
one_text(struct heapv2_head *h, struct scan *s, uint32_t *id)
{
	struct scan word;

	if (!scan_word(s, &word))
		return false;
	*id = heapv2_text(h->p, word);
	return true;
}

static int
to_pid(uint64_t pid)
{
	return pid <= INT_MAX ? (int)pid : 0;
}

static bool
key_heapflame(struct heapv2_head *h, struct scan *s)
{
	return scan_u64(s, &h->version);
}

static bool
key_id(struct heapv2_head *h, struct scan *s)
{
	struct scan pid = *s;
	uint64_t number;

	if (!scan_u64(&pid, &number) || !one_text(h, s, &h->process.id))
		return false;
	h->process.pid = to_pid(number);
	return true;
}

static bool
key_boot(struct heapv2_head *h, struct scan *s)
{
	return one_text(h, s, &h->process.boot);
}

static bool
key_exe(struct heapv2_head *h, struct scan *s)
{
	return one_text(h, s, &h->process.exe);
}

static bool
key_parent(struct heapv2_head *h, struct scan *s)
{
	return one_text(h, s, &h->process.parent);
}

static bool
key_ancestors(struct heapv2_head *h, struct scan *s)
{
	return one_text(h, s, &h->process.ancestors);
}

static bool
key_nostate(struct heapv2_head *h, struct scan *s)
{
	return one_text(h, s, &h->process.no_state);
}

static bool
key_time(struct heapv2_head *h, struct scan *s)
{
	uint64_t t[4];

	if (heapv2_integers(s, t, 4) < 4 || t[0] > INT64_MAX ||
		t[1] > INT64_MAX)
		return false;
	h->process.start_ms = (int64_t)t[0];
	h->process.end_ms = (int64_t)t[1];
	h->process.lived_ns = t[3] > t[2] ? t[3] - t[2] : 0;
	return true;
}

static bool
key_reason(struct heapv2_head *h, struct scan *s)
{
	uint64_t number;
	bool final = scan_char(s, 'f');

	if (!final && s->at < s->end)
		s->at++;
	h->process.state = final ? PROCESS_ENDED : PROCESS_RUNNING;
	return scan_char(s, ' ') && scan_u64(s, &number) && scan_char(s, ' ') &&
	       scan_u64(s, &h->seq);
}

static bool
key_interval(struct heapv2_head *h, struct scan *s)
{
	struct process *p = &h->process;
	uint64_t v[3];

	if (heapv2_integers(s, v, 3) < 3 || v[1] == 0 ||
		v[1] > HEAPV2_MOST_BYTES)
		return false;
	if (p->interval_max == 0 || v[1] < p->interval_min)
		p->interval_min = v[1];
	if (v[1] > p->interval_max)
		p->interval_max = v[1];
	if (v[0] == h->interval_count) {
		GROW(h->intervals, h->interval_count, h->interval_capacity);
		h->intervals[h->interval_count++] = v[1];
	}
	return true;
}

static bool
key_samples(struct heapv2_head *h, struct scan *s)
{
	uint64_t live;

	if (!scan_u64(s, &h->process.samples))
		return false;
	if (scan_char(s, ' ') && scan_u64(s, &live) && scan_char(s, ' '))
		scan_u64(s, &h->process.thinned);
	return true;
}

static bool
key_peak(struct heapv2_head *h, struct scan *s)
{
	h->process.has[PEAK_SPACE] = h->process.has[PEAK_OBJECTS] = true;
	return true;
}

static bool
key_lost(struct heapv2_head *h, struct scan *s)
{
	struct scan word;
	uint64_t count;
	uint32_t cause;

	if (!scan_word(s, &word) || !scan_char(s, ' ') || !scan_u64(s, &count))
		return false;
	if (count == 0)
		return true;
	cause = heapv2_text(h->p, word);
	if (h->process.losses++ == 0)
		h->process.first_loss = h->p->loss_count;
	profile_loss(h->p, strtab_get(&h->p->strings, cause), count);
	return true;
}

bool
heapv2_is_build_id(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	return n > 0 && s[n] == '\0';
}

static bool
key_module(struct heapv2_head *h, struct scan *s)
{
	struct segment segment = { .last = UINT64_MAX };
	uint64_t number;
	uint32_t build_id, path;
	char *path_text, *build_id_text;

	if (!scan_u64(s, &number) || !scan_char(s, ' ') ||
		!scan_u64(s, &segment.first) || !scan_char(s, ' ') ||
		!(scan_char(s, '-') || scan_u64(s, &segment.last)) ||
		!scan_char(s, ' ') || !one_text(h, s, &build_id) ||
		!scan_char(s, ' ') || !one_text(h, s, &path))
		return false;
	h->modules = true;
	if (h->map == NULL)
		return true;
	/* Copies: the table of strings may move under them. */
	path_text = xstrdup(strtab_get(&h->p->strings, path));
	heapv2_decode_maps_path(path_text); /* the shim takes it from there */
	build_id_text = xstrdup(strtab_get(&h->p->strings, build_id));
	segment.module = profile_module(h->p, path_text,
		heapv2_is_build_id(build_id_text) ? build_id_text : NULL);
	free(path_text);
	free(build_id_text);
	while (scan_char(s, ' ')) {
		if (!scan_hex(s, &segment.start) || !scan_char(s, '-') ||
			!scan_hex(s, &segment.end) || !scan_char(s, '@') ||
			!scan_hex(s, &segment.offset))
			return false;
		addrmap_add(h->map, &segment);
	}
	return true;
}

bool
heapv2_head_line(struct heapv2_head *h, struct scan line)
{
	static const struct {
		const char *name;
		bool (*take)(struct heapv2_head *h, struct scan *s);
	} keys[] = { { "module", key_module }, { "interval", key_interval },
		{ "lost", key_lost }, { "heapflame", key_heapflame },
		{ "id", key_id }, { "boot", key_boot }, { "exe", key_exe },
		{ "parent", key_parent }, { "nostate", key_nostate },
		{ "ancestors", key_ancestors }, { "time", key_time },
		{ "reason", key_reason }, { "samples", key_samples },
		{ "peak", key_peak }, { "rss", heapv2_key_rss },
		{ "own", heapv2_key_own },
		{ "allocator", heapv2_key_allocator },
		{ "temp", heapv2_key_temp }, { "name", heapv2_key_name },
		{ "phase", heapv2_key_phase },
		{ "history", heapv2_key_history },
		{ "process", heapv2_key_process }, { "was", heapv2_key_was } };
	struct scan word;

	if (!scan_word(&line, &word))
		return true;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t n = strlen(keys[i].name);

		if ((size_t)(word.end - word.at) == n &&
			memcmp(word.at, keys[i].name, n) == 0)
			return scan_char(&line, ' ') && keys[i].take(h, &line);
	}
	return true;
}

void
heapv2_head_live(struct heapv2_head *h, struct scan line)
{
	uint64_t live, written;

	h->process.lists_all = scan_u64(&line, &live) &&
			       scan_char(&line, ' ') &&
			       scan_u64(&line, &written) && live <= written;
}

void
heapv2_head_init(struct heapv2_head *h, struct profile *p, struct addrmap *map,
	const char *file_name)
{
	struct heapv2_file file;
	uint64_t number = 0;
	struct process *process = &h->process;
	const char *base = strrchr(file_name, '/');

	*h = (struct heapv2_head){ .p = p, .map = map };
	process->exe = process->boot = process->parent = NONE;
	process->no_state = process->ancestors = NONE;
	process->source = strtab_add(&p->strings, file_name);
	process->state = PROCESS_RUNNING;
	h->series = strlen(file_name);
	if (!heapv2_file_name(&file, file_name)) {
		process->id = strtab_add(
			&p->strings, base != NULL ? base + 1 : file_name);
		return;
	}
	h->seq = file.seq;
	h->series = file.series;
	process->id = strtab_add_n(&p->strings, (const char *)file.id.at,
		(size_t)(file.id.end - file.id.at));
	scan_u64(&file.id, &number);
	process->pid = to_pid(number);
	if (file.kind == 'f')
		process->state = PROCESS_ENDED;
}

void
heapv2_head_release(struct heapv2_head *h)
{
	heapv2_names_release(&h->names);
	for (size_t i = 0; i < h->was_count; i++)
		free(h->was[i]);
	free(h->was);
	free(h->parts);
	free(h->intervals);
}
