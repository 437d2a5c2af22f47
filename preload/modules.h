/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is loaded where, and since when. Rows are added to the shared region:
 * at start and before each dlclose by asking the loader (on a thread that is
 * not in an allocation), and by the dump's helper from /proc/self/maps.
 *
 * The epoch counts unloads; the last one at its addresses (unloads.h) is part
 * of a stack's identity, so that an address that another library reuses is
 * never misread.
 */
#ifndef HF_MODULES_H
#define HF_MODULES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "state.h"

extern HF_HIDDEN _Atomic uint32_t hf_modules_unloads;

static inline uint32_t
hf_modules_epoch(void)
{
	return atomic_load_explicit(&hf_modules_unloads, memory_order_relaxed);
}

/*
 * Nobody else looks what is loaded until it is let go: around dlclose, where a
 * walk of the helper's would see the old library in the new epoch, or the
 * new one in the old. Waits for who is at it, 0.1 s at most; false: in vain.
 */
bool hf_modules_hold(void);
void hf_modules_let_go(void);

/*
 * Brings the region's rows up to date with the loader's list; the caller holds
 * it. Calls dl_iterate_phdr: never from an allocation hook. False if they are
 * not: there is no room for a row.
 */
bool hf_modules_refresh(struct hf_region *r);

/*
 * An object that begins there has code on a stack; 0: nobody knows the code
 * that is. If it is new to us the helper looks what is mapped, soon. Any
 * thread.
 */
void hf_modules_unknown(uintptr_t start);

/* All of them: from _first by _after until 0. */
static inline hfs_ref
hf_modules_first(const struct hf_region *r)
{
	hfs_ref outside = r->header->newest_module_outside;

	return outside ? outside : r->header->newest_module;
}

static inline hfs_ref
hf_modules_after(const struct hf_region *r, hfs_ref ref)
{
	const struct hfs_module *m = hf_state_at(r, ref);

	return m->older || hf_state_in_file(r, ref) ? m->older
						    : r->header->newest_module;
}

/*
 * Remembers what is loaded, by asking the loader; in the constructor. It may
 * have relative names, and a wrong one for a program that ld.so was called
 * with: for whoever sees no /proc (in a chroot).
 */
void hf_modules_start(void);

/* Rows of what is remembered, if that can be so still. */
void hf_modules_as_remembered(struct hf_region *r);

/*
 * The same for a region that nobody sees yet: who is killed the next moment has
 * names. True: those are all that there are.
 */
bool hf_modules_at_birth(struct hf_region *r);

/*
 * Something was unloaded. `known`: the caller holds it, and the rows were up to
 * date before; else, or in a forked child, which must not ask the loader, it
 * may have been anything.
 */
void hf_modules_unloaded(struct hf_region *r, bool known);

/* A fork child's new region, which nobody sees yet, gets its parent's rows. */
void hf_modules_inherit(struct hf_region *from, struct hf_region *to);

/* One executable mapping of a file, as the helper found it. */
struct hf_found_module {
	const char *path; /* length bytes, no NUL needed */
	uint32_t path_length, build_id_length, segments;
	const unsigned char *build_id;
	const struct hfs_segment *segment;
};

/* The GNU build-id among ELF notes and its length; NULL if there is none. */
const unsigned char *hf_modules_build_id(
	const unsigned char *notes, size_t length, uint32_t *n);

/*
 * Adds or confirms a row, in a walk that was begun; without a region, where
 * there is none yet: remembers it. False: somebody else is at it, and what is
 * found goes nowhere.
 */
struct hf_modules_walk {
	struct hf_region *region;
	uint32_t epoch;
	uint32_t number;
	bool begun;
	bool fresh; /* the region has no rows yet, and they all differ */
	bool by_loader; /* with its names, not those of the maps */
	bool left_out; /* some may be there that were not found */
	uint32_t kept; /* bytes, of what is remembered */
};
bool hf_modules_begin(struct hf_modules_walk *w, struct hf_region *r);
void hf_modules_found(
	struct hf_modules_walk *w, const struct hf_found_module *m);
/* Rows that were not found are no longer loaded. */
void hf_modules_end(struct hf_modules_walk *w);

#endif
