/* SPDX-License-Identifier: Apache-2.0 */
#include "dump.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "allocator.h"
#include "control.h"
#include "folder.h"
#include "helper.h"
#include "identity.h"
#include "maps.h"
#include "options.h"
#include "rss.h"
#include "sampler.h"
#include "say.h"
#include "state_file.h"
#include "text.h"
#include "thread.h"
#include "write_dump.h"

#define FEW_SAMPLES    8
#define BUFFER	       65536
#define NOTE_NS	       1000000000
#define NEW_MODULES_NS 10000000

/* One at a time: whoever has claimed the helper fills it in. */
static struct job {
	struct hf_region *region;
	struct hf_dump_reason why;
	struct hf_folder folder;
	char buffer[BUFFER];
	char path[HF_TEXT_MAX + 512]; /* of what was written */
	bool done;
} job;

void
hf_dump_schedule(void)
{
	atomic_store(&hf_wiped->next_dump_ns,
		hf_options.dump_seconds
			? hf_state_clock() +
				  hf_options.dump_seconds * 1000000000
			: UINT64_MAX);
	hf_wiped->new_modules = 1;
	hf_wiped->new_modules_wait = NEW_MODULES_NS;
	atomic_store(&hf_wiped->next_dump_bytes,
		hf_options.dump_bytes ? hf_options.dump_bytes : UINT64_MAX);
}

/*
 * A tiny process that nobody asked about leaves nothing, nor does one that
 * nobody woke.
 */
static bool
of_no_interest(const struct hfs_header *h)
{
	if (!hf_options.active && atomic_load(&h->samples) == 0)
		return true;
	return !hf_options.sample_given &&
	       hf_control_interval(hf_control_current()) > 1 &&
	       atomic_load(&h->samples) < FEW_SAMPLES;
}

static bool
write_file(struct job *j)
{
	struct hf_text out = { j->buffer, BUFFER, 0, -1, false, 0 };
	uint64_t live;
	long fd = hf_folder_create(&j->folder);

	if (fd < 0)
		return false;
	out.fd = (int)fd;
	live = hf_write_dump(&out, j->region, &j->why);
	hf_text_flush(&out);
	/* A disk that is full may say so only now. */
	if (hf_sys3(SYS_close, fd, 0, 0) != 0 || out.failed) {
		hf_folder_abandon(&j->folder);
		j->folder.error = -ENOSPC; /* nearly always */
		return false;
	}
	return hf_folder_commit(&j->folder, &j->why, out.written, live);
}

static void
name_path(struct job *j)
{
	struct hf_text t = { j->path, sizeof j->path - 1, 0, -1, false, 0 };
	const char *folder = j->folder.path ? j->folder.path : "";
	const char *slash = strrchr(folder, '/');

	if (slash)
		hf_text_bytes(&t, folder, (size_t)(slash - folder) + 1);
	hf_text_string(&t, j->folder.name);
	hf_text_end(&t);
}

/* Elsewhere it may work; where there is no room there is none. */
static bool
try_elsewhere(long error)
{
	return error == -EACCES || error == -EPERM || error == -EROFS ||
	       error == -ENOENT;
}

/* In the helper. */
static void
write_dump(void *data)
{
	struct job *j = data;
	bool open = hf_folder_open(&j->folder);

	hf_identity_ancestors(j->region->header);
	hf_rss_note(j->region->header);
	if (j->why.kind == 'f' || j->why.kind == 'm')
		hf_rss_note_stacks(j->region->header);
	hf_rss_history(j->region);
	while (open && !j->done) {
		j->done = hf_folder_prepare(
				  &j->folder, j->region->header, &j->why) &&
			  write_file(j);
		if (!j->done)
			open = try_elsewhere(j->folder.error) &&
			       hf_folder_open_next(&j->folder);
	}
	hf_folder_close(&j->folder);
	name_path(j);
	if (!j->done)
		hf_state_lost(j->region, HFS_LOST_DUMP);
	else if (j->why.kind == 'f') {
		j->region->header->ended = HFS_DUMPED;
		hf_state_file_remove();
	}
}

/*
 * In the helper: what the live state needs to know of the process beside what
 * its threads write, so that it is as good as a dump if the process is killed.
 */
static void
write_note(void *data)
{
	struct job *j = data;

	hf_identity_ancestors(j->region->header);
	hf_rss_note(j->region->header);
	hf_rss_history(j->region);
	if (atomic_exchange(&hf_wiped->new_modules, 0)) {
		uint32_t before = j->region->header->module_count;

		if (!hf_maps_modules(j->region))
			hf_wiped->new_modules = 1;
		if (j->region->header->module_count != before)
			hf_wiped->new_modules_wait = NEW_MODULES_NS;
		else if (hf_wiped->new_modules_wait < NOTE_NS)
			hf_wiped->new_modules_wait *= 2;
	}
}

static void
remove_state(void *unused)
{
	(void)unused;
	hf_state_file_remove();
}

/* Fills in the job; the helper is claimed. */
static void
prepare(struct hf_region *r, char kind)
{
	struct timespec now;
	static const char kinds[] = "itm";

	clock_gettime(CLOCK_REALTIME, &now);
	job.region = r;
	job.done = false;
	job.why = (struct hf_dump_reason){ .kind = kind,
		.sequence = (uint32_t)atomic_fetch_add(&r->header->dumps, 1),
		.wall_ms = (uint64_t)now.tv_sec * 1000 +
			   (uint64_t)now.tv_nsec / 1000000,
		.now_ns = hf_state_clock(),
		.no_state = hf_state_file_problem() };
	for (int i = 0; i < 3; i++)
		if (kinds[i] == kind)
			job.why.number = hf_wiped->dump_numbers[i]++;
}

static const char *
reason_of(long error)
{
	switch (-error) {
	case EACCES:
	case EPERM:
		return "permission denied";
	case EROFS:
		return "read-only filesystem";
	case ENOENT:
	case ENOTDIR:
		return "no such folder";
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return "no room";
	}
	return "it can't be written";
}

/*
 * What became of the last dump, on a host's thread, since the helper has no
 * descriptor to say it on. A failure is said once, and at the end.
 */
static void
tell(void)
{
	static _Atomic bool complained;

	if (!job.why.kind) /* a note */
		return;
	if (job.done) {
		/* Somebody who named a place must know of another one. */
		if (hf_options.verbose ||
			(hf_options.prefix[0] && job.folder.tried > 1 &&
				!atomic_exchange(&complained, true)))
			hf_say("wrote ", job.path, NULL);
	} else if (job.why.kind == 'f' || !atomic_exchange(&complained, true)) {
		hf_say("cannot write ",
			job.why.kind == 'f' ? "the final " : "a ", "dump to ",
			hf_identity.prefix, ".*: ", reason_of(job.folder.error),
			NULL);
	}
}

/*
 * We run in a child by vfork or clone that shares our parent's memory: what
 * we started would be that child's child.
 */
static bool
in_borrowed_memory(const struct hf_region *r)
{
	return hf_state() != r ||
	       hf_sys3(SYS_getpid, 0, 0, 0) != (long)r->header->pid;
}

static void
start_dump(struct hf_region *r, char kind)
{
	bool ended;

	if (in_borrowed_memory(r) || hf_helper_would_be_init() ||
		!hf_helper_claim(&ended)) {
		hf_state_lost(r, HFS_LOST_DUMP);
		return;
	}
	if (ended)
		tell();
	prepare(r, kind);
	if (!hf_helper_run(write_dump, &job, false))
		hf_state_lost(r, HFS_LOST_DUMP);
}

static void
start_note(struct hf_region *r, uint64_t now_ns)
{
	bool ended;

	atomic_store(&hf_wiped->next_note_ns, now_ns + NOTE_NS);
	if (in_borrowed_memory(r) || hf_helper_would_be_init() ||
		!hf_helper_claim(&ended))
		return;
	if (ended)
		tell();
	job.region = r;
	job.why.kind = '\0';
	hf_helper_run(write_note, &job, false);
}

/* Says what became of the one before, as soon as it has ended. */
static void
finish_dump(void)
{
	bool ended;

	if (!hf_helper_claim(&ended))
		return;
	if (ended)
		tell();
	hf_helper_release();
}

/*
 * Once a second; sooner after code was met of an object that is new to us, but
 * less and less so where nothing is found (code of a JIT).
 */
static bool
note_is_due(uint64_t now_ns)
{
	uint64_t due = atomic_load_explicit(
		&hf_wiped->next_note_ns, memory_order_relaxed);

	if (now_ns >= due)
		return true;
	return HF_UNLIKELY(hf_wiped->new_modules) &&
	       now_ns + NOTE_NS >= due + hf_wiped->new_modules_wait;
}

/* Takes the turn of whoever is first past the mark. */
static bool
past(_Atomic uint64_t *mark, uint64_t value, uint64_t step)
{
	uint64_t old = atomic_load_explicit(mark, memory_order_relaxed);

	return value >= old && atomic_compare_exchange_strong(
				       mark, &old, value - value % step + step);
}

void
hf_dump_if_due(struct hf_region *r, uint64_t now_ns)
{
	struct hfs_header *h = r->header;
	uint64_t allocated =
		atomic_load_explicit(&h->allocated, memory_order_relaxed) >>
		HF_BYTES_SHIFT;

	if (hf_state() != r)
		return;
	if (hf_helper_ended() && !in_borrowed_memory(r))
		finish_dump();
	/* A dump that is due comes after the note that is being written. */
	if (!job.why.kind && hf_helper_busy())
		return;
	if (past(&hf_wiped->next_dump_bytes, allocated,
		    hf_options.dump_bytes ? hf_options.dump_bytes : 1)) {
		if (!of_no_interest(h))
			start_dump(r, 'i');
	} else if (now_ns >= atomic_load_explicit(&hf_wiped->next_dump_ns,
				     memory_order_relaxed)) {
		atomic_store(&hf_wiped->next_dump_ns,
			now_ns + hf_options.dump_seconds * 1000000000);
		if (!of_no_interest(h))
			start_dump(r, 't');
	} else if (note_is_due(now_ns)) {
		start_note(r, now_ns);
	}
}

/* What it allocates itself is nobody's. */
static void
ask_allocator(struct hf_region *r)
{
	/* Of a threaded parent: its locks may be held by nobody's thread. */
	if (hf_wiped->forked_from_threads)
		return;
	hf_thread.busy++;
	hf_allocator_note(r->header);
	hf_thread.busy--;
}

bool
hf_dump_now(struct hf_region *r, bool ask)
{
	bool ended, done;

	if (in_borrowed_memory(r) || hf_helper_would_be_init() ||
		!hf_helper_claim_waiting(&ended)) {
		hf_state_lost(r, HFS_LOST_DUMP);
		return false;
	}
	if (ended)
		tell();
	if (ask)
		ask_allocator(r);
	prepare(r, 'm');
	if (!hf_helper_run(write_dump, &job, true))
		return false;
	tell();
	done = job.done;
	hf_helper_release();
	return done;
}

void
hf_dump_final(bool ask)
{
	struct hf_region *r = hf_state();
	bool ended;

	if (!r || in_borrowed_memory(r))
		return;
	/* exit() in a signal handler that interrupted this very file */
	if (hf_thread.busy)
		return;
	if (!hf_helper_claim_waiting(&ended)) {
		hf_state_lost(r, HFS_LOST_DUMP);
		return;
	}
	if (ended)
		tell();
	if (of_no_interest(r->header)) {
		hf_helper_run(remove_state, NULL, true);
		return;
	}
	if (ask)
		ask_allocator(r);
	prepare(r, 'f');
	/* It stays claimed: there is no dump after the final one. */
	if (hf_helper_run(write_dump, &job, true))
		tell();
	else
		hf_say("no final dump: the kernel makes no helper process",
			NULL);
}
