#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Beside threads that never rest: fork, _Fork, raw clone, vfork, posix_spawn,
# clone with shared memory, exec; nobody hangs, inherited blocks are whole.
# Workers of one parent that do the very same do not sample the same
# allocations. It catches a lock that is held in the child for ever, a child that
# writes into its parent's counters, and a generator that is inherited as it is.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for sample in 1 4096; do
	rm -rf dumps
	timeout 100 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_DUMP_BYTES=16M \
		HEAPFLAME_DUMP_KEEP=1000 "$PROGS/harm_children" kinds 12 ||
		fail "kinds, N = $sample: exit $?"
	for dump in dumps/*.heap; do
		grep -q '^# end' "$dump" || fail "half a file: $dump"
	done
	timeout 100 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_PREFIX="$PWD/dumps/f" \
		"$PROGS/harm_children" forks 250 ||
		fail "forks, N = $sample: exit $?"
done

# Each worker allocates 2000 blocks of 1 KiB; of 64 at 64 KiB the counts of
# samples are Poisson's of mean 31. In step they would all be equal.
rm -rf dumps
shim HEAPFLAME_SAMPLE=64K HEAPFLAME_DUMP_KEEP=1000 \
	"$PROGS/harm_children" workers 64
"$PYTHON" - <<'END'
import glob, hf
counts = []
for path in glob.glob("dumps/*.f.heap"):
    d = hf.Dump(path)
    n = int(sum(s.figures["a"][0] for s in d.stacks if "a" in s.figures))
    if n > 5:  # not the parent, which allocates next to nothing
        counts.append(n)
if len(counts) < 60:
    hf.fail("only %d files of 64 workers" % len(counts))
mean = sum(counts) / len(counts)
variance = sum((c - mean) ** 2 for c in counts) / (len(counts) - 1)
print("samples: mean %.1f, variance %.1f, %d different counts"
      % (mean, variance, len(set(counts))))
if not 26 < mean < 37 or len(set(counts)) < 8:
    hf.fail("samples a worker: %s" % sorted(counts))
# 64 of them: a variance under a third of the mean has odds below 1e-6.
if variance < mean / 3:
    hf.fail("the workers sample in step")
END
