#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Beside threads that never rest: fork, _Fork, raw clone, vfork, posix_spawn,
# clone with shared memory, exec; nobody hangs, inherited blocks are whole. It
# catches a lock that is held in the child for ever, a child that makes a dump
# of its parent's or writes into its figures, and a helper that is the child of
# one who only borrows the memory.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for sample in 1 4096; do
	rm -rf dumps
	timeout 100 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_DUMP_BYTES=8M \
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

rm -rf dumps
exact "$PROGS/harm_children" raw
"$PYTHON" - <<'END'
import glob, hf
got = []
for path in sorted(glob.glob("dumps/*.f.heap")):
    flat = hf.flat(hf.report([path], "alloc_objects"))
    got.append((flat.get("by_parent", 0), flat.get("by_child", 0)))
if sorted(got) != [(0, 300), (100, 0)]:
    hf.fail("blocks by the parent and by its raw child: %s" % got)
END
