/* SPDX-License-Identifier: Apache-2.0 */
/* What a report is called after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "write.h"

static void
contains(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		fail_msg("'%s' is not in:\n%s", wanted, text);
}

/* A worker holds more; the server is what was started. */
static void
a_server_gives_its_name_not_a_worker(void **state)
{
	struct profile p;
	char *text = NULL;
	uint32_t server, worker;

	profile_init(&p);
	worker = hand_process(&p, 8, PROCESS_RUNNING, 1);
	server = hand_process(&p, 7, PROCESS_RUNNING, 1);
	p.processes[server].samples = 1;
	p.processes[worker].samples = 1000;
	HAND_TEXT(text, out, write_text_program(out, &p));
	contains(text, "prog (pid 8)");
	free(text);
	p.processes[worker].parent = p.processes[server].id;
	HAND_TEXT(text, out, write_text_program(out, &p));
	contains(text, "prog (pid 7)");
	free(text);
	/* What is its own forebear ends nowhere. */
	p.processes[server].parent = p.processes[worker].id;
	HAND_TEXT(text, out, write_text_program(out, &p));
	contains(text, "prog (pid ");
	free(text);
	/* A wrapper is not meant. */
	p.processes[server].parent = NONE;
	p.processes[server].exe = strtab_add(&p.strings, "/bin/sh");
	HAND_TEXT(text, out, write_text_program(out, &p));
	contains(text, "prog (pid 8)");
	free(text);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_gives_its_name_not_a_worker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
