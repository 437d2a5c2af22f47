#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Workers of one parent that do the very same do not sample the same
# allocations. It catches a generator that the child inherits as it is, or
# that begins anew from the same state in each child.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# Each worker allocates 2000 blocks of 1 KiB; of 64 at 64 KiB the counts of
# samples are Poisson's of mean 31. In step they would all be equal.
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
