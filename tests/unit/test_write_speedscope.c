/* SPDX-License-Identifier: Apache-2.0 */
/* What is written for speedscope, where nothing may be below 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "by_hand.h"
#include "write.h"

static char *
written(struct profile *p, const struct selection *s)
{
	char *text = NULL;

	HAND_TEXT(text, out, assert_int_equal(write_speedscope(out, p, s), 0));
	return text;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in: %s", part, text);
}

static void
what_grew_and_what_shrank_are_apart(void **state)
{
	struct selection s = { .metric = INUSE_SPACE };
	struct profile p, base;
	char *text;

	profile_init(&p);
	profile_init(&base);
	hand_process(&p, 1, PROCESS_RUNNING, 1);
	hand_process(&base, 1, PROCESS_RUNNING, 1);
	hand_live(&p, 0, "main;grew:7", 300, 3);
	hand_live(&base, 0, "main;grew:7", 100, 1);
	hand_live(&base, 0, "main;shrank", 50, 1);
	s.base = &base;
	text = written(&p, &s);
	assert_has(text, "grown\",\"unit\":\"bytes\",\"startValue\":0,"
			 "\"samples\":[\n[0,1]],\"weights\":[200],"
			 "\"endValue\":200}");
	assert_has(text, "shrunk\",\"unit\":\"bytes\",\"startValue\":0,"
			 "\"samples\":[\n[0,2]],\"weights\":[50],"
			 "\"endValue\":50}");
	assert_has(text, "{\"name\":\"grew\",\"file\":\"src/prog.c\","
			 "\"line\":7}");
	assert_has(text, "\"activeProfileIndex\":0");
	free(text);
	profile_release(&p);
	profile_release(&base);
}

static void
all_metrics_and_the_usual_one_shown(void **state)
{
	const struct selection s = { .metric = -1 };
	struct profile p;
	char *text;

	profile_init(&p);
	hand_process(&p, 1, PROCESS_ENDED, 1);
	hand_live(&p, 0, "main;a", 300, 3);
	text = written(&p, &s);
	assert_has(text, "\"activeProfileIndex\":4"); /* peak_space */
	assert_has(text, "\"name\":\"inuse_space\"");
	assert_has(text, "\"name\":\"peak_objects\",\"unit\":\"none\"");
	assert_null(strstr(text, "temp_space"));
	free(text);
	profile_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_grew_and_what_shrank_are_apart),
		cmocka_unit_test(all_metrics_and_the_usual_one_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
