#!/bin/bash
# Goal: children forked while other threads are in the middle of everything
# neither hang nor crash, and free what they inherited; ended by exit they
# leave a whole file, ended by _exit or a kill no half one.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for sample in 1 4096; do
	for unwind in cfi libunwind; do
		rm -rf dumps
		timeout 120 env LD_PRELOAD="$LIBHEAPFLAME" \
			HEAPFLAME_PREFIX="$PWD/dumps/h" \
			HEAPFLAME_SAMPLE=$sample HEAPFLAME_UNWIND=$unwind \
			HEAPFLAME_DUMP_BYTES=4M HEAPFLAME_DUMP_KEEP=1000 \
			"$PROGS/host_forks" 60 >said 2>err ||
			fail "N = $sample, $unwind: $? $(cat said err)"
		[ "$(cat said)" = "60 of 60 children ended as they should" ] ||
			fail "$(cat said)"
		[ "$(count dumps/*.f.heap)" -eq 21 ] ||
			fail "$(count dumps/*.f.heap) final files of 20 + 1"
		for dump in dumps/*.heap; do
			grep -q '^# end' "$dump" || fail "half a file: $dump"
		done
	done
done
