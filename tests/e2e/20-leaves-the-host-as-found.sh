#!/bin/bash
# Goal: errno, the floating-point environment, signals, threads, descriptors,
# children, limits and environment of the host are as without the shim, with
# every allocation sampled and dumps due all the time.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for sample in 1 4096 512K; do
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=$sample HEAPFLAME_DUMP_BYTES=1M \
		"$PROGS/host_errno" || fail "errno, N = $sample"
	rm -f dumps/*
	# Long enough that there is time for a dump, however few samples.
	turns=30000
	[ $sample = 1 ] || turns=900000
	shim HEAPFLAME_SAMPLE=$sample HEAPFLAME_DUMP_BYTES=1M \
		"$PROGS/host_fenv" $turns || fail "floating point, N = $sample: $?"
	[ -n "$(echo dumps/*.i*.heap)" ] || fail "no dump was made, N = $sample"
	# The host's traps were on when this one was written.
	grep -q '^# end' "$(dump_of dumps)" || fail "half a file, N = $sample"
done

# Nothing but the two variables that say so may tell that a shim is there.
state()
{
	env -i PATH=/usr/bin:/bin "$@" "$PROGS/host_state" |
		grep -v -e '^env LD_PRELOAD=' -e '^env HEAPFLAME_'
}
rm -rf dumps
state A=1 B=2 >plain
state A=1 B=2 LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
	HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_DUMP_BYTES=1M >shimmed
diff plain shimmed || fail "the host's state is another one"
[ -n "$(echo dumps/*.i*.heap)" ] || fail "host_state: no dump was made"
