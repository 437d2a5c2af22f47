/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries are changed in place: `end` is 0 while the others change, and is
 * looked at before and after they are read.
 */
#define _GNU_SOURCE
#include "objects.h"

#include <link.h>
#include <stdatomic.h>
#include <stddef.h>

#define MOST 1024

struct entry {
	_Atomic uintptr_t start, end, header; /* end 0: none */
};

static struct entry table[MOST];
static _Atomic uint32_t count; /* entries in use, some of them empty */
static uint32_t permanent; /* those at start, which are never unloaded */
static _Atomic uint32_t suspended, filling;
static bool needed;

static bool
read_entry(struct entry *e, uintptr_t pc, struct hf_object *found)
{
	uintptr_t end = atomic_load_explicit(&e->end, memory_order_acquire);

	found->start = atomic_load_explicit(&e->start, memory_order_relaxed);
	if (pc >= end || pc < found->start)
		return false;
	found->end = end;
	found->eh_frame_header = (const void *)atomic_load_explicit(
		&e->header, memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&e->end, memory_order_relaxed) == end &&
	       atomic_load_explicit(&e->start, memory_order_relaxed) ==
		       found->start;
}

bool
hf_objects_find(uintptr_t pc, struct hf_object *found)
{
	uint32_t n =
		atomic_load_explicit(&suspended, memory_order_acquire)
			? permanent
			: atomic_load_explicit(&count, memory_order_acquire);

	for (uint32_t i = 0; i < n; i++)
		if (read_entry(&table[i], pc, found))
			return true;
	return false;
}

static void
write_entry(struct entry *e, const struct hf_object *o)
{
	atomic_store(&e->end, 0);
	atomic_store(&e->start, o->start);
	atomic_store(&e->header, (uintptr_t)o->eh_frame_header);
	atomic_store_explicit(&e->end, o->end, memory_order_release);
}

/* By whoever fills the table. Full: those beyond are not known. */
static void
add(const struct hf_object *o)
{
	uint32_t n = atomic_load(&count), free = n;

	for (uint32_t i = 0; i < n; i++) {
		if (table[i].start == o->start && table[i].end == o->end)
			return;
		if (table[i].end == 0 && free == n)
			free = i;
	}
	if (free == MOST)
		return;
	write_entry(&table[free], o);
	if (free == n)
		atomic_store_explicit(&count, n + 1, memory_order_release);
}

/* One at a time; who comes second leaves it. */
static bool
claim(void)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&filling, &nobody, 1);
}

static int
each(struct dl_phdr_info *info, size_t size, void *unused)
{
	struct hf_object o = { UINTPTR_MAX, 0, NULL };

	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_EH_FRAME)
			o.eh_frame_header = (const void *)start;
		if (p->p_type != PT_LOAD)
			continue;
		if (start < o.start)
			o.start = start;
		if (start + p->p_memsz > o.end)
			o.end = start + p->p_memsz;
	}
	if (o.start < o.end)
		add(&o);
	return 0;
}

bool
hf_objects_needed(void)
{
	return needed;
}

bool
hf_objects_start(void)
{
	needed = true;
	dl_iterate_phdr(each, NULL);
	permanent = count;
	return permanent > 0;
}

void
hf_objects_add(const struct hf_object *o)
{
	struct hf_object there;

	if (!needed || suspended || hf_objects_find(o->start, &there) ||
		!claim())
		return;
	add(o);
	atomic_store(&filling, 0);
}

void
hf_objects_suspend(void)
{
	if (needed)
		atomic_fetch_add(&suspended, 1);
}

void
hf_objects_resume(void)
{
	if (!needed)
		return;
	/* Who can't have the table leaves it suspended for who has. */
	if (atomic_load(&suspended) == 1 && claim()) {
		for (uint32_t i = permanent; i < count; i++)
			atomic_store(&table[i].end, 0);
		dl_iterate_phdr(each, NULL);
		atomic_store(&filling, 0);
	}
	atomic_fetch_sub(&suspended, 1);
}
