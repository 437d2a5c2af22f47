#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: however a program of a `run` ends, its folder holds what it held then:
# killed, crashed, _exit, replaced by exec, also a child; the exact figures, how
# it ended, and nothing is left where the live states are.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >work.c <<'END'
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile kept[2048];
__attribute__((noinline)) static void hold(int n)
{
	for (int i = 0; i < n; i++)
		kept[i] = malloc(1000);
	/* The modules are noted beside the program. */
	usleep(200000);
}
int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	hold(1000);
	if (!strcmp(how, "kill"))
		raise(SIGKILL);
	if (!strcmp(how, "segv"))
		*(volatile int *)8 = 1;
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "_exit"))
		_exit(7);
	if (!strcmp(how, "child") && fork() == 0) {
		hold(24);
		raise(SIGKILL);
	}
	if (!strcmp(how, "exec"))
		execl(argv[0], argv[0], "kill", (char *)NULL);
	if (!strcmp(how, "later")) {
		usleep(2500000);
		raise(SIGKILL);
	}
	wait(NULL);
	for (int i = 0; i < 1000; i++)
		free(kept[i]);
	return 0;
}
END
cc -g -O1 -o work work.c
ulimit -c 0
live=$(mktemp -d /dev/shm/heapflame-e2e.XXXXXX)
trap 'rm -rf "$live"' EXIT
export HEAPFLAME_LIVE=$live

# ends STATUS OBJECTS HOW: under run, with so many objects held at the end
ends()
{
	local status=0

	rm -rf o
	"$HEAPFLAME" run --sample 1 -o o ./work "$3" 2>err.txt || status=$?
	[ "$status" -eq "$1" ] || fail "$3: status $status: $(cat err.txt)"
	[ -z "$(ls "$live")" ] || fail "$3: left in LIVE: $(ls "$live")"
	[ "$(count o/*.tmp)" -eq 0 ] || fail "$3: $(ls o)"
	"$PYTHON" - "$2" <<'END'
import sys, hf
rows = {r["function"]: r["flat"]["value"] for r in
        hf.report(["--all", "o"], "inuse_objects")["rows"]}
if rows.get("hold", 0) != int(sys.argv[1]):
    hf.fail("held: %s" % rows)
END
	[ -s o/flame.svg ] || fail "$3: no picture"
}

ends 137 1000 kill
[ "$(count o/work.*.live)" -eq 1 ] || fail "$(ls o)"
grep -q 'was killed by signal 9' err.txt || fail "$(cat err.txt)"
grep -qE 'inuse_space 976\.6 KiB' err.txt || fail "$(cat err.txt)"
"$HEAPFLAME" report o >report.txt
head -1 report.txt | has 'killed by signal 9)' || fail "$(cat report.txt)"
"$HEAPFLAME" info o >info.txt
grep -qE '^process [0-9]+, killed by signal 9$' info.txt || fail "$(cat info.txt)"
# As far as it is used: MEMORY would allow 64 MiB.
[ "$(stat -c %s o/work.*.live)" -lt 4000000 ] || fail "$(ls -l o)"
[ "$(stat -c %a o/work.*.live)" = 600 ] || fail "$(ls -l o)"
ends 139 1000 segv
ends 134 1000 abort
ends 7 1000 _exit
ends 0 24 child
ends 137 2000 exec
[ "$(count o/work.*.live)" -eq 2 ] || fail "$(ls o)"

# The state of a process that is gone is brought home while others run.
rm -rf o
"$HEAPFLAME" run --sample 1 -o o sh -c './work kill; ./work later; :' \
	2>err.txt &
for _ in $(seq 100); do
	[ "$(count o/work.*.live)" -eq 1 ] && break
	sleep 0.1
done
[ "$(count o/work.*.live)" -eq 1 ] || fail "not while it runs: $(ls o)"
wait $!
[ "$(count o/work.*.live)" -eq 2 ] || fail "$(ls o)"

# --leaks: of what was killed there is no verdict but its own status.
leaks()
{
	local status=0

	"$HEAPFLAME" run --leaks --error-exitcode ./work "$2" 2>err.txt ||
		status=$?
	[ "$status" -eq "$1" ] || fail "--leaks $2: $status: $(cat err.txt)"
	[ -z "$(ls "$live")" ] || fail "$2: left in LIVE: $(ls "$live")"
}
leaks 137 kill
grep -q 'it was killed: this is what it held' err.txt || fail "$(cat err.txt)"
grep -q '1000000 byte(s) in 1000 object(s)' err.txt || fail "$(cat err.txt)"
leaks 137 exec
grep -q '1000000 byte(s) in 1000 object(s)' err.txt || fail "$(cat err.txt)"
leaks 3 _exit
leaks 0 none

# A folder of any name is one run: what exec replaced has its state in there.
# shellcheck disable=SC2016 # for that shell
"$HEAPFLAME" run -q --sample 1 -o named sh -c 'x=$(seq 100); exec "$0"' \
	"$PROGS/sites"
[ "$(count named/*.live)" -ge 1 ] || fail "no state: $(ls named)"
"$HEAPFLAME" report named >named.txt 2>named.err
[ ! -s named.err ] || fail "$(cat named.err)"
grep -qE ', [2-9] processes$' named.txt || fail "$(head -1 named.txt)"
