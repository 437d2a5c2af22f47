/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything lies in a file of pprof's: nothing is copied out of it but
 * positions. Its parts may come in any order, so all of it is walked before
 * any of it is understood.
 */
#ifndef PPROF_FILE_H
#define PPROF_FILE_H

#include "pprof_message.h"
#include "profile.h"
#include "read.h"

/* Messages that others refer to by an id of theirs: any number but 0. */
struct pprof_table {
	const char *what; /* "location" */
	size_t *at; /* of the message, in the file, with its length */
	uint64_t *ids;
	uint32_t *made; /* what the user has made of it; NONE: nothing yet */
	uint32_t count;
	bool in_order; /* ids are 1, 2, 3, ..., as everybody writes them */
	uint32_t *slots; /* else: by hash of the id, index + 1; 0: free */
	uint32_t slot_mask;
};

#define PPROF_TYPES_MAX 64

struct pprof_file {
	struct profile *p; /* borrowed, as is the next */
	const struct input *in;
	struct pprof_memory memory;
	struct pprof_table mappings, locations, functions;
	size_t *strings; /* as `at` above */
	uint32_t *string_ids; /* in p->strings; NONE: not asked for yet */
	uint32_t string_count;
	struct wire types[PPROF_TYPES_MAX];
	uint32_t type_count;
	struct wire period_type; /* at NULL: there is none */
	uint64_t period, time_ns, duration_ns; /* signed ones, as they are */
	uint64_t drop_frames, keep_frames, default_type; /* strings' numbers */
};

/* 0, or -1 after error(): it is cut off or no such file. */
int pprof_file_init(
	struct pprof_file *f, struct profile *p, const struct input *in);
void pprof_file_release(struct pprof_file *f);

/* "cannot read 'x.pb.gz': at byte 17: ..."; -1. */
#define pprof_bad(...) (pprof_complain(__VA_ARGS__), -1)
void pprof_complain(const struct pprof_file *f, const unsigned char *at,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The index of that id, or NONE. */
uint32_t pprof_search(const struct pprof_table *t, uint64_t id);

static inline uint32_t
pprof_find(const struct pprof_table *t, uint64_t id)
{
	if (!t->in_order)
		return pprof_search(t, id);
	return id - 1 < t->count ? (uint32_t)(id - 1) : NONE;
}

/* The message of an index. */
struct wire pprof_message(const struct pprof_file *f, size_t at);

/*
 * The string of that number, in place: not ended by a NUL. False if there is
 * none. pprof_string is its id in p->strings, NONE for "" or what is not there.
 */
bool pprof_text(const struct pprof_file *f, uint64_t number, struct wire *text);
uint32_t pprof_string(struct pprof_file *f, uint64_t number);

/* Is the string of that number this one? */
bool pprof_equals(
	const struct pprof_file *f, uint64_t number, const char *text);

#endif
