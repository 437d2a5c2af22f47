/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the two disagree, a third is asked: libgcc's unwinder, which is what
 * exceptions go by. It shares no code with either, and is too slow and too
 * trusting to be asked more often.
 *
 * A difference is explained if the third one agrees with cfi; if the frame
 * where they part has no row in its module's tables, so that all three can only
 * guess; or if cfi stops, and says so, at a row of a form that it can't hold (a
 * CFA in a register other than rsp and rbp). Everything else is unexplained: a
 * defect of cfi until somebody shows otherwise.
 */
#define _GNU_SOURCE
#include "verdict.h"

#include <link.h>
#include <stdio.h>
#include <string.h>

#include "cfi.h"
#include "next.h"

#define DIFFERENCES_MAX 4096 /* distinct ones that are listed */

enum cause {
	LIBUNWIND_SHORT,
	LIBUNWIND_WRONG,
	NO_ROW,
	ROW_NOT_HELD,
	CFI_SHORT,
	CFI_WRONG,
	ALL_DIFFER,
	CAUSES
};

static const struct {
	const char *name;
	bool explained;
} causes[CAUSES] = {
	[LIBUNWIND_SHORT] = { "libunwind stopped early", true },
	[LIBUNWIND_WRONG] = { "libunwind took a wrong frame", true },
	[NO_ROW] = { "code without a row in its tables", true },
	[ROW_NOT_HELD] = { "cfi can't hold the row, and says so", true },
	[CFI_SHORT] = { "cfi stopped early", false },
	[CFI_WRONG] = { "cfi took a wrong frame", false },
	[ALL_DIFFER] = { "all three differ", false },
};

static const char *const kinds[HF_ROW_KINDS] = { "none", "strange", "rsp",
	"rbp", "deref", "plt", "signal", "end" };

struct difference {
	struct stack cfi, libunwind, libgcc;
	uint64_t count;
	enum cause cause;
	enum hf_row_kind row; /* of the last frame that both have */
	uint32_t common; /* frames that both have */
};

static struct difference differences[DIFFERENCES_MAX];
static uint64_t hashes[DIFFERENCES_MAX]; /* of them */
static uint32_t listed;
static uint64_t compared, identical, by_cause[CAUSES];

/* libgcc's, whose header has the name of one of ours. */
typedef int (*frame_fn)(void *context, void *arg);
static int (*gcc_backtrace)(frame_fn fn, void *arg);
static uintptr_t (*gcc_ip)(void *context);

bool
verdict_start(void)
{
	/* RTLD_LOCAL: the host keeps the exception runtime that it has. */
	void *gcc = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_LOCAL);

	if (!gcc)
		return false;
	gcc_backtrace = dlsym(gcc, "_Unwind_Backtrace");
	gcc_ip = dlsym(gcc, "_Unwind_GetIP");
	return gcc_backtrace && gcc_ip;
}

static int
gcc_frame(void *context, void *arg)
{
	struct stack *s = arg;
	struct hf_capture c = {
		.pcs = s->pc, .room = STACK_MAX, .depth = s->depth
	};
	uintptr_t pc = gcc_ip(context);
	bool room = pc == 0 || hf_unwind_add(&c, pc);

	s->depth = c.depth;
	return room ? 0 : 4; /* _URC_NORMAL_STOP */
}

static bool
same(const struct stack *a, const struct stack *b)
{
	return a->depth == b->depth &&
	       memcmp(a->pc, b->pc, a->depth * sizeof *a->pc) == 0;
}

static uint64_t
hash_of(const struct stack *a, const struct stack *b)
{
	uint64_t h = 14695981039346656037ULL;

	for (uint32_t i = 0; i < a->depth; i++)
		h = (h ^ a->pc[i]) * 1099511628211ULL;
	h = (h ^ a->depth) * 1099511628211ULL;
	for (uint32_t i = 0; i < b->depth; i++)
		h = (h ^ b->pc[i]) * 1099511628211ULL;
	return h;
}

static enum hf_row_kind
kind_at(uintptr_t pc)
{
	struct dl_find_object o;

	if (_dl_find_object((void *)pc, &o) != 0)
		return HF_ROW_NONE;
	return hf_cfi_row(pc, o.dlfo_eh_frame, (uintptr_t)o.dlfo_map_start,
		(uintptr_t)o.dlfo_map_end)
		.kind;
}

/* How the last frame that both have was to be left. */
static enum hf_row_kind
kind_of_last(const struct stack *s, uint32_t common)
{
	bool interrupted;

	if (common == 0)
		return HF_ROW_KINDS;
	/* A frame above a signal frame is no call: nothing to step back. */
	interrupted =
		common >= 2 && kind_at(s->pc[common - 2]) == HF_ROW_SIGNAL;
	return kind_at(s->pc[common - 1] - !interrupted);
}

static enum cause
cause_of(const struct difference *d)
{
	if (same(&d->libgcc, &d->cfi))
		return d->common == d->libunwind.depth ? LIBUNWIND_SHORT
						       : LIBUNWIND_WRONG;
	if (d->row == HF_ROW_STRANGE && d->common == d->cfi.depth &&
		d->cfi.flags & HFS_TRUNCATED)
		return ROW_NOT_HELD;
	if (d->row == HF_ROW_NONE)
		return NO_ROW;
	if (same(&d->libgcc, &d->libunwind))
		return d->common < d->cfi.depth ? CFI_WRONG : CFI_SHORT;
	return ALL_DIFFER;
}

static void
judge(struct difference *d)
{
	while (d->common < d->cfi.depth && d->common < d->libunwind.depth &&
		d->cfi.pc[d->common] == d->libunwind.pc[d->common])
		d->common++;
	d->row = kind_of_last(&d->cfi, d->common);
	gcc_backtrace(gcc_frame, &d->libgcc);
	d->cause = cause_of(d);
}

void
verdict_add(const struct stack *cfi, const struct stack *libunwind)
{
	static struct difference unlisted;
	struct difference *d = &unlisted;
	uint64_t hash;

	compared++;
	if (same(cfi, libunwind)) {
		identical++;
		return;
	}
	hash = hash_of(cfi, libunwind);
	for (uint32_t i = 0; i < listed; i++)
		if (hashes[i] == hash) {
			differences[i].count++;
			by_cause[differences[i].cause]++;
			return;
		}
	if (listed < DIFFERENCES_MAX) {
		hashes[listed] = hash;
		d = &differences[listed++];
	}
	*d = (struct difference){
		.cfi = *cfi, .libunwind = *libunwind, .count = 1
	};
	judge(d);
	by_cause[d->cause]++;
}

static void
write_stack(FILE *f, const char *name, const struct stack *s)
{
	fprintf(f, "\t%s%s\n", name,
		s->flags & HFS_TRUNCATED ? " (truncated)" : "");
	for (uint32_t i = 0; i < s->depth; i++) {
		struct dl_find_object o;
		const char *file, *slash;

		if (_dl_find_object((void *)s->pc[i], &o) != 0) {
			fprintf(f, "\t\t%#lx\n", s->pc[i]);
			continue;
		}
		/* The program itself has no name in this list. */
		file = o.dlfo_link_map->l_name;
		slash = strrchr(file, '/');
		fprintf(f, "\t\t%s+%#lx\n",
			slash	? slash + 1
			: *file ? file
				: "program",
			s->pc[i] - o.dlfo_link_map->l_addr);
	}
}

void
verdict_write(const char *path, uint64_t skipped)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return;
	fprintf(f, "compared %lu\nidentical %lu\nskipped %lu\n", compared,
		identical, skipped);
	for (int i = 0; i < CAUSES; i++)
		fprintf(f, "%s %lu %s\n",
			causes[i].explained ? "explained" : "unexplained",
			by_cause[i], causes[i].name);
	for (uint32_t i = 0; i < listed; i++) {
		const struct difference *d = &differences[i];

		fprintf(f, "differ %lu: %s, after %u frames, row %s\n",
			d->count, causes[d->cause].name, d->common,
			d->row < HF_ROW_KINDS ? kinds[d->row] : "unknown");
		write_stack(f, "cfi", &d->cfi);
		write_stack(f, "libunwind", &d->libunwind);
		write_stack(f, "libgcc", &d->libgcc);
	}
	fclose(f);
}
