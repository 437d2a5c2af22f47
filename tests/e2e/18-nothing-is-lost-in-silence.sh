#!/bin/bash
# Goal: where MEMORY does not suffice the numbers stay right within what is said
# to be lost: the cap is kept, losses are counted by cause, the host goes on.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# 400,000 live blocks at N = 1 want more than 4 MiB of live table.
exact HEAPFLAME_MEMORY=4M "$PROGS/churn" 8 >expected
dump=$(dump_of dumps)
"$PYTHON" - "$dump" expected <<'END'
import sys, hf
dump = hf.Dump(sys.argv[1])
own = int(dump.get("own"))
if own > 5 * 2**20:
    hf.fail("MEMORY=4M, but %d bytes are mapped" % own)
lost = {v[0]: int(v[1]) for v in dump.header.get("lost", [])}
thinned = len(dump.header["interval"]) > 1
if not lost and not thinned:
    hf.fail("nothing was lost or thinned in 4M: the test shows nothing")
truth = [l.split()[2:] for l in open(sys.argv[2]) if "total" in l][0]
for metric, wanted in ("alloc_space", truth[0]), ("inuse_space", truth[2]):
    answer = hf.report([sys.argv[1]], metric)
    t = answer["total"]
    margin = 2 * (t["high"] - t["low"]) + 0.001 * int(wanted)
    print("%s %d, the truth is %s" % (metric, t["value"], wanted))
    if abs(t["value"] - int(wanted)) > margin:
        hf.fail("%s %s, the truth is %s" % (metric, t, wanted))
if lost and set(answer["lost"]) != set(lost):
    hf.fail("report says lost %s, the dump %s" % (answer["lost"], lost))
END
