#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a process whose main thread ended by pthread_exit() runs: it is read,
# asked and kept as any other; and one that is being killed, which has no
# memory any more and is no zombie yet, is not taken for another program.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >work.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *volatile kept[2][1000];
__attribute__((noinline)) static void hold(int half)
{
	for (int i = 0; i < 1000; i++)
		kept[half][i] = malloc(1000);
}
static void *worker(void *signals)
{
	int which;

	usleep(100000);
	hold(1);
	write(1, "ready\n", 6);
	/* Until it is told to end. */
	sigwait(signals, &which);
	return NULL;
}
int main(int argc, char **argv)
{
	static sigset_t signals;
	size_t size = argc > 2 ? (size_t)atoi(argv[2]) << 20 : 0;
	pthread_t t;

	alarm(60);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (size)
		memset((void *)(kept[0][0] = malloc(size)), 1, size);
	hold(0);
	pthread_create(&t, NULL, worker, &signals);
	if (!strcmp(argv[1], "exit"))
		pthread_exit(NULL);
	pthread_join(t, NULL);
	return 0;
}
END
cc -g -O1 -pthread -o work work.c
export HEAPFLAME_LIVE=$HEAPFLAME_LIVE/between.$$
mkdir -p "$HEAPFLAME_LIVE"
pids=()
finish()
{
	[ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
	wait
	rm -rf "$HEAPFLAME_LIVE"
}
trap finish EXIT

# until_so COMMAND...: it succeeds, within ten seconds
until_so()
{
	for _ in $(seq 100); do
		! "$@" || return 0
		sleep 0.1
	done
	fail "not within ten seconds: $*"
}

fate_of()
{
	"$HEAPFLAME" ls --json "$HEAPFLAME_LIVE" | "$PYTHON" -c '
import json, sys
for row in json.load(sys.stdin)["profiles"]:
    if row["pid"] == int(sys.argv[1]):
        print(row["state"])' "$1"
}

# The main thread is a zombie from now on.
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" \
	HEAPFLAME_SAMPLE=1 ./work exit >ready.txt &
pid=$!
pids+=("$pid")
until_so grep -q ready ready.txt
until_so grep -q '^State:.Z' /proc/$pid/status
[ "$(fate_of $pid)" = running ] || fail "$(fate_of $pid)"
"$HEAPFLAME" report "$pid" >report.txt
grep -qE ' 2,000 hold' report.txt || fail "$(cat report.txt)"
"$HEAPFLAME" ctl "$pid" dump >ctl.txt 2>&1 || fail "$(cat ctl.txt)"
[ "$(count dumps/*)" -ge 1 ] || fail "no dump: $(cat ctl.txt)"
kill -USR1 $pid
wait $pid || fail "it ended by $?"

# Under run, as a child: its state stays where it is while it runs.
# shellcheck disable=SC2016 # for that shell
"$HEAPFLAME" run -q --sample 1 -o o sh -c \
	'./work exit >started.txt & sleep 4; kill -USR1 $!; wait $!'
"$HEAPFLAME" report --metric alloc_objects o >kept.txt
grep -qE ' 2,000 +hold ' kept.txt || fail "$(cat kept.txt)"
[ "$(count o/work.*.live)" -eq 0 ] || fail "taken for dead: $(ls o)"

# Freeing half a GiB takes a dying process a while; it is looked at all along.
die()
{
	local big looks

	: >big.txt
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/big/h" \
		HEAPFLAME_SAMPLE=1 ./work wait 512 >big.txt &
	big=$!
	pids+=("$big")
	until_so grep -q ready big.txt
	kill -KILL $big
	for ((looks = 0; looks < 1000; looks++)); do
		"$HEAPFLAME" ls --json "$HEAPFLAME_LIVE" |
			grep "\"pid\":$big," >look.txt
		cat look.txt >>looks.txt
		! grep -q '"state":"killed"' look.txt || break
	done
	[ $looks -lt 1000 ] || fail "it does not end: $(cat look.txt)"
	! grep '"state":"replaced"' looks.txt || fail "taken for another"
}
for _ in 1 2 3; do
	die
done
