#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each system call of the shim fails once, and each kind for good: the program
# prints what it always does and ends as always, and no half-written dump is
# there. It catches a result that is used unchecked (a NULL of mmap), a wait
# that never ends, a .tmp that is renamed though its write failed.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

mkdir dumps
status=0
HEAPFLAME_SAMPLE=1 HEAPFLAME_DUMP_BYTES=256K HEAPFLAME_PREFIX="$PWD/dumps/h" \
	"$PROGS/harm_sweep" "$LIBHEAPFLAME" "$PWD/dumps" 7 \
	"$PROGS/harm_host" 8 >said 2>err || status=$?
[ "$status" -ne 77 ] || skip "the kernel does not ask: $(cat err)"
cat said err
[ "$status" -eq 0 ] || fail "exit $status"
# Were the calls that matter among those that failed?
for call in mmap openat write renameat2 clone close_range; do
	grep -q "^calls of $call: [1-9]" said || fail "no $call was seen"
done
