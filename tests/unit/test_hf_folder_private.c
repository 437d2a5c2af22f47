/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of last resort, /tmp/heapflame-<uid>: anybody may have put
 * something there, so it is taken only if it is ours alone. Tried as a user who
 * does not exist, so that no real one's dumps are touched.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "folder.h"
#include "hf_shared.h"
#include "identity.h"

static uid_t nobody;
static char place[64], elsewhere[80];

enum { OPENED = 1, REFUSED = 2, NOT_OURS = 3, WRONG_MODE = 4 };

/* Keeps what root may do to files, under another id. */
static bool
keep_capabilities(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
		0 };
	const uint32_t files = 1u << CAP_DAC_OVERRIDE;
	struct __user_cap_data_struct sets[2] = { { files, files, 0 } };

	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 &&
	       setresuid(nobody, nobody, nobody) == 0 &&
	       syscall(SYS_capset, &head, sets) == 0;
}

/* In a child, as that user; what becomes of it. */
static int
open_as_nobody(void *mighty)
{
	struct hf_folder f;
	struct stat st;

	if (mighty		 ? !keep_capabilities()
		: geteuid() == 0 ? setresuid(nobody, nobody, nobody) != 0
				 : unshare(CLONE_NEWUSER) != 0)
		return 10;
	if (geteuid() != nobody)
		return 11;
	umask(022);
	if (!hf_folder_open(&f))
		return f.fd == -1 ? REFUSED : 12;
	if (fstat((int)f.fd, &st) != 0 || st.st_uid != nobody)
		return NOT_OURS;
	return (st.st_mode & 07777) == 0700 ? OPENED : WRONG_MODE;
}

static int
try(void)
{
	return hf_shared_in_child(open_as_nobody, NULL);
}

static void
make_folder(const char *path, mode_t mode)
{
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, mode), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, nobody, (gid_t)-1), 0);
}

static void
a_missing_one_is_made_for_us_alone(void **state)
{
	assert_int_equal(try(), OPENED);
	assert_int_equal(try(), OPENED); /* and found again */
}

static void
one_that_is_ours_alone_is_taken(void **state)
{
	make_folder(place, 0700);
	assert_int_equal(try(), OPENED);
}

static void
one_that_others_may_enter_is_refused(void **state)
{
	static const mode_t open_modes[] = { 0755, 0701, 0710, 0720, 0777 };

	make_folder(place, 0700);
	for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
		assert_int_equal(chmod(place, open_modes[i]), 0);
		assert_int_equal(try(), REFUSED);
	}
}

static void
a_link_is_refused_even_to_our_own(void **state)
{
	make_folder(elsewhere, 0700);
	assert_int_equal(symlink(elsewhere, place), 0);
	assert_int_equal(try(), REFUSED);
}

static void
a_file_is_refused(void **state)
{
	FILE *f = fopen(place, "w");

	assert_non_null(f);
	fclose(f);
	assert_int_equal(try(), REFUSED);
}

/* Only root can make one; and then it is to be refused to others. */
static void
another_users_is_refused(void **state)
{
	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir(place, 0700), 0);
	assert_int_equal(try(), REFUSED);
	/* Even to who may enter everything. */
	assert_int_equal(hf_shared_in_child(open_as_nobody, place), REFUSED);
	assert_int_equal(chmod(place, 0777), 0);
	assert_int_equal(try(), REFUSED);
}

static int
clean(void **state)
{
	char command[256];

	snprintf(command, sizeof command, "rm -rf '%s' '%s'", place, elsewhere);
	return system(command);
}

static int
begin(void **state)
{
	struct stat st;

	hf_options_read(NULL);
	strcpy(hf_identity.exe, "x");
	/* Without root: in a user namespace, where nobody has a name. */
	nobody = geteuid() == 0 ? 1700000000 + (uid_t)getpid() : 65534;
	snprintf(place, sizeof place, "/tmp/heapflame-%u", nobody);
	snprintf(elsewhere, sizeof elsewhere, "%s.elsewhere", place);
	return lstat(place, &st) == 0; /* somebody's: leave it */
}

#define T(test) cmocka_unit_test_teardown(test, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_missing_one_is_made_for_us_alone),
		T(one_that_is_ours_alone_is_taken),
		T(one_that_others_may_enter_is_refused),
		T(a_link_is_refused_even_to_our_own),
		T(a_file_is_refused),
		T(another_users_is_refused),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
