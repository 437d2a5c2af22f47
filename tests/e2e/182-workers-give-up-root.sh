#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: what workers of a server held that gave up root is in the folder of a
# `run` by root, though they cannot write there; --leaks sees a program that
# gave it up; `ctl status` tells the resident memory of now.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >serve.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#define USER 64321
static void *volatile kept[500];
__attribute__((noinline)) static void hold(int n)
{
	for (int i = 0; i < n; i++)
		kept[i] = malloc(1000);
}
static int work(int n)
{
	hold(1);
	if (setgid(USER) != 0 || setuid(USER) != 0)
		return 1;
	hold(n);
	return 0;
}
int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "large")) {
		usleep(300000);
		kept[0] = malloc(100 << 20);
		memset(kept[0], 1, 100 << 20);
		puts("filled");
		fflush(stdout);
		return getchar() == EOF;
	}
	if (argc > 1)
		return work(400);
	for (int i = 1; i <= 2; i++)
		if (fork() == 0)
			return work(200 * i);
	while (wait(NULL) > 0)
		;
	return 0;
}
END
cc -g -O1 -o serve serve.c

mkfifo to from
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 ./serve large <to >from &
exec 3>to 4<from
read -r -t 20 _ <&4
"$HEAPFLAME" ctl $! status >status.txt
exec 3>&-
wait $! || :
rss=$(sed -n 's/^  RSS  *\([0-9]*\)\..* MiB, .*/\1/p' status.txt)
[ "${rss:-0}" -ge 100 ] || fail "status: $(cat status.txt)"

[ "$(id -u)" -eq 0 ] || skip 'the rest is for root'
live=$(mktemp -d /dev/shm/heapflame-e2e.XXXXXX)
trap 'rm -rf "$live" /tmp/heapflame-64321' EXIT
export HEAPFLAME_LIVE=$live
# As in a folder of root's home: nobody else can so much as find it.
mkdir -m 700 root
"$HEAPFLAME" run -q --sample 1 -o root/o ./serve
[ -z "$(ls "$live")" ] || fail "left in LIVE: $(ls "$live")"
"$PYTHON" - <<'END'
import hf
held = hf.flat(hf.report(["root/o"], "inuse_objects")).get("hold", 0)
if held != 1 + 200 + 1 + 400:
    hf.fail("held: %s" % held)
END
"$HEAPFLAME" info root/o | has '^process [0-9]*, ended' ||
	fail "$("$HEAPFLAME" info root/o)"

status=0
"$HEAPFLAME" run --leaks --error-exitcode ./serve alone 2>err.txt || status=$?
[ "$status" -eq 3 ] || fail "--leaks: $status: $(cat err.txt)"
grep -q '400000 byte(s) in 400 object(s)' err.txt || fail "$(cat err.txt)"
