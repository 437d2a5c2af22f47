/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's name is asked for again after a while, at first soon: threads name
 * themselves when they begin. To wrap what sets it would miss prctl and /proc.
 */
#include "names.h"

#include <string.h>
#include <sys/prctl.h>

#define WAIT_FIRST 100000 /* ns */
#define WAIT_MOST  10000000

static const struct {
	uint16_t most;
	const char *others;
} kinds[HFS_NAME_KINDS] = { { 255, "[other threads]" },
	{ 1023, "[other labels]" } };

static struct hfs_name *
at(const struct hf_region *r, hfs_ref ref)
{
	return hf_state_at(r, ref);
}

static uint32_t
hash_of(const char *text, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

/* As much of it as counts, and no half of a character. */
static size_t
length_of(const char *text)
{
	size_t n = 0;

	while (n < HFS_NAME_MAX - 1 && text[n])
		n++;
	if (text[n])
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	return n;
}

/* In the list from `from` to before `to`. */
static uint16_t
search(const struct hf_region *r, hfs_ref from, hfs_ref to,
	enum hfs_name_kind kind, const char *text, size_t n, uint32_t hash)
{
	for (hfs_ref ref = from; ref != to; ref = at(r, ref)->older) {
		const struct hfs_name *name = at(r, ref);

		if (name->hash == hash && name->kind == kind &&
			name->length == n && memcmp(name->text, text, n) == 0)
			return name->number;
	}
	return 0;
}

/* Of the newest name of that kind in the list from `from` on. */
static uint16_t
newest_number(const struct hf_region *r, hfs_ref from, enum hfs_name_kind kind)
{
	while (from && at(r, from)->kind != kind)
		from = at(r, from)->older;
	return from ? at(r, from)->number : 0;
}

/*
 * Numbers go by the place in the list: a hundred threads that bring the same
 * name at once use up one. Only what is in the list is marked.
 */
static uint16_t
add(struct hf_region *r, enum hfs_name_kind kind, hfs_ref seen,
	const char *text, size_t n, uint32_t hash)
{
	struct hfs_header *h = r->header;
	struct hfs_name *name;
	uint32_t count;
	uint16_t found;
	hfs_ref ref;

	/* Those outside the file would break the list in it. */
	if (hf_state_file_is_full(r))
		return 0;
	ref = hf_state_alloc(r, sizeof(struct hfs_name) + n + 1);
	if (!ref || !hf_state_in_file(r, ref))
		return 0;
	name = at(r, ref);
	name->kind = (uint16_t)kind;
	name->length = (uint32_t)n;
	name->hash = hash;
	memcpy(name->text, text, n);
	do {
		name->older = seen;
		name->number = newest_number(r, seen, kind) + 1;
		if (atomic_compare_exchange_strong(&h->newest_name, &seen, ref))
			break;
		/* Has somebody else added it meanwhile? */
		found = search(r, seen, name->older, kind, text, n, hash);
		if (found)
			return found;
	} while (true);
	atomic_store_explicit(&name->mark, HFS_MARK_NAME, memory_order_release);
	count = atomic_load(&h->name_count[kind]);
	while (count < name->number &&
		!atomic_compare_exchange_weak(
			&h->name_count[kind], &count, name->number))
		;
	return name->number;
}

uint16_t
hf_names_intern(struct hf_region *r, enum hfs_name_kind kind, const char *text)
{
	size_t n = length_of(text);
	uint32_t hash = hash_of(text, n);
	hfs_ref newest = atomic_load(&r->header->newest_name);
	uint16_t found;

	if (n == 0)
		return 0;
	found = search(r, newest, 0, kind, text, n, hash);
	if (found)
		return found;
	if (atomic_load(&r->header->name_count[kind]) >= kinds[kind].most &&
		strcmp(text, kinds[kind].others) != 0)
		return hf_names_intern(r, kind, kinds[kind].others);
	return add(r, kind, newest, text, n, hash);
}

const char *
hf_names_text(
	const struct hf_region *r, enum hfs_name_kind kind, uint16_t number)
{
	for (hfs_ref ref = atomic_load(&r->header->newest_name); ref;
		ref = at(r, ref)->older)
		if (at(r, ref)->kind == kind && at(r, ref)->number == number)
			return at(r, ref)->text;
	return NULL;
}

uint16_t
hf_names_thread(struct hf_region *r, struct hf_thread *t, uint64_t now_ns)
{
	char name[32];

	if (HF_LIKELY(now_ns < t->name_due && t->name_region == r->generation))
		return t->name;
	name[0] = name[sizeof name - 1] = '\0';
	hf_sys3(SYS_prctl, PR_GET_NAME, (long)name, 0);
	t->name = hf_names_intern(r, HFS_NAME_THREAD, name);
	t->name_wait = t->name_wait == 0	  ? WAIT_FIRST
		       : t->name_wait < WAIT_MOST ? 2 * t->name_wait
						  : WAIT_MOST;
	t->name_due = now_ns + t->name_wait;
	t->name_region = r->generation;
	return t->name;
}

uint16_t
hf_names_label(struct hf_region *r, struct hf_thread *t)
{
	const struct hf_region *before = r->before;
	const char *text = NULL;

	if (HF_LIKELY(t->label == 0 || t->label_region == r->generation))
		return t->label;
	if (before && before->generation == t->label_region)
		text = hf_names_text(before, HFS_NAME_LABEL, t->label);
	t->label = text ? hf_names_intern(r, HFS_NAME_LABEL, text) : 0;
	t->label_region = r->generation;
	return t->label;
}
