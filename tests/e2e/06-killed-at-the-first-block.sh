#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: who is killed the moment after his first block, and his helper with him,
# as in a cgroup that has no memory, leaves a state with names: also a forked
# child, of a parent with blocks or without, the code of a plug-in, and a
# program that ld.so was called with.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# On a tmpfs, whatever this folder is on.
HEAPFLAME_LIVE=$HEAPFLAME_LIVE/first.$$
export HEAPFLAME_LIVE
trap 'rm -rf "$HEAPFLAME_LIVE"' EXIT

# gone NAMES SAMPLE COMMAND...: there is a state for each of the functions, in
# which it holds the most; all that is there has a module
gone()
{
	local status=0

	rm -rf "$HEAPFLAME_LIVE"
	mkdir "$HEAPFLAME_LIVE"
	shim HEAPFLAME_SAMPLE="$2" HEAPFLAME_DUMP_SECONDS=0 "${@:3}" || status=$?
	[ $status -eq 137 ] || fail "$*: exit $status"
	"$PYTHON" - "$1" "$HEAPFLAME_LIVE"/*.live <<'END'
import sys, hf
names = []
for state in sys.argv[2:]:
    rows = hf.report([state], "inuse_space")["rows"]
    for row in rows:
        if not row["module"] or not row["module"].startswith("/"):
            hf.fail("%s: no module: %s" % (state, row))
    names.append(max(rows, key=lambda r: r["flat"]["value"])["function"])
if sorted(names) != sys.argv[1].split():
    hf.fail("%s: the blocks are of %s" % (sys.argv[1], names))
END
}

# What a note of the helper's may bring in time need not be missed each time.
for _ in $(seq 5); do
	gone by_parent 1 "$PROGS/host_lives" gone own
	gone by_worker 1 "$PROGS/host_lives" gone child
	gone "by_parent by_worker" 1 "$PROGS/host_lives" gone heir
	gone plugin_allocate 2M "$PROGS/host_lives" gone "$PROGS/libplugin.so"
done

loader=$(readelf -l "$PROGS/host_lives" |
	sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
gone by_parent 1 "$loader" "$PROGS/host_lives" gone own
# It has one name for both; what it says must not stand where there is no state.
HEAPFLAME_LIVE=0 exact "$loader" "$PROGS/host_lives" keep 3 </dev/null
"$HEAPFLAME" report dumps | has by_parent || fail "by ld.so: no by_parent"

# The loader has a name that leads nowhere from here: the kernel's is taken.
mkdir there
cp "$PROGS/libplugin.so" there/
cd there
gone plugin_allocate 2M "$PROGS/host_lives" gone ./libplugin.so
