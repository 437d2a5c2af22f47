/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk marks the rows that it finds again; those that it does not were
 * unloaded since the walk before. One walk at a time: a second one that begins
 * meanwhile does nothing, the first sees what it would have.
 */
#define _GNU_SOURCE
#include "modules.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "kept.h"
#include "unloads.h"

_Atomic uint32_t hf_modules_unloads;

/* Epoch of the last finished walk: what was there then was there in it. */
static _Atomic uint32_t walked_epoch;
static _Atomic uint32_t walks;
/* A module found no room for a row: nobody will know when it goes. */
static _Atomic uint32_t incomplete;

static struct hfs_module *
row_at(struct hf_region *r, hfs_ref ref)
{
	return hf_state_at(r, ref);
}

static const unsigned char *
build_id_of(const struct hfs_module *m)
{
	return (const unsigned char *)&m->segment[m->segments];
}

static bool
claim(void)
{
	uint32_t nobody = 0;

	return atomic_compare_exchange_strong(&hf_wiped->modules, &nobody, 1);
}

static struct hf_modules_walk
new_walk(struct hf_region *r)
{
	return (struct hf_modules_walk){ .region = r,
		.epoch = hf_modules_epoch(),
		.number = ++walks,
		.begun = true };
}

#define HOLD_MS 100

bool
hf_modules_hold(void)
{
	for (int i = 0; i < HOLD_MS; i++) {
		if (claim())
			return true;
		hf_sys3(SYS_poll, 0, 0, 1);
	}
	return false;
}

void
hf_modules_let_go(void)
{
	atomic_store(&hf_wiped->modules, 0);
}

static bool
same(const struct hfs_module *row, const struct hf_found_module *m)
{
	return row->segments == m->segments &&
	       row->build_id_length == m->build_id_length &&
	       memcmp(row->segment, m->segment,
		       m->segments * sizeof *m->segment) == 0 &&
	       memcmp(build_id_of(row), m->build_id, m->build_id_length) == 0;
}

static bool
same_path(const struct hfs_module *row, const struct hf_found_module *m)
{
	return row->path_length == m->path_length &&
	       memcmp(build_id_of(row) + row->build_id_length, m->path,
		       m->path_length) == 0;
}

static bool
overlap(const struct hfs_module *row, const struct hf_found_module *m)
{
	for (uint32_t i = 0; i < row->segments; i++)
		for (uint32_t k = 0; k < m->segments; k++)
			if (row->segment[i].start < m->segment[k].end &&
				m->segment[k].start < row->segment[i].end)
				return true;
	return false;
}

/*
 * A file that was unloaded and is loaded again at the same place goes on with
 * its row, or else each turn of a plug-in would cost one; unless another has
 * been there meanwhile. Without a build-id it may be another file.
 */
static struct hfs_module *
loaded_again(struct hf_region *r, const struct hf_found_module *m)
{
	struct hfs_module *again = NULL;
	uint32_t gone = 0;

	for (hfs_ref ref = hf_modules_first(r); ref;
		ref = hf_modules_after(r, ref)) {
		struct hfs_module *row = row_at(r, ref);
		uint32_t last = atomic_load(&row->last_epoch);
		bool is_it = m->build_id_length > 0 && same(row, m) &&
			     same_path(row, m);

		if (last < gone || !overlap(row, m))
			continue;
		again = is_it && last > gone ? row : NULL;
		gone = last;
	}
	return again;
}

/* The new row, or 0 if there is no room. */
static hfs_ref
add(struct hf_modules_walk *w, const struct hf_found_module *m)
{
	struct hfs_header *h = w->region->header;
	size_t segments = m->segments * sizeof *m->segment;
	hfs_ref ref = hf_state_alloc(
		w->region, sizeof(struct hfs_module) + segments +
				   m->build_id_length + m->path_length);
	_Atomic hfs_ref *list;
	struct hfs_module *row;

	if (!ref)
		return 0;
	row = row_at(w->region, ref);
	row->first_epoch = w->epoch;
	row->last_epoch = UINT32_MAX;
	row->number = atomic_fetch_add(&h->module_count, 1) + 1;
	row->segments = m->segments;
	row->build_id_length = m->build_id_length;
	row->path_length = m->path_length;
	memcpy(row->segment, m->segment, segments);
	memcpy((char *)row->segment + segments, m->build_id,
		m->build_id_length);
	memcpy((char *)row->segment + segments + m->build_id_length, m->path,
		m->path_length);
	row->seen = w->number;
	atomic_store_explicit(
		&row->mark, HFS_MARK_MODULE, memory_order_release);
	list = hf_state_in_file(w->region, ref) ? &h->newest_module
						: &h->newest_module_outside;
	row->older = atomic_load(list);
	atomic_store(list, ref);
	atomic_store(&w->region->newest_module, ref);
	return ref;
}

bool
hf_modules_begin(struct hf_modules_walk *w, struct hf_region *r)
{
	*w = (struct hf_modules_walk){ .begun = false };
	if (!claim())
		return false;
	if (!r && !hf_kept_begin()) {
		hf_modules_let_go();
		return false;
	}
	*w = new_walk(r);
	return true;
}

/* There is a row of it already, which goes on. */
static bool
confirm(struct hf_modules_walk *w, const struct hf_found_module *m)
{
	struct hfs_module *row;

	for (hfs_ref ref = hf_modules_first(w->region); ref;
		ref = hf_modules_after(w->region, ref)) {
		row = row_at(w->region, ref);
		if (atomic_load(&row->last_epoch) == UINT32_MAX &&
			same(row, m)) {
			row->seen = w->number;
			return true;
		}
	}
	row = loaded_again(w->region, m);
	if (!row)
		return false;
	row->seen = w->number;
	row->last_epoch = UINT32_MAX;
	return true;
}

void
hf_modules_found(struct hf_modules_walk *w, const struct hf_found_module *m)
{
	if (!w->begun || m->segments == 0)
		return;
	if (!w->region) {
		hf_kept_add(w, m);
	} else if ((w->fresh || !confirm(w, m)) && !add(w, m)) {
		incomplete = 1;
		hf_state_lost(w->region, HFS_LOST_MODULE);
	}
}

static void
gone(struct hfs_module *row, uint32_t epoch)
{
	for (uint32_t i = 0; i < row->segments; i++)
		hf_unloads_note(
			row->segment[i].start, row->segment[i].end, epoch);
	atomic_store(&row->last_epoch, epoch);
}

static void
finish(struct hf_modules_walk *w)
{
	for (hfs_ref ref = hf_modules_first(w->region); ref;
		ref = hf_modules_after(w->region, ref)) {
		struct hfs_module *row = row_at(w->region, ref);

		uint32_t there = walked_epoch > row->first_epoch
					 ? walked_epoch
					 : row->first_epoch;

		if (row->seen != w->number &&
			atomic_load(&row->last_epoch) == UINT32_MAX)
			gone(row, there + 1);
	}
	walked_epoch = w->epoch;
}

void
hf_modules_end(struct hf_modules_walk *w)
{
	if (!w->begun)
		return;
	if (!w->region)
		hf_kept_end(w);
	else if (!w->left_out)
		finish(w);
	hf_modules_let_go();
}

/* One bit an object; that two share one delays what a note finds. */
#define MET 1024

static _Atomic uint64_t met[MET / 64];

void
hf_modules_unknown(uintptr_t start)
{
	uint64_t hash = (start >> 12) * 0x9e3779b97f4a7c15ULL >> 54;
	uint64_t bit = 1ULL << hash % 64;

	if (start &&
		atomic_load_explicit(&met[hash / 64], memory_order_relaxed) &
			bit)
		return;
	if (start)
		atomic_fetch_or(&met[hash / 64], bit);
	hf_wiped->new_modules = 1;
}

#define SEGMENTS 16

/* What the loader says of one object, in the shape of a row. */
struct seen_object {
	struct hfs_segment segment[SEGMENTS];
	uint32_t segments;
	const unsigned char *build_id;
	uint32_t build_id_length;
};

const unsigned char *
hf_modules_build_id(const unsigned char *notes, size_t length, uint32_t *n)
{
	size_t at = 0;
	ElfW(Nhdr) note;

	while (at + sizeof note <= length) {
		size_t name = at + sizeof note, data;

		memcpy(&note, notes + at, sizeof note);
		data = name + ((note.n_namesz + 3ULL) & ~3ULL);
		if (data > length || note.n_descsz > length - data)
			return NULL;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
			memcmp(notes + name, "GNU", 4) == 0) {
			*n = note.n_descsz;
			return notes + data;
		}
		at = data + ((note.n_descsz + 3ULL) & ~3ULL);
	}
	return NULL;
}

/* A segment may be described and not be in memory. */
static bool
is_loaded(const struct dl_phdr_info *info, const ElfW(Phdr) * part)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && p->p_flags & PF_R &&
			part->p_vaddr >= p->p_vaddr &&
			part->p_memsz <= p->p_memsz &&
			part->p_vaddr - p->p_vaddr <=
				p->p_memsz - part->p_memsz)
			return true;
	}
	return false;
}

static void
look_at(struct seen_object *s, const struct dl_phdr_info *info)
{
	const unsigned char *found = NULL;

	*s = (struct seen_object){ .build_id = (const unsigned char *)"" };
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_NOTE && !found && is_loaded(info, p)) {
			found = hf_modules_build_id(
				(const unsigned char *)start, p->p_memsz,
				&s->build_id_length);
			if (found)
				s->build_id = found;
		}
		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X) ||
			s->segments == SEGMENTS)
			continue;
		/* As /proc/PID/maps shows it: whole pages. */
		s->segment[s->segments++] =
			(struct hfs_segment){ start & -4096UL,
				(start + p->p_filesz + 4095) & -4096UL,
				p->p_offset & -4096UL };
	}
}

static int
each_object(struct dl_phdr_info *info, size_t size, void *data)
{
	struct hf_modules_walk *w = data;
	struct seen_object s;
	struct hf_found_module m = { .path = info->dlpi_name };
	char exe[4096];
	long n;

	(void)size;
	if (!m.path[0]) {
		n = hf_sys3(SYS_readlink, (long)"/proc/self/exe", (long)exe,
			sizeof exe);
		m.path = exe;
		m.path_length = n > 0 ? (uint32_t)n : 0;
	} else if (strncmp(m.path, "linux-vdso", 10) == 0) {
		m.path = "[vdso]";
	}
	if (!m.path_length && m.path != exe)
		m.path_length = (uint32_t)strlen(m.path);
	look_at(&s, info);
	m.segments = s.segments;
	m.segment = s.segment;
	m.build_id = s.build_id;
	m.build_id_length = s.build_id_length;
	hf_modules_found(w, &m);
	return 0;
}

void
hf_modules_start(void)
{
	struct hf_modules_walk w;
	bool all;

	/* Who has sampled before has had the maps read. */
	if (hf_kept_maps(hf_modules_epoch(), &all) ||
		!hf_modules_begin(&w, NULL))
		return;
	w.by_loader = true;
	dl_iterate_phdr(each_object, &w);
	hf_modules_end(&w);
}

void
hf_modules_as_remembered(struct hf_region *r)
{
	struct hf_modules_walk w;

	if (!hf_modules_begin(&w, r))
		return;
	hf_kept_recall(&w);
	/* No end: what was loaded since then is there still. */
	hf_modules_let_go();
}

bool
hf_modules_at_birth(struct hf_region *r)
{
	struct hf_modules_walk w;
	bool all;

	/* Held by a constructor that remembers, or a helper given up. */
	if (!hf_modules_begin(&w, r))
		return false;
	w.fresh = true;
	if (hf_kept_maps(w.epoch, &all))
		hf_kept_recall(&w);
	w.left_out = !all;
	hf_modules_end(&w);
	return all;
}

bool
hf_modules_refresh(struct hf_region *r)
{
	struct hf_modules_walk w = new_walk(r);

	dl_iterate_phdr(each_object, &w);
	finish(&w);
	return !incomplete;
}

void
hf_modules_unloaded(struct hf_region *r, bool known)
{
	uint32_t epoch = atomic_fetch_add(&hf_modules_unloads, 1) + 1;

	if (!known || !hf_modules_refresh(r))
		hf_unloads_note_unknown(epoch);
}

void
hf_modules_inherit(struct hf_region *from, struct hf_region *to)
{
	struct hf_modules_walk w = { .region = to };
	hfs_ref ref_there;

	for (hfs_ref ref = from->newest_module; ref;
		ref = hf_modules_after(from, ref)) {
		struct hfs_module *row = row_at(from, ref);
		struct hf_found_module m = { .segments = row->segments,
			.segment = row->segment,
			.build_id = build_id_of(row),
			.build_id_length = row->build_id_length,
			.path = (const char *)build_id_of(row) +
				row->build_id_length,
			.path_length = row->path_length };

		w.epoch = row->first_epoch;
		ref_there = add(&w, &m);
		if (!ref_there) {
			incomplete = 1;
			return;
		}
		row_at(to, ref_there)->last_epoch =
			atomic_load(&row->last_epoch);
	}
}
