#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sized and aligned delete on glibc, jemalloc, tcmalloc and mimalloc, every
# block sampled and checked to the last byte. It catches a profiler that changes
# the size or the alignment of the blocks that it samples.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

tried=0
for library in "" /usr/lib/*/libjemalloc.so.2 \
	/usr/lib/*/libtcmalloc_minimal.so.4 /usr/lib/*/libmimalloc.so.2*; do
	for sample in 1 512; do
		rm -rf dumps
		timeout 60 env LD_PRELOAD="$LIBHEAPFLAME $library" \
			HEAPFLAME_PREFIX="$PWD/dumps/h" \
			HEAPFLAME_SAMPLE=$sample "$PROGS/harm_sized" >said ||
			fail "${library:-libc}, N = $sample: exit $?"
		[ "$(cat said)" = "all blocks whole" ] || fail "$(cat said)"
		"$PYTHON" - "$(dump_of dumps)" <<'END'
import sys, hf
d = hf.Dump(sys.argv[1])
if d.sum("a", 0) < 10000:
    hf.fail("only %d samples" % d.sum("a", 0))
END
	done
	tried=$((tried + 1))
done
[ $tried -ge 2 ] || skip "no other allocator here"
