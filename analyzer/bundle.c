/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dumps are gone through twice: what commands show is read together, then
 * each earlier dump by itself, for its addresses alone.
 */
#include "bundle.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "read.h"
#include "read_bundle.h"
#include "runs.h"
#include "runs_files.h"
#include "state_map.h"
#include "symbolize.h"
#include "write.h"

/* What commands show: the last dumps together, as they load them. */
static int
read_last(struct bundling *b, const struct runs_dump *d)
{
	struct profile one;
	int status;

	if (!d->last)
		return 0;
	profile_init(&one);
	status = runs_dump_read(d, &one);
	if (status == 0)
		profile_add(&b->p, &one);
	if (status == 0 && d->file->head.live && one.process_count > 0 &&
		one.processes[0].state == PROCESS_RUNNING) {
		GROW(b->running, b->running_count, b->running_capacity);
		b->running[b->running_count++] = xstrdup(d->file->path);
	}
	profile_release(&one);
	return status < 0 && d->file->named ? -1 : 0;
}

/* The earlier ones, one at a time: only their addresses are kept. */
static int
read_earlier(struct bundling *b, const struct runs_dump *d)
{
	struct profile one;
	int status;

	if (d->last)
		return 0;
	profile_init(&one);
	status = runs_dump_read(d, &one);
	if (status == 0) {
		profile_add(&b->p, &one);
		profile_symbolize(&b->p);
		profile_clear(&b->p);
	}
	profile_release(&one);
	return status < 0 && d->file->named ? -1 : 0;
}

static bool
is_running(const struct bundling *b, const struct runs_file *file)
{
	for (size_t i = 0; file->head.live && i < b->running_count; i++)
		if (strcmp(b->running[i], file->path) == 0)
			return true;
	return false;
}

static int64_t
changed_ms(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

static int
list_dump(struct bundling *b, const struct runs_file *file)
{
	struct bundled d = { .name = xstrdup(file->path),
		.named = file->named };

	if (file->bundle != NULL) {
		const struct bundle_member *m =
			&file->bundle->members[file->member];

		d.path = xstrdup(file->bundle->path);
		d.offset = m->offset;
		d.extent = m->length;
		d.running = m->running;
		d.changed_ms = m->changed_ms;
	} else {
		d.path = xstrdup(file->path);
		d.running = is_running(b, file);
		d.changed_ms = changed_ms(file->path);
	}
	if (file->run_folder != NULL)
		d.run_folder = xstrdup(file->run_folder);
	GROW(b->list, b->count, b->capacity);
	b->list[b->count++] = d;
	if (file->bundle != NULL)
		return 0;
	return read_extent(file->path, &b->list[b->count - 1].extent);
}

/* It is read for its addresses, and once more for its bytes. */
static int
check_file(const struct runs_file *file)
{
	struct stat st;

	if (file->bundle != NULL ||
		(stat(file->path, &st) == 0 && S_ISREG(st.st_mode)))
		return 0;
	return error("'%s' is no file that can be read twice", file->path);
}

static int
visit(void *context, const struct runs_dump *d)
{
	struct bundling *b = context;

	if (check_file(d->file) < 0)
		return -1;
	if (b->last)
		return read_last(b, d);
	if (b->only_last && !d->last)
		return 0;
	if (read_earlier(b, d) < 0)
		return -1;
	return list_dump(b, d->file);
}

int
bundle_write(const struct bundling *b, const char *path)
{
	struct output out;
	int rc = output_open(&out, path);

	if (rc == 0)
		rc = write_bundle(out.stream, &b->p, b->list, b->count);
	if (rc == 0)
		return output_commit(&out);
	output_abandon(&out);
	return rc;
}

void
bundle_release(struct bundling *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free(b->list[i].path);
		free(b->list[i].name);
		free(b->list[i].run_folder);
	}
	for (size_t i = 0; i < b->running_count; i++)
		free(b->running[i]);
	free(b->list);
	free(b->running);
	profile_release(&b->p);
}

/* The files of one running process are looked for where that one sees them. */
int
bundle_gather(struct bundling *b, char *const *names, int count, bool all)
{
	int pid = count == 1 ? state_pid(names[0]) : 0, rc;
	char *root = pid > 0 ? state_root_of(names[0]) : NULL;

	profile_init(&b->p);
	profile_symbolize_of(pid, root);
	b->last = true;
	rc = runs_each(names, count, all, visit, b);
	if (rc == 0) {
		profile_symbolize(&b->p);
		profile_clear(&b->p);
		b->last = false;
		rc = runs_each(names, count, all, visit, b);
	}
	profile_symbolize_of(0, NULL);
	free(root);
	return rc;
}
