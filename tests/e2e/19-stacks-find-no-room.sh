#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: when stacks find no room, bytes and objects are still
# all there, and the dump says how many have no stack. The live table: see 18.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# in_memory MEMORY NAME PROGRAM...: with so much, dumps under NAME/
in_memory()
{
	exact HEAPFLAME_MEMORY="$1" HEAPFLAME_DUMP_SECONDS=0 \
		HEAPFLAME_PREFIX="$PWD/$2/h" "${@:3}" >said
}
in_memory 4M few.stacks "$PROGS/host_paths" 15
in_memory 256M all.stacks "$PROGS/host_paths" 15

"$PYTHON" - "$(dump_of few.stacks)" "$(dump_of all.stacks)" <<'END'
import sys, hf
few, whole = (hf.Dump(path) for path in sys.argv[1:3])
lost = {v[0]: int(v[1]) for v in few.header.get("lost", [])}
if whole.header.get("lost"):
    hf.fail("with all there is: %s" % whole.header["lost"])
if lost.get("stack_full", 0) < 1000:
    hf.fail("the table was not full: %s" % lost)
for what in "a", "l":
    for i, name in (1, "bytes"), (2, "objects"):
        if few.sum(what, i) != whole.sum(what, i):
            hf.fail("%s of %s: %s, not %s" % (name, what,
                    few.sum(what, i), whole.sum(what, i)))
END
for dump in few.*/*.f.heap; do
	grep -q '^# s .* x=f' "$dump" || fail "nothing says: without a stack"
	"$HEAPFLAME" report "$dump" >text
	grep -q stack_full text || fail "the report does not say what is lost"
done

# A library that comes when there is no room: the bytes are there, the dump says
# why they have no name.
rm -rf few.stacks
in_memory 4M few.stacks "$PROGS/host_paths" 15 "$PROGS/libharm_plugin.so"
grep -q '^# lost module [1-9]' "$(dump_of few.stacks)" ||
	fail "no word of a module: $(grep '^# lost' few.stacks/*.f.heap)"
in_memory 256M enough "$PROGS/host_paths" 15 "$PROGS/libharm_plugin.so"
! grep -q '^# lost module' "$(dump_of enough)" || fail "there was room"
for metric in alloc_space alloc_objects; do
	for folder in few.stacks enough; do
		"$HEAPFLAME" report --json --metric $metric "$(dump_of $folder)" |
			"$PYTHON" -c 'import json, sys
print(json.load(sys.stdin)["total"]["value"])'
	done | sort -u >values
	[ "$(wc -l <values)" -eq 1 ] || fail "$metric: $(cat values)"
done
