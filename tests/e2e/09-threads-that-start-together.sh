#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: threads that all allocate from the first moment on lose no sample while
# one of them makes the state.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for _ in 1 2 3 4 5; do
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=16K "$PROGS/host_rush"
	"$PYTHON" - "$(dump_of dumps)" <<'END'
import math, sys, hf
d = hf.Dump(sys.argv[1])
if d.header.get("lost"):
    hf.fail("lost: %s" % d.header["lost"])
got, wanted = float(d.sum("a", 1)), 8 * 80000 * 100.0
p = 1 - math.exp(-101 / 16384)
# Five standard errors of a sum of 640,000 independent choices, and what libc
# allocates for its threads.
error = 5 * 100 * math.sqrt(640000 * (1 - p) / p) + 65536
if abs(got - wanted) > error:
    hf.fail("%.0f bytes, not %.0f +- %.0f" % (got, wanted, error))
END
done
