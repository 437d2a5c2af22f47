#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Ten thousand threads come and go on the smallest stacks that there are, each
# sampled: none overflows its stack, and nothing stays behind of those that have
# ended. It catches a capture that needs more stack than a thread has, and
# per-thread memory that is never given back.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

"$PROGS/harm_crowd" 10000 >plain
for sample in 1 512; do
	rm -rf dumps
	timeout 60 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_PREFIX="$PWD/dumps/h" "$PROGS/harm_crowd" 10000 \
		>said || fail "N = $sample: exit $?"
	echo "N = $sample: $(cat said) KiB, without the shim: $(cat plain)"
	read -r _ added <said
	# A KiB a thread would be 9,000.
	[ "$added" -le 1500 ] || fail "the threads left $added KiB behind"
	"$PYTHON" - "$(dump_of dumps)" $sample <<'END'
import sys, hf
d, sample = hf.Dump(sys.argv[1]), int(sys.argv[2])
objects = d.sum("a", 2)
if sample == 1 and objects < 160000:
    hf.fail("%d objects, there were 160000" % objects)
if not 140000 < objects < 220000:
    hf.fail("%d objects estimated, there were 160000 and some" % objects)
END
done
