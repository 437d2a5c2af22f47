/* SPDX-License-Identifier: Apache-2.0 */
#include "state_status.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "amount.h"
#include "err.h"
#include "live_owner.h"
#include "profile.h"
#include "read.h"
#include "state_ask.h"
#include "text.h"
#include "units.h"

/* Text that another process wrote, made fit for a terminal. Caller frees. */
static char *
field(const char *text, size_t size)
{
	char *copy = xmalloc(size + 1), *visible;

	memcpy(copy, text, size);
	copy[size] = '\0';
	visible = text_visible(copy);
	free(copy);
	return visible;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "12 s", "3 min 20 s", "5 h 12 min", "3 d 4 h" */
static void
put_duration(FILE *out, uint64_t s)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" },
		{ 1, "s" } };
	int i = 0;

	while (i < 3 && s < units[i].seconds)
		i++;
	fprintf(out, "%" PRIu64 " %s", s / units[i].seconds, units[i].name);
	if (i < 3)
		fprintf(out, " %" PRIu64 " %s",
			s % units[i].seconds / units[i + 1].seconds,
			units[i + 1].name);
}

static uint64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t
monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
put_sampling(FILE *out, const struct hfs_header *h)
{
	uint32_t n = atomic_load(&h->interval_count);
	char size[UNITS_MAX];
	uint64_t bytes = 0;

	if (n > 0 && n <= HFS_INTERVALS)
		bytes = h->intervals[n - 1].bytes;
	fputs(atomic_load(&h->control.active) ? "active" : "dormant", out);
	if (bytes == 1)
		fputs(", every allocation", out);
	else if (bytes > 1)
		fprintf(out, ", N = %s",
			units_bytes(size, (int64_t)bytes, false));
	if (n > 1)
		fprintf(out, " (changed %u times)", n - 1);
	fputc('\n', out);
}

/* Phases lie anywhere in the file. */
static bool
read_phase(int fd, const struct hfs_header *h, uint32_t number,
	struct hfs_phase *p)
{
	off_t at;

	if (number == 0 || number > HFS_PHASES)
		return false;
	at = (off_t)atomic_load(&h->phases[number - 1]) << HFS_UNIT_SHIFT;
	return at != 0 && pread(fd, p, sizeof *p, at) == (ssize_t)sizeof *p;
}

static void
put_phase(FILE *out, const struct state_map *m)
{
	const struct hfs_header *h = m->header;
	uint32_t count = atomic_load(&h->phase_count);
	uint32_t open = atomic_load(&h->phase_open);
	struct hfs_phase p;
	char *name;

	if (count == 0)
		return;
	fputs("  phase     ", out);
	if (open && read_phase(m->fd, h, open, &p)) {
		name = field(p.name, sizeof p.name);
		fprintf(out, "'%s' for ", name);
		put_duration(out, (monotonic_ns() - h->start_ns - p.start_ns) /
					  1000000000);
		fputs("; ", out);
		free(name);
	} else {
		fputs("none; ", out);
	}
	fprintf(out, "%u so far\n", count);
}

/* "live 12.3 MiB in 4,567 objects" and what was allocated, as estimated. */
static void
put_figures(FILE *out, const char *path)
{
	struct value v[METRICS] = { { 0 } };
	char bytes[UNITS_MAX], count[UNITS_MAX];
	struct profile p;

	profile_init(&p);
	if (read_file(&p, path) == 0) {
		for (uint32_t i = 0; i < p.row_count; i++)
			for (int m = 0; m < METRICS; m++)
				v[m].sum += p.rows[i].v[m].sum;
		fprintf(out, "  live      %s in %s objects\n",
			units_bytes(bytes, (int64_t)v[INUSE_SPACE].sum, false),
			units_count(count, (int64_t)v[INUSE_OBJECTS].sum));
		fprintf(out, "  allocated %s in %s objects\n",
			units_bytes(bytes, (int64_t)v[ALLOC_SPACE].sum, false),
			units_count(count, (int64_t)v[ALLOC_OBJECTS].sum));
	}
	profile_release(&p);
}

static void
put_losses(FILE *out, const struct hfs_header *h)
{
	uint64_t lost = 0;
	char count[UNITS_MAX];

	for (int i = 0; i < HFS_LOSSES; i++)
		lost += atomic_load(&h->lost[i]);
	fprintf(out, "  samples   %s taken",
		units_count(count, (int64_t)atomic_load(&h->samples)));
	if (lost > 0)
		fprintf(out, ", %s lost", units_count(count, (int64_t)lost));
	fputc('\n', out);
}

/* As of now; of a process that is gone, as it was last noted. */
static void
put_rss(FILE *out, const struct hfs_header *h, const char *path)
{
	char rss[UNITS_MAX], highest[UNITS_MAX];
	struct live_owner owner;
	struct live_rss now;

	live_owner_find(&owner, path, h);
	if (owner.fate != LIVE_RUNNING || !live_owner_rss(&owner, &now)) {
		if (atomic_load(&h->rss.ns) == 0)
			return;
		now.rss = atomic_load(&h->rss.rss);
		now.highest = atomic_load(&h->rss.highest);
	}
	fprintf(out, "  RSS       %s, at the highest %s\n",
		units_bytes(rss, (int64_t)now.rss, false),
		units_bytes(highest, (int64_t)now.highest, false));
}

static void
put_request(FILE *out, const struct hfs_header *h)
{
	const char *name = state_request_name(state_pending(&h->control));

	if (name)
		fprintf(out,
			"  pending   '%s': it allocated nothing since it was "
			"asked\n",
			name);
}

static void
put_status(FILE *out, const struct state_map *m, const char *path)
{
	const struct hfs_header *h = m->header;
	char *exe = field(h->exe, sizeof h->exe);
	char *prefix = field(h->prefix, sizeof h->prefix);
	char *where = text_visible(path);
	uint64_t now = clock_ms();

	fprintf(out, "%s, pid %u: ", base_name(exe), h->pid);
	if (state_is_alive(m))
		put_sampling(out, h);
	else
		fputs("has ended\n", out);
	fputs("  age       ", out);
	put_duration(out,
		now > h->start_wall_ms ? (now - h->start_wall_ms) / 1000 : 0);
	fputc('\n', out);
	put_phase(out, m);
	put_figures(out, path);
	put_losses(out, h);
	put_rss(out, h, path);
	put_request(out, h);
	fprintf(out, "  dumps     %" PRIu64 ", to %s.*\n",
		atomic_load(&h->dumps), prefix);
	fprintf(out, "  state     %s\n", where);
	free(exe);
	free(prefix);
	free(where);
}

int
state_status(FILE *out, const char *path)
{
	struct state_map m;

	if (state_map(&m, path, false) < 0)
		return -1;
	put_status(out, &m, path);
	state_unmap(&m);
	return 0;
}
