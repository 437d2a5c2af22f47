#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A host that is killed at its first unexpected system call lives, and its dumps
# are written, as long as the documented calls are allowed beside its own. It
# catches any new system call of the shim. The other half: without one of the
# calls that the helper needs, the host still lives, only the dump does not.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

filtered()
{
	rm -rf dumps
	timeout 30 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE="$sample" \
		HEAPFLAME_DUMP_BYTES=512K HEAPFLAME_PREFIX="$PWD/dumps/h" \
		"$PROGS/harm_seccomp" "$@" >said 2>err
}

"$PROGS/harm_seccomp" >said || skip "no filters here"
for sample in 1 4096; do
	filtered || fail "N = $sample: exit $?: $(cat err)"
	[ "$(cat said)" = alive ] || fail "N = $sample: $(cat said err)"
	[ ! -s err ] || fail "N = $sample: $(cat err)"
	[ "$(count dumps/*.i*.heap)" -ge 3 ] || fail "too few dumps"
	grep -q '^# end' "$(dump_of dumps)" || fail "half a file"
done

# close_range, renameat2, getdents64: calls of the helper alone. (Kernels from
# 5.16 on end only the process that made the call, not all that share memory.)
[ "$(printf '5.16\n%s\n' "$(uname -r)" | sort -V | head -1)" = 5.16 ] || exit 0
sample=1
for call in 316 217; do
	filtered without $call || fail "without $call: exit $?: $(cat err)"
	[ "$(cat said)" = alive ] || fail "without $call: $(cat said err)"
	[ -z "$(echo dumps/*.heap)" ] || fail "without $call: a dump"
done

# Nor may it wait for the helper that was killed: it goes on, and ends.
filtered unwaited 217 || fail "unwaited: exit $?: $(cat err)"
[ "$(cat said)" = alive ] || fail "unwaited: $(cat said err)"
