/* SPDX-License-Identifier: Apache-2.0 */
/* `heapflame bundle`: dumps and the names that they need, in one file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "cmd.h"
#include "err.h"
#include "runs.h"
#include "runs_files.h"
#include "state_map.h"
#include "symbolize.h"
#include "units.h"
#include "write.h"
#include "write_bundle.h"

const char help_bundle[] =
	"usage: heapflame bundle [OPTION]... [FILE|FOLDER]...\n"
	"Put dumps, and the names of all functions in them, into one file, "
	"which every\n"
	"command reads on any machine, without the programs. No FILE: the "
	"newest run\n"
	"here.\n"
	"\n"
	"  -o, --output FILE  where to (default: named after the dumps, with "
	".hfb, here)\n"
	"  --all              every run found (default: the newest only)\n"
	"  --help             this text\n"
	"\n"
	"  heapflame bundle -o server.hfb heapflame.server.4711\n"
	"  heapflame report server.hfb\n"
	"  tar -xf server.hfb    takes the dumps out again\n";

struct bundling {
	struct profile p; /* every address, and no figures */
	bool last; /* only the last dump of each process is read */
	struct bundled *list;
	size_t count, capacity;
	char **running; /* names of states of processes that run */
	size_t running_count, running_capacity;
};

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
	if (read_earlier(b, d) < 0)
		return -1;
	return list_dump(b, d->file);
}

/* "server.4711-19aa1c05e2f.3.f.hfb", here; caller frees. */
static char *
default_path(const struct bundling *b)
{
	const struct bundled *d = &b->list[0];
	const char *origin = d->run_folder ? d->run_folder : d->name;
	const char *slash = strrchr(origin, '/');
	size_t n;

	origin = slash ? slash + 1 : origin;
	n = strlen(origin);
	if (n > 5 && strcmp(origin + n - 5, ".heap") == 0)
		n -= 5;
	return xasprintf("%.*s.hfb", (int)n, origin);
}

static int
bundle(struct bundling *b, const struct args *a)
{
	char *path = a->output ? xstrdup(a->output) : default_path(b);
	struct output out;
	int rc = output_open(&out, path);

	if (rc == 0)
		rc = write_bundle(out.stream, &b->p, b->list, b->count);
	if (rc == 0)
		rc = output_commit(&out);
	else
		output_abandon(&out);
	if (rc == 0 && strcmp(path, "-") != 0)
		hint("heapflame: wrote '%s': %zu dump%s, %u modules", path,
			b->count, b->count == 1 ? "" : "s", b->p.module_count);
	free(path);
	return rc;
}

static void
release(struct bundling *b)
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
static int
gather(struct bundling *b, const struct args *a)
{
	int pid = a->file_count == 1 ? state_pid(a->files[0]) : 0, rc;
	char *root = pid > 0 ? state_root_of(a->files[0]) : NULL;

	profile_symbolize_of(pid, root);
	b->last = true;
	rc = runs_each(a->files, a->file_count, a->all, visit, b);
	if (rc == 0) {
		profile_symbolize(&b->p);
		profile_clear(&b->p);
		b->last = false;
		rc = runs_each(a->files, a->file_count, a->all, visit, b);
	}
	profile_symbolize_of(0, NULL);
	free(root);
	return rc;
}

int
cmd_bundle(int argc, char **argv)
{
	struct args a = { .accept = ARGS_OUTPUT };
	struct bundling b = { 0 };
	int rc;

	if (args_parse(&a, NULL, argc, argv) < 0)
		return EXIT_USAGE;
	profile_init(&b.p);
	rc = gather(&b, &a);
	if (rc == 0)
		rc = bundle(&b, &a);
	release(&b);
	args_release(&a);
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}
