#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A timer at 10 kHz interrupts threads that allocate at N = 1; its handler
# allocates and frees too, blocks that the threads took included. Nothing
# hangs, no block is spoiled, errno stays; in the end nothing is left that was
# freed. It catches a lock in a hook (the handler waits for the thread that it
# interrupted), and a table that is half-changed when the handler looks.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for sample in 1 512; do
	rm -rf dumps
	timeout 30 env \
		LD_PRELOAD="$LIBHEAPFLAME $PROGS/libharm_signalsafe.so" \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_SAMPLE=$sample \
		HEAPFLAME_DUMP_BYTES=16M "$PROGS/harm_signals" 3 >said ||
		fail "N = $sample: exit $?"
	cat said
	read -r _ handlers _ turns <said
	[ "${handlers%,}" -ge 1000 ] || fail "the timer ran too seldom"
	[ "$turns" -ge 1000 ] || fail "the threads did too little"
	dump=$(dump_of dumps)
	"$HEAPFLAME" report --json --metric inuse_objects "$dump" >json
	"$PYTHON" - "$dump" <<'END'
import json, sys, hf
left = hf.flat(json.load(open("json")))
for name in ("turn", "on_alarm"):
    if left.get(name, 0):
        hf.fail("%s: %s blocks are said to live, all were freed"
                % (name, left[name]))
if hf.Dump(sys.argv[1]).sum("a", 0) < 100:
    hf.fail("hardly anything was sampled")
END
done

# A dump asked for in a handler that interrupts malloc: the allocator, which has
# its lock, is asked for nothing then.
rm -rf dumps
exact HEAPFLAME_DUMP_SECONDS=0 timeout -s KILL 60 "$PROGS/api_interrupts" >said ||
	fail "dumps in a signal handler: exit $?"
[ "$(cat said)" -ge 20 ] || fail "only $(cat said) dumps in a signal handler"
grep -q '^# allocator' "$(dump_of dumps)" || fail "the final dump does not say"
