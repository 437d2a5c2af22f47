#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Frames without unwind tables, or with false ones, and a frame pointer into a
# guard page, to the end of memory, to nothing: the walk ends there, the host
# lives, and what was allocated is charged as always. It catches a word of the
# stack that is read before it is known to be there.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# (libunwind 1.6 believes false tables, and dies.)
for unwind in cfi fp; do
	rm -rf dumps
	timeout 30 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_UNWIND=$unwind \
		"$PROGS/harm_stray" >expected || fail "UNWIND=$unwind: exit $?"
	[ $unwind = fp ] || # which need not know the name of any frame
		"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
done
