#!/bin/bash
# Goal: a run against a baseline: at the interval that is asked for an unchanged
# program passes and one that is 10 % worse fails, by the function that did it;
# a baseline is made, opens without the program, and is made anew; one that was
# built elsewhere has the same functions. make gate-power is this 400 times.
# timeout: 300
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/check.sh
. "$SRC/tests/e2e/check.sh"

cp "$SRC/tests/bench/gate.c" .
cc -g -O1 -fno-inline -fno-optimize-sibling-calls -o gate gate.c

said()
{
	grep -qE -- "$1" out.txt || fail "not said: $1 ($(cat out.txt err.txt))"
}

# run N SEED FOLDER [ARG]: one run of the program
run()
{
	rm -rf "$3"
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/$3/h" \
		HEAPFLAME_SAMPLE="$1" HEAPFLAME_SEED="$2" ./gate "${@:4}"
}

run 512K 1 first
expect_error 1 "there is no baseline 'main.hfb'" \
	"$HEAPFLAME" check --baseline main.hfb first
check 0 --baseline main.hfb --update-baseline first
grep -q "^heapflame: wrote 'main.hfb': 1 dump$" err.txt || fail "$(cat err.txt)"
run 512K 2 second
check 4 --baseline main.hfb second
said "^UNDECIDED baseline 'main.hfb': peak_space .* before .*%.* ± .*, tolerance 5%; that is within the error"
n=$(sed -n 's/^ *it can be told at --sample \([0-9]*K*\), of a baseline taken at that, too$/\1/p' out.txt)
[ -n "$n" ] || fail "no interval: $(cat out.txt)"

# The gate, there.
run "$n" 3 first
check 0 --baseline main.hfb --update-baseline first
for seed in 11 12 13; do
	run "$n" $seed same
	check 0 -v --baseline main.hfb --by-function same
	said "^holds baseline 'main.hfb': peak_space [0-9.]+ MiB ± [0-9.]+, before "
	run "$n" $seed worse 10
	check 3 --baseline main.hfb worse
	said "^FAILS baseline 'main.hfb': .*% more ± .*; grown most, by .*: keep_value \(gate.c:[0-9]+\) < keep_values < main$"
	said 'if it is meant: .heapflame check --update-baseline.$'
done
# By function, where the whole may be as large as it likes.
run "$n" 14 other 0 200
check 3 --baseline main.hfb --tolerance 50% --by-function other
said "^FAILS by-function 'keep_index': peak_space .*: keep_index \(gate.c:[0-9]+\) < main$"
said '^check: 1 limit holds, 1 fails$'
# Meant: the baseline is made anew, and all is well.
check 0 --baseline main.hfb --update-baseline worse
run "$n" 15 worse 10
check 0 --baseline main.hfb --by-function worse
