/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of code that is in no file, where several processes have code at the
 * same addresses, and where pids come round again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "dumps.h"
#include "profile.h"
#include "symbolize.h"

#define FIRST  1111111 /* no pids of this machine */
#define SECOND 2222222

static void
write_map(const char *folder, int pid, const char *text)
{
	char name[64];

	snprintf(name, sizeof name, "tmp/perf-%d.map", pid);
	write_file(folder, name, text, strlen(text));
}

/* A process with one stack of one address of no file. */
static void
add_process(struct profile *p, int pid, uint64_t address, int64_t start_ms,
	int64_t end_ms, const char *parent)
{
	struct process it = { .exe = NONE,
		.id = NONE,
		.boot = NONE,
		.parent = NONE,
		.ancestors = NONE,
		.no_state = NONE,
		.source = NONE,
		.pid = pid,
		.start_ms = start_ms,
		.end_ms = end_ms };
	uint32_t location = profile_location(p, NONE, address), stack, process;

	if (parent != NULL)
		it.parent = strtab_add(&p->strings, parent);
	stack = profile_stack(p, &location, 1, false);
	process = profile_process(p, it);
	profile_row(p, stack, process, NONE, NONE, NONE);
}

/* What the location is called; "" if it has no frame. */
static const char *
name_of(const struct profile *p, uint32_t location)
{
	const struct location *l = &p->locations[location];

	if (l->depth == 0)
		return "";
	return strtab_get(&p->strings,
		p->functions[p->frames[p->location_frames[l->first]].function]
			.name);
}

static char *
new_root(void)
{
	char *folder = new_folder(), path[300];

	snprintf(path, sizeof path, "%s/tmp", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	return folder;
}

static void
each_process_has_its_own_map(void **state)
{
	char *root = new_root();
	struct profile p;

	write_map(root, FIRST, "1000 100 one\n2000 100 same\n3000 10 mine\n");
	write_map(root, SECOND, "1000 100 two\n2000 100 same\n");
	profile_init(&p);
	add_process(&p, FIRST, 0x1010, 0, 0, NULL); /* disputed */
	add_process(&p, FIRST, 0x2010, 0, 0, NULL); /* agreed */
	add_process(&p, FIRST, 0x3010, 0, 0, NULL); /* the end counts */
	add_process(&p, FIRST, 0x4010, 0, 0, NULL); /* nobody's */
	add_process(&p, SECOND, 0x1010, 0, 0, NULL);
	add_process(&p, SECOND, 0x2010, 0, 0, NULL);
	profile_symbolize_of(0, root);
	profile_symbolize(&p);
	assert_string_equal(name_of(&p, 0), "[0x1010]");
	assert_string_equal(name_of(&p, 1), "same");
	assert_string_equal(name_of(&p, 2), "mine");
	assert_string_equal(name_of(&p, 3), "[0x4010]");
	assert_int_not_equal(p.no_module_why, NONE);
	profile_release(&p);
	profile_symbolize_of(0, NULL);
	remove_folder(root);
}

static void
a_forked_child_runs_its_parents_code(void **state)
{
	char *root = new_root(), parent[64];
	struct profile p;
	int64_t now_ms = (int64_t)time(NULL) * 1000;

	write_map(root, FIRST, "1000 100 inherited\n");
	snprintf(parent, sizeof parent, "%d-%llx", FIRST,
		(unsigned long long)now_ms - 1000);
	profile_init(&p);
	add_process(&p, SECOND, 0x1010, now_ms, now_ms, parent);
	profile_symbolize_of(0, root);
	profile_symbolize(&p);
	assert_string_equal(name_of(&p, 0), "inherited");
	assert_int_equal(p.no_module_why, NONE);
	profile_release(&p);
	profile_symbolize_of(0, NULL);
	remove_folder(root);
}

static void
a_map_of_another_time_is_not_used(void **state)
{
	char *root = new_root();
	int64_t now_ms = (int64_t)time(NULL) * 1000, hour = 3600000;
	const int64_t lives[][2] = { { now_ms + hour, now_ms + 2 * hour },
		{ now_ms - 2 * hour, now_ms - hour } };

	write_map(root, FIRST, "1000 100 stranger\n");
	profile_symbolize_of(0, root);
	for (int i = 0; i < 2; i++) {
		struct profile p;

		profile_init(&p);
		add_process(&p, FIRST, 0x1010, lives[i][0], lives[i][1], NULL);
		profile_symbolize(&p);
		assert_string_equal(name_of(&p, 0), "[0x1010]");
		assert_non_null(strstr(strtab_get(&p.strings, p.no_module_why),
			"of another process"));
		profile_release(&p);
	}
	profile_symbolize_of(0, NULL);
	remove_folder(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_process_has_its_own_map),
		cmocka_unit_test(a_forked_child_runs_its_parents_code),
		cmocka_unit_test(a_map_of_another_time_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
