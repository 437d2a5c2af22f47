#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: the first sample may come in a thread, or a fiber, with the least stack
# that there is: what is done then, dead states swept away included, fits in.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >work.c <<'END'
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *volatile last;
static void *work(void *unused)
{
	for (int i = 0; i < 100; i++)
		last = malloc(1 << 20);
	return unused;
}
int main(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	if (argc > 2)
		pthread_attr_setstacksize(&attr, (size_t)atol(argv[2]));
	if (pthread_create(&t, &attr, work, NULL) != 0)
		return 2;
	pthread_join(t, NULL);
	if (!strcmp(argv[1], "killed"))
		raise(SIGKILL);
	return 0;
}
END
cc -g -O1 -pthread -o work work.c
ulimit -c 0
export HEAPFLAME_LIVE=$HEAPFLAME_LIVE/small.$$
mkdir -p "$HEAPFLAME_LIVE"
trap 'rm -rf "$HEAPFLAME_LIVE"' EXIT

# So seldom that what main allocates is hardly ever sampled.
small()
{
	shim HEAPFLAME_SAMPLE=4M ./work "$@"
}
for _ in 1 2 3; do
	small killed || true
done
[ "$(count "$HEAPFLAME_LIVE"/work.*.live)" -eq 3 ] ||
	fail "no dead states: $(ls "$HEAPFLAME_LIVE")"
# A header, 40 KiB, is read for each of these: by a helper, on its own stack.
touch -d '-1 hour' "$HEAPFLAME_LIVE"/work.*.live
for stack in 65536 32768 16384; do
	for _ in 1 2 3; do
		rm -rf dumps
		small ends $stack || fail "a stack of $stack bytes: exit $?"
	done
	[ "$(count "$HEAPFLAME_LIVE"/work.*.live)" -eq 3 ] ||
		fail "$stack: gone: $(ls "$HEAPFLAME_LIVE")"
	"$HEAPFLAME" report dumps >report.txt
	grep -qE ' work +' report.txt || fail "$stack: $(cat report.txt)"
done
