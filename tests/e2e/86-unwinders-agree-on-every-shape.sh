#!/bin/bash
# Goal: cfi takes the same stacks as libunwind in functions of every shape, as
# gcc and clang make them at each level, with frame pointers and without: at
# allocations, and, for some of the builds, after each single instruction.
# timeout: 120
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

oracle=$PROGS/../oracle
judge=$SRC/tests/oracle/judge.py

compare()
{
	local report=$1 every=$2

	shift 2
	ORACLE_REPORT=$PWD/$report ORACLE_EVERY=$every \
		LD_PRELOAD=$oracle/compare.so "$@" >out.txt ||
		fail "$* exits with $?"
}

for program in "$oracle"/shapes-*[a-z0-9]; do
	[ -x "$program" ] || continue
	compare shape 1 "$program"
done
for program in "$oracle"/throws-*[a-z0-9]; do
	[ -x "$program" ] || continue
	compare throw 1 "$program"
done
[ "$(count shape.*)" -ge 17 ] || fail "only $(count shape.*) builds of shapes"
"$PYTHON" "$judge" 100000 99.9 shape.* throw.*

# Lazy binding's own code keeps its CFA in rbx, which cfi does not follow: what
# is interrupted while a function is called for the first time is cut short.
for program in gcc-0-fp gcc-2-nofp gcc-2-ibt clang-0-nofp clang-3-fp; do
	compare step 0 "$oracle/shapes-$program" step
	LD_BIND_NOW=1 compare bound 0 "$oracle/shapes-$program" step
done
"$PYTHON" "$judge" 50000 50 step.*
"$PYTHON" "$judge" 50000 99.8 bound.*
