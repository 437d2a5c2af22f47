/* SPDX-License-Identifier: Apache-2.0 */
#include "pprof_labels.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

#define PARTS_MAX     32 /* texts that make one label */
#define PART_MAX      ((size_t)256) /* bytes of a key, and of a text */
#define PROCESSES_MAX 256 /* what is beyond belongs to the first one */

/* Keys that mean something, in the order in which the first one counts. */
static const char *const thread_keys[] = { "thread", "thread_name",
	"thread name", "thread_comm" };
static const char *const number_keys[] = { "thread_id", "thread id", "tid" };

#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef Perftools__Profiles__Label label_message;

struct label_part {
	struct wire key, text;
};

/* What the labels of one sample say. */
struct said {
	struct label_part parts[PARTS_MAX];
	size_t part_count;
	uint64_t thread, process; /* strings' numbers */
	size_t thread_rank; /* place of its key in the list */
	int64_t pid, tid, size;
	bool has_tid;
};

void
pprof_labels_init(struct pprof_labels *l, struct pprof_file *f,
	const struct process *like)
{
	*l = (struct pprof_labels){ .f = f, .like = *like };
}

void
pprof_labels_release(struct pprof_labels *l)
{
	free(l->processes);
}

/* The place of a key in a list; its length: it is not there. */
static size_t
rank(const struct pprof_file *f, uint64_t key, const char *const *list,
	size_t count)
{
	size_t i = 0;

	while (i < count && !pprof_equals(f, key, list[i]))
		i++;
	return i;
}

static void
take_number(const struct pprof_file *f, struct said *s, const label_message *l)
{
	uint64_t key = (uint64_t)l->key;

	if (pprof_equals(f, key, "bytes")) {
		s->size = l->num;
	} else if (pprof_equals(f, key, "pid")) {
		s->pid = l->num;
	} else if (rank(f, key, number_keys, COUNT(number_keys)) <
		   COUNT(number_keys)) {
		s->tid = l->num;
		s->has_tid = true;
	}
}

/* Those of pprof's own only mark what was compared with what. */
static bool
is_reserved(struct wire key)
{
	static const char own[] = "pprof::";
	size_t n = sizeof own - 1;

	return (size_t)(key.end - key.at) >= n && memcmp(key.at, own, n) == 0;
}

static void
take_text(const struct pprof_file *f, struct said *s, const label_message *l)
{
	uint64_t key = (uint64_t)l->key, text = (uint64_t)l->str;
	size_t of_thread = rank(f, key, thread_keys, COUNT(thread_keys));
	struct label_part part;

	if (of_thread < COUNT(thread_keys)) {
		if (of_thread < s->thread_rank)
			s->thread = text;
		if (of_thread < s->thread_rank)
			s->thread_rank = of_thread;
	} else if (pprof_equals(f, key, "process")) {
		s->process = text;
	} else if (s->part_count < PARTS_MAX && pprof_text(f, key, &part.key) &&
		   pprof_text(f, text, &part.text) && !is_reserved(part.key)) {
		s->parts[s->part_count++] = part;
	}
}

static int
compare_texts(struct wire a, struct wire b)
{
	size_t na = (size_t)(a.end - a.at), nb = (size_t)(b.end - b.at);
	size_t n = na < nb ? na : nb;
	int order = memcmp(a.at, b.at, n < PART_MAX ? n : PART_MAX);

	return order != 0 ? order : na < nb ? -1 : na > nb;
}

static int
compare_parts(const void *x, const void *y)
{
	const struct label_part *a = x, *b = y;
	int order = compare_texts(a->key, b->key);

	return order != 0 ? order : compare_texts(a->text, b->text);
}

static char *
put(char *out, struct wire text)
{
	size_t n = (size_t)(text.end - text.at);

	n = strnlen((const char *)text.at, n < PART_MAX ? n : PART_MAX);
	return (char *)memcpy(out, text.at, n) + n;
}

/* A label of a heapflame dump that had no key has this one. */
static bool
is_bare(struct wire key)
{
	return key.end - key.at == 5 && memcmp(key.at, "label", 5) == 0;
}

static uint32_t
label_of(struct pprof_labels *l, struct said *s)
{
	char text[PARTS_MAX * (2 * PART_MAX + 2)], *out = text;

	if (s->part_count == 0)
		return NONE;
	if (s->part_count > 1)
		qsort(s->parts, s->part_count, sizeof *s->parts, compare_parts);
	for (size_t i = 0; i < s->part_count; i++) {
		if (i > 0)
			*out++ = ',';
		if (!is_bare(s->parts[i].key)) {
			out = put(out, s->parts[i].key);
			*out++ = '=';
		}
		out = put(out, s->parts[i].text);
	}
	return strtab_add_n(&l->f->p->strings, text, (size_t)(out - text));
}

static uint32_t
thread_of(struct pprof_labels *l, const struct said *s)
{
	char text[32];

	if (s->thread != 0)
		return pprof_string(l->f, s->thread);
	if (!s->has_tid)
		return NONE;
	snprintf(text, sizeof text, "thread %" PRId64, s->tid);
	return strtab_add(&l->f->p->strings, text);
}

/* "redis-server 4711" is what --by process calls it: the number is the pid. */
static struct process
describe(struct pprof_labels *l, const struct said *s)
{
	struct profile *p = l->f->p;
	struct process process = l->like;
	uint32_t name = pprof_string(l->f, s->process);
	char *text, *blank;

	if (s->pid > 0 && s->pid <= INT_MAX)
		process.pid = (int)s->pid;
	if (name == NONE)
		return process;
	text = xstrdup(strtab_get(&p->strings, name));
	blank = strrchr(text, ' ');
	if (blank != NULL && blank != text && blank[1] != '\0') {
		process.id = strtab_add(&p->strings, blank + 1);
		*blank = '\0';
	}
	process.exe = strtab_add(&p->strings, text);
	free(text);
	return process;
}

static uint32_t
process_of(struct pprof_labels *l, const struct said *s)
{
	struct pprof_process new = { .name = s->process, .pid = s->pid };

	for (size_t i = l->process_count; i > 0; i--)
		if (l->processes[i - 1].name == s->process &&
			l->processes[i - 1].pid == s->pid)
			return l->processes[i - 1].process;
	if (l->process_count == PROCESSES_MAX)
		return l->processes[0].process;
	new.process = profile_process(l->f->p, describe(l, s));
	GROW(l->processes, l->process_count, l->process_capacity);
	l->processes[l->process_count++] = new;
	return new.process;
}

int
pprof_labels_read(struct pprof_labels *l,
	const Perftools__Profiles__Sample *sample, const unsigned char *at,
	struct pprof_whose *whose)
{
	struct said s;

	s.part_count = 0;
	s.thread = s.process = 0;
	s.thread_rank = COUNT(thread_keys);
	s.pid = s.tid = s.size = 0;
	s.has_tid = false;
	for (size_t i = 0; i < sample->n_label; i++) {
		const label_message *label = sample->label[i];
		struct wire text;

		if (!pprof_text(l->f, (uint64_t)label->key, &text) ||
			!pprof_text(l->f, (uint64_t)label->str, &text))
			return pprof_bad(l->f, at,
				"a label whose text is not in the file");
		if (label->str != 0)
			take_text(l->f, &s, label);
		else
			take_number(l->f, &s, label);
	}
	whose->thread = thread_of(l, &s);
	whose->label = label_of(l, &s);
	whose->process = process_of(l, &s);
	whose->size = s.size > 0 ? (double)s.size : 0;
	return 0;
}
