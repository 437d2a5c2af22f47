/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The merged file is written anew, with the keys of those that come in now, and
 * takes the old one's place; then their own files go. Whoever reads the folder
 * in between, or after we were killed, passes over files of a process that the
 * merged one says it has.
 */
#include "run_merge.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "folder.h"
#include "heapflame_state.h"
#include "read.h"
#include "run_merge_sum.h"
#include "runs.h"
#include "write.h"

#define KEPT	    (RUN_MERGE_MOST / 2)
#define STACK_BYTES 400

/* The files of one process: "<stem>.<id>.*.heap", "<exe>.<id>.live". */
struct ended {
	char *id;
	char *last; /* name of the one that counts; NULL: it has not ended */
	bool final; /* a final dump, which counts before a live state */
	off_t size; /* of it */
	bool goes; /* into the merged file */
};

struct names {
	char **list;
	size_t count, capacity;
};

struct found {
	struct names names;
	struct ended *list; /* sorted by id */
	size_t count, capacity;
};

/* "<pid>-<start>" at the begin of s; returns its length, or 0. */
static size_t
id_length(const char *s)
{
	size_t pid = strspn(s, "0123456789"), start;

	if (pid == 0 || s[pid] != '-')
		return 0;
	start = strspn(s + pid + 1, "0123456789abcdef");
	return start > 0 ? pid + 1 + start : 0;
}

static bool
ends_in(const char *s, const char *ending)
{
	size_t n = strlen(s), m = strlen(ending);

	return n > m && strcmp(s + n - m, ending) == 0;
}

/* The id in the name of a file of this run; its length in *n. Or NULL. */
static const char *
id_in(const char *name, const char *stem, size_t *n)
{
	size_t length = strlen(stem);
	const char *dot;

	if (ends_in(name, ".live")) {
		for (dot = name + strlen(name) - 6; dot > name && *dot != '.';)
			dot--;
		*n = id_length(dot + 1);
		return *n > 0 && strcmp(dot + 1 + *n, ".live") == 0 ? dot + 1
								    : NULL;
	}
	if (!ends_in(name, ".heap") || strncmp(name, stem, length) != 0 ||
		name[length] != '.')
		return NULL;
	*n = id_length(name + length + 1);
	return *n > 0 && name[length + 1 + *n] == '.' ? name + length + 1
						      : NULL;
}

static void
list_names(struct names *names, const struct run_merge *m)
{
	DIR *d = opendir(m->files->folder);
	struct dirent *e;
	size_t n;

	while (d && (e = readdir(d))) {
		if (!id_in(e->d_name, run_files_stem(m->files), &n))
			continue;
		GROW(names->list, names->count, names->capacity);
		names->list[names->count++] = xstrdup(e->d_name);
	}
	if (d)
		closedir(d);
}

static int
by_id(const void *a, const void *b)
{
	const struct ended *x = a, *y = b;

	return strcmp(x->id, y->id);
}

/* One entry a name, then those of one id made one. */
static void
find_ended(struct found *f, const struct run_merge *m)
{
	size_t n, kept = 0;

	list_names(&f->names, m);
	for (size_t i = 0; i < f->names.count; i++) {
		char *name = f->names.list[i];
		const char *id = id_in(name, run_files_stem(m->files), &n);
		struct ended e = { .id = xasprintf("%.*s", (int)n, id),
			.final = ends_in(name, ".f.heap") };

		if (e.final || ends_in(name, ".live"))
			e.last = name;
		GROW(f->list, f->count, f->capacity);
		f->list[f->count++] = e;
	}
	if (f->count > 0)
		qsort(f->list, f->count, sizeof *f->list, by_id);
	for (size_t i = 0; i < f->count; i++) {
		struct ended *e = &f->list[i], *to = &f->list[kept - 1];

		if (kept == 0 || strcmp(to->id, e->id) != 0) {
			f->list[kept++] = *e;
			continue;
		}
		if (e->last && (!to->last || e->final)) {
			to->last = e->last;
			to->final = e->final;
		}
		free(e->id);
	}
	f->count = kept;
}

static void
release(struct found *f)
{
	for (size_t i = 0; i < f->names.count; i++)
		free(f->names.list[i]);
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].id);
	free(f->names.list);
	free(f->list);
}

static size_t
count_ended(const struct found *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->list[i].last != NULL;
	return n;
}

size_t
run_merge_count(const struct run_merge *m)
{
	struct found f = { .count = 0 };
	size_t n;

	find_ended(&f, m);
	n = count_ended(&f);
	release(&f);
	return n;
}

static int
by_size(const void *a, const void *b)
{
	const struct ended *x = *(struct ended *const *)a;
	const struct ended *y = *(struct ended *const *)b;

	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* A live state is of pages; in a dump each stack takes a few lines. */
static off_t
size_of(const char *path)
{
	uint32_t stacks = 0;
	struct stat st;
	int fd;

	if (!ends_in(path, ".live"))
		return stat(path, &st) == 0 ? st.st_size : 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (pread(fd, &stacks, sizeof stacks,
		    offsetof(struct hfs_header, stack_count)) < 0)
		stacks = 0;
	close(fd);
	return (off_t)stacks * STACK_BYTES;
}

/* What takes the most room tells the most. */
static void
choose(struct found *f, const struct run_merge *m)
{
	struct ended **order = xcalloc(f->count + 1, sizeof *order);
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct ended *e = &f->list[i];
		char *path;

		if (!e->last || strtol(e->id, NULL, 10) == (long)m->program)
			continue;
		path = xasprintf("%s/%s", m->files->folder, e->last);
		e->size = size_of(path);
		free(path);
		order[n++] = e;
	}
	if (n > 0)
		qsort(order, n, sizeof(struct ended *), by_size);
	for (size_t i = KEPT; i < n; i++)
		order[i]->goes = true;
	free(order);
}

/* All files of those that have gone in. */
static void
remove_files(const struct found *f, const struct run_merge *m)
{
	for (size_t i = 0; i < f->names.count; i++) {
		const char *name = f->names.list[i];
		size_t n;
		const char *id = id_in(name, run_files_stem(m->files), &n);
		struct ended key = { .id = xasprintf("%.*s", (int)n, id) };
		struct ended *e = bsearch(
			&key, f->list, f->count, sizeof *f->list, by_id);
		char *path = xasprintf("%s/%s", m->files->folder, name);

		if (e && e->goes)
			unlink(path);
		free(path);
		free(key.id);
	}
}

/* Those that the file had in it already, had we not been killed. */
static void
drop_old(struct found *f, const struct run_merge *m, const char *path)
{
	struct head h;

	if (read_head(&h, path) < 0)
		return;
	for (size_t i = 0; i < h.was_count; i++) {
		char *slash = strrchr(h.was[i], '/');
		struct ended key = { .id = slash ? slash + 1 : h.was[i] };
		struct ended *e = f->count == 0
					  ? NULL
					  : bsearch(&key, f->list, f->count,
						    sizeof *f->list, by_id);

		if (e)
			e->goes = true;
	}
	head_release(&h);
	remove_files(f, m);
	for (size_t i = 0; i < f->count; i++) {
		if (f->list[i].goes)
			f->list[i].last = NULL;
		f->list[i].goes = false;
	}
}

static int
write_file(const struct run_merge *m, const struct merge_sum *sum,
	const char *path)
{
	char *id = xasprintf("0-%" PRIx64, m->id);
	struct merged merged = { .p = &sum->p,
		.id = id,
		.was = sum->was,
		.was_count = sum->was_count };
	struct output o;
	int result = output_open(&o, path);

	if (result == 0) {
		result = write_merged(o.stream, &merged);
		if (result == 0)
			result = output_commit(&o);
		else
			output_abandon(&o);
	}
	free(id);
	return result;
}

static size_t
merge(struct found *f, const struct run_merge *m, const char *path)
{
	struct merge_sum sum;
	size_t n = 0;

	merge_sum_init(&sum);
	if (access(path, F_OK) == 0 && merge_sum_begin(&sum, path) < 0) {
		merge_sum_release(&sum);
		return 0;
	}
	for (size_t i = 0; i < f->count; i++) {
		struct ended *e = &f->list[i];
		char *file;

		if (!e->goes)
			continue;
		file = xasprintf("%s/%s", m->files->folder, e->last);
		e->goes = merge_sum_add(&sum, file) == 0;
		n += e->goes;
		free(file);
	}
	merge_sum_end(&sum);
	if (n > 0 && write_file(m, &sum, path) == 0)
		remove_files(f, m);
	else
		n = 0;
	merge_sum_release(&sum);
	return n;
}

size_t
run_merge(const struct run_merge *m)
{
	char *path = xasprintf("%s/%s%s0-%" PRIx64 ".heap", m->files->folder,
		run_files_stem(m->files), FOLDER_MERGED, m->id);
	struct found f = { .count = 0 };
	size_t n = 0;

	find_ended(&f, m);
	if (access(path, F_OK) == 0)
		drop_old(&f, m, path);
	if (count_ended(&f) > RUN_MERGE_MOST) {
		choose(&f, m);
		n = merge(&f, m, path);
	}
	release(&f);
	free(path);
	return n;
}
