#!/bin/bash
# Goal: a malloc and a free that are not sampled cost at most 14 instructions
# more with the shim than without, profiling or dormant. Counted, not timed.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need valgrind gcc
limit=14
gcc -O2 -o loop "$SRC/tests/bench/loop.c"
instructions=$SRC/tests/bench/instructions.sh
# No sample falls into the loop: 1.4 MB of 64 GiB.
shim=("LD_PRELOAD=$LIBHEAPFLAME" "HEAPFLAME_PREFIX=$PWD/dumps/h"
	HEAPFLAME_SAMPLE=64G)

plain=$("$instructions" ./loop A=1)
armed=$("$instructions" ./loop "${shim[@]}")
dormant=$("$instructions" ./loop "${shim[@]}" HEAPFLAME_ACTIVE=0)
sampled=$("$instructions" ./loop "${shim[@]}" HEAPFLAME_SAMPLE=1)
awk -v p="$plain" -v a="$armed" -v d="$dormant" -v s="$sampled" -v l=$limit '
BEGIN {
	printf "without %.2f, armed +%.2f, dormant +%.2f, N = 1 +%.2f\n",
		p, a - p, d - p, s - p
	# 5: a call, a return and the loop; and the shim is really there
	exit !(p > 5 && a > p && a - p <= l + 0.01 && d > p &&
		d - p <= l + 0.01 && s - p > 10 * l)
}' || fail "more than $limit instructions a pair"
