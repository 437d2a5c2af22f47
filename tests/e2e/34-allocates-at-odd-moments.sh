#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Blocks taken in constructors that dlopen runs, in dl_iterate_phdr callbacks,
# in destructors of threads, in exit handlers and in destructors after them, the
# last library's too, are counted to the byte, each with its function; before
# main too, but for those before libc is initialised, which are counted as
# lost. After the last dump nothing is harmed. It catches a final dump that
# is written too early, and a depth of ours that an exception or a longjmp
# through a hook's caller would leave wrong.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# once UNWIND: a run whose dump is in dumps/
once()
{
	rm -rf dumps
	timeout 60 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_UNWIND="$1" \
		"$PROGS/harm_anywhere" "$PROGS/libharm_called.so" >all ||
		fail "UNWIND=$1: exit $?"
	dump=$(dump_of dumps)
}

for unwind in cfi libunwind; do
	once $unwind
	# One thread at a time is in libunwind; who finds another there, which
	# may have lost its processor, does without a stack, and that is said.
	for _ in $(seq 20); do
		grep -q '^# lost unwind_busy' "$dump" || break
		[ $unwind = libunwind ] || fail 'cfi waited for a thread'
		once $unwind
	done
	grep -q '^after exit: all blocks whole$' all || fail "nothing after exit"
	# Before libc's constructor we know nothing, and say so.
	grep -v -e ' by_preinit ' -e '^after' all >expected
	grep -q ' by_preinit ' all || fail "nothing before the constructors"
	"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$dump"
	early=$(sed -n 's/^# lost.* early \([0-9]*\).*/\1/p' "$dump")
	[ "${early:-0}" -ge 21 ] || fail "early losses: $(grep '^# lost' "$dump")"
done
