#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Eight threads, forks and libraries that come and go, at random and at N = 1,
# under a watchdog, for SOAK_SECONDS (12): no block is spoiled, nobody hangs, all
# dumps are whole, and what was freed is not said to live. The long one is 95.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

seed=${SOAK_SEED:-$(date +%s)}
seconds=${SOAK_SECONDS:-12}
echo "seed $seed"
timeout $((seconds + 200)) env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
	HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_DUMP_BYTES=256M \
	HEAPFLAME_DUMP_KEEP=40 "$PROGS/harm_soak" "$seconds" \
	"$PROGS/libharm_plugin.so" "$seed" >said || fail "exit $?, seed $seed"
cat said
read -r _ turns _ forks _ loads <said
for enough in $((turns / 100000)) $((forks / 10)) $((loads / 50)); do
	[ "$enough" -ge 1 ] || fail "too little was done"
done
for dump in dumps/*.heap; do
	grep -q '^# end' "$dump" || fail "half a file: $dump"
done
[ -z "$(echo dumps/*.tmp)" ] || fail ".tmp left"
"$PYTHON" - "$turns" <<'END'
import glob, sys, hf
# The process with the most samples is the parent.
d = max((hf.Dump(p) for p in glob.glob("dumps/*.f.heap")),
        key=lambda d: d.sum("a", 0))
lost = d.header.get("lost", [])
taken, live = d.sum("a", 0), d.sum("l", 0)
print("%d samples, %d live, lost %s" % (taken, live, lost))
if taken < int(sys.argv[1]) / 3:
    hf.fail("%d samples of %s turns" % (taken, sys.argv[1]))
# All blocks were given back; what libc and the loader keep is little.
if live > 200:
    hf.fail("%d blocks are said to live" % live)
END
