/* SPDX-License-Identifier: Apache-2.0 */
/* The text of perf script, of several versions, by the rules of what people
 * fold it with. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read_perf.h"
#include "stderr.h"
#include "text_file.h"

static void
expect(const char *text, const char *want)
{
	struct profile p;
	char *got;

	assert_int_equal(text_read(&p, text, strlen(text)), 0);
	got = text_folded(&p, NULL);
	assert_string_equal(got, want);
	free(got);
	profile_release(&p);
}

/* perf 3.x: no period, the tid alone; 4.x: offsets; 5.x and 6.x: periods. */
static void
every_version_is_understood(void **state)
{
	expect("java 25607 4794564.109216: cycles: \n"
	       "\tffffffff8103ecba native_write_msr_safe "
	       "([kernel.kallsyms])\n"
	       "\t    7f3a4a40b5a1 read (/lib/libc-2.19.so)\n"
	       "\n",
		"java;read;native_write_msr_safe_[k] 1\n");
	expect("bash 12345/12346 [003] 19939.6: cycles:u: \n"
	       "        7fff b+0x1f (/bin/x y)\n"
	       "        7ffe main+0x0 (/bin/x y)\n",
		"bash;main;b 1\n");
	expect("spin  4503  2135.440550:    1003009 cpu-clock:ppp: \n"
	       "\t            1187 a+0x3e (/tmp/spin)\n"
	       "\t            11be main+0x15 (/tmp/spin)\n"
	       "\n"
	       "spin  4503  2135.441757:          1 cpu-clock:ppp: \n"
	       "\t            1187 a+0x3f (/tmp/spin)\n"
	       "\t            11be main+0x15 (/tmp/spin)\n"
	       "\n",
		"spin;main;a 1003010\n");
	/* No time: perf script -F comm,pid,period,event,ip,sym,dso. */
	expect("spin  4503     250000 cycles: \n\t 1187 a (/x)\n\n",
		"spin;a 250000\n");
	/* No module: perf script -F ...,ip,sym. */
	expect("spin 4503 [001] 1.5: 7 cycles:\n\t 1187 a+0x3\n\n",
		"spin;a 7\n");
}

/* A sample without callers has its frame on the line of the event. */
static void
a_single_frame_may_stand_behind_the_event(void **state)
{
	expect("          dd  4503 [000] 2395.000001:   10 cycles:uppp:   "
	       "   55d5e1 main+0x1 (/bin/dd)\n"
	       "    V8 Worker  4504/4505 [001] 2395.000002:   20 cycles:uppp: "
	       "7f00 [unknown] (/lib/libv8.so)\n",
		"V8_Worker;[libv8.so] 20\ndd;main 10\n");
}

static void
commands_may_hold_blanks_and_numbers(void **state)
{
	expect("Web Content 7 4503/4507 [001]  1.5:  3 cycles:u: \n"
	       "\t 1 a (/x)\n\n"
	       "tmux: server  12/12 [000] 1.6:  4 cycles:u: \n"
	       "\t 1 a (/x)\n\n"
	       ":-1 99 1.7: 5 cycles:u: \n\t 1 a (/x)\n\n",
		":-1;a 5\nWeb_Content_7;a 3\ntmux:_server;a 4\n");
}

static void
names_are_tidied(void **state)
{
	expect("x 1 1.0: 1 cycles: \n"
	       "\t 1 std::f(int, char)+0x9 (/x)\n"
	       "\t 2 (anonymous namespace)::g(int) (/x)\n"
	       "\t 3 net/http.(*Client).Do (/x)\n"
	       "\t 4 RegExp:[&<>\"'] (/tmp/perf-7539.map)\n"
	       "\t 5 a;b (/x)\n"
	       "\t 6 [unknown] (/usr/lib/libc.so.6 (deleted))\n"
	       "\t 7 [unknown] ([unknown])\n"
	       "\t 8 [unknown] ([vdso])\n"
	       "\t 9 (x) (/x)\n"
	       "\t a operator->+0x3 (/x)\n"
	       "\n",
		"x;operator;[vdso]_[k];[unknown];[libc.so.6 (deleted)];a:b;"
		"RegExp:[&<>]_[j];net/http.(*Client).Do;"
		"(anonymous namespace)::g;std::f 1\n");
}

static void
java_is_unfolded(void **state)
{
	expect("java 1 1.0: 1 cycles: \n"
	       "\t 1 Lorg/a/B;::call->Lorg/a/C;::exec->Ljava/D;::run "
	       "(/tmp/perf-1.map)\n"
	       "\t 2 Interpreter (/tmp/perf-1.map)\n\n",
		"java;Interpreter_[j];org/a/B:::call_[j];org/a/C:::exec_[i];"
		"java/D:::run_[i] 1\n");
	/* perf's own word for what it found inlined. */
	expect("x 1 1.0: 1 cycles: \n\t 1 inner (inlined)\n\t 1 outer "
	       "(/x)\n\n",
		"x;outer;inner_[i] 1\n");
}

static const char two_events[] =
	"# ========\n# captured on    : today\n# ========\n#\n"
	"x 1/1 1.0: 100 cycles: \n\t 1 a (/x)\n\n"
	"x 1/2 1.1: 1 page-faults: \n\t 1 b (/x)\n\n"
	"x 1/2 1.2: 200 cycles: \n\t 1 c (/x)\n\n";

static void
one_event_is_read(void **state)
{
	struct said said;
	struct profile p;

	said_begin(&said);
	expect(two_events, "x;a 100\nx;c 200\n");
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "page-faults (1 sample)"));
	said_begin(&said);
	read_perf_event("page-faults");
	expect(two_events, "x;b 1\n");
	read_perf_event("nonsense");
	assert_int_equal(text_read(&p, two_events, strlen(two_events)), -1);
	profile_release(&p);
	read_perf_event(NULL);
	said_end(&said);
	assert_non_null(strstr(
		said.text, "no event 'nonsense'; it holds cycles (2 samples)"));
}

static void
samples_count_as_well_as_periods(void **state)
{
	struct profile p;
	char *got;

	assert_int_equal(text_read(&p, two_events, strlen(two_events)), 0);
	assert_string_equal(
		profile_metric_name(&p, (enum metric)p.usual_metric), "cycles");
	got = text_folded(&p, "samples");
	assert_string_equal(got, "x;a 1\nx;c 1\n");
	free(got);
	profile_release(&p);
}

static char *
folded_by(struct profile *p, enum select_by by)
{
	struct selection s = { .metric = -1, .by = { by }, .bys = 1 };
	struct shown shown;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_int_equal(select_stacks(&shown, p, &s), 0);
	write_folded(out, &shown);
	shown_release(&shown);
	fclose(out);
	return text;
}

/* The command is the root once, not twice. */
static void
processes_and_threads_are_told_apart(void **state)
{
	static const char text[] = "x 1/1 1.0: 1 cycles: \n\t 1 a (/x)\n\n"
				   "worker 1/2 1.0: 1 cycles: \n\t 1 a (/x)\n\n"
				   "x 3/3 1.0: 1 cycles: \n\t 1 a (/y)\n\n";
	struct profile p;
	char *got;

	assert_int_equal(text_read(&p, text, strlen(text)), 0);
	assert_int_equal(p.process_count, 2);
	got = folded_by(&p, BY_PROCESS);
	assert_string_equal(got, "x 1;a 2\nx 3;a 1\n");
	free(got);
	got = folded_by(&p, BY_THREAD);
	assert_string_equal(got, "worker;a 1\nx;a 2\n");
	free(got);
	got = folded_by(&p, BY_MODULE);
	assert_string_equal(got, "x;worker;a 1\nx;x;a 1\ny;x;a 1\n");
	free(got);
	profile_release(&p);
}

/* Trace points have words of their own, and perf notes what is no sample. */
static void
other_lines_are_no_samples(void **state)
{
	struct said said;

	said_begin(&said);
	expect("x 1 [000] 1.0: sched:sched_switch: prev_comm=x prev_pid=1\n"
	       "\t 1 a (/x)\n\n"
	       "x 1 [000] 1.0: PERF_RECORD_COMM: x:1/1\n"
	       "x 1 [000] d... 1.0: sched:sched_switch: prev_comm=y\n"
	       "\t 1 a (/x)\n"
	       "        file.c:12\n\n"
	       "\t 2 lost (/x)\n",
		"x;a 2\n");
	said_end(&said);
	assert_int_equal(said_lines(&said), 1);
	assert_non_null(strstr(said.text, "2 lines not understood"));
}

static void
what_holds_no_sample_is_refused(void **state)
{
	static const char text[] =
		"# ========\n# captured on    : today\n# ========\n";
	struct profile p;
	struct said said;

	said_begin(&said);
	assert_int_equal(text_read(&p, text, strlen(text)), -1);
	said_end(&said);
	assert_non_null(strstr(said.text, "holds no sample"));
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_understood),
		cmocka_unit_test(a_single_frame_may_stand_behind_the_event),
		cmocka_unit_test(commands_may_hold_blanks_and_numbers),
		cmocka_unit_test(names_are_tidied),
		cmocka_unit_test(java_is_unfolded),
		cmocka_unit_test(one_event_is_read),
		cmocka_unit_test(samples_count_as_well_as_periods),
		cmocka_unit_test(processes_and_threads_are_told_apart),
		cmocka_unit_test(other_lines_are_no_samples),
		cmocka_unit_test(what_holds_no_sample_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
