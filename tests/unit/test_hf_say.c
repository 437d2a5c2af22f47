/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: whole lines, few, and only into what fd 2 was at start. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "hf_shared.h"
#include "say.h"
#include "stderr.h"

static struct said said;

static void
begin(void)
{
	said_begin(&said);
	hf_say_start();
}

static void
a_message_is_one_line(void **state)
{
	char number[24];

	begin();
	hf_say("cannot ", "write ", hf_say_number(number, UINT64_MAX), NULL);
	assert_string_equal(said_end(&said),
		"heapflame: cannot write 18446744073709551615\n");
}

static void
control_characters_do_not_reach_the_terminal(void **state)
{
	begin();
	hf_say("a\nb\033[31m", "\x7f\x01", "\xc3\xa9", NULL);
	assert_string_equal(said_end(&said), "heapflame: a?b?[31m??\xc3\xa9\n");
}

static void
a_long_message_is_cut_and_still_a_line(void **state)
{
	char text[2000];

	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	begin();
	hf_say(text, text, NULL);
	said_end(&said);
	assert_in_range(strlen(said.text), 100, 512);
	assert_int_equal(said_lines(&said), 1);
	assert_int_equal(said.text[strlen(said.text) - 1], '\n');
}

/* A daemon closes fd 2 and its next file gets that number. */
static void
a_file_that_took_the_place_of_stderr_is_not_written(void **state)
{
	struct said another;

	begin();
	hf_say("before", NULL);
	said_begin(&another); /* while the first is still there */
	hf_say("after", NULL);
	assert_string_equal(said_end(&another), "");
	hf_say("again", NULL);
	assert_string_equal(
		said_end(&said), "heapflame: before\nheapflame: again\n");
}

static int
say_into_nothing(void *unused)
{
	int ends[2];
	sigset_t pending;

	if (pipe(ends) != 0)
		return 1;
	dup2(ends[1], 2);
	close(ends[0]);
	close(ends[1]);
	hf_say_start();
	errno = 4711;
	hf_say("nobody reads this", NULL);
	if (errno != 4711)
		return 2;
	sigpending(&pending);
	return sigismember(&pending, SIGPIPE) ? 3 : 0;
}

static void
a_pipe_that_nobody_reads_does_not_end_the_host(void **state)
{
	assert_int_equal(hf_shared_in_child(say_into_nothing, NULL), 0);
}

static int
say_into_a_file_at_its_limit(void *unused)
{
	struct rlimit none = { 0, 0 };
	sigset_t pending;

	begin();
	if (setrlimit(RLIMIT_FSIZE, &none) != 0)
		return 1;
	hf_say("this file may not grow", NULL);
	sigpending(&pending);
	return sigismember(&pending, SIGXFSZ) ? 2 : 0;
}

static void
a_file_at_its_limit_does_not_end_the_host(void **state)
{
	assert_int_equal(
		hf_shared_in_child(say_into_a_file_at_its_limit, NULL), 0);
}

static int
say_into_a_full_pipe(void *unused)
{
	char block[4096] = { 0 };
	int ends[2];

	if (pipe(ends) != 0)
		return 1;
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], block, sizeof block) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);
	dup2(ends[1], 2);
	hf_say_start();
	alarm(5);
	hf_say("there is no room for this", NULL);
	return 0;
}

static void
a_full_pipe_does_not_stop_the_host(void **state)
{
	assert_int_equal(hf_shared_in_child(say_into_a_full_pipe, NULL), 0);
}

static int
say_much(void *unused)
{
	begin();
	for (int i = 0; i < 10 * HF_SAY_MAX; i++)
		hf_say("again", NULL);
	said_end(&said);
	return said_lines(&said) > 0 && said_lines(&said) <= HF_SAY_MAX ? 0 : 1;
}

static void
a_process_says_only_so_much(void **state)
{
	assert_int_equal(hf_shared_in_child(say_much, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line),
		cmocka_unit_test(control_characters_do_not_reach_the_terminal),
		cmocka_unit_test(a_long_message_is_cut_and_still_a_line),
		cmocka_unit_test(
			a_file_that_took_the_place_of_stderr_is_not_written),
		cmocka_unit_test(
			a_pipe_that_nobody_reads_does_not_end_the_host),
		cmocka_unit_test(a_file_at_its_limit_does_not_end_the_host),
		cmocka_unit_test(a_full_pipe_does_not_stop_the_host),
		cmocka_unit_test(a_process_says_only_so_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
