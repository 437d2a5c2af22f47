#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Beside threads that never rest: fork, _Fork, raw clone, vfork, posix_spawn,
# clone with shared memory, exec; nobody hangs, inherited blocks are whole. It
# catches a lock that is held in the child for ever, and a child that makes a
# dump of its parent's.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for sample in 1 4096; do
	rm -rf dumps
	timeout 100 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_DUMP_BYTES=16M \
		HEAPFLAME_DUMP_KEEP=1000 "$PROGS/harm_children" kinds 12 ||
		fail "kinds, N = $sample: exit $?"
	for dump in dumps/*.heap; do
		grep -q '^# end' "$dump" || fail "half a file: $dump"
	done
	timeout 100 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_PREFIX="$PWD/dumps/f" \
		"$PROGS/harm_children" forks 250 ||
		fail "forks, N = $sample: exit $?"
done
