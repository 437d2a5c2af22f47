#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a host that loads and unloads plug-ins 5,000 times makes no new stacks of
# the code that stays, and no new rows of plug-ins that come back to their place;
# little MEMORY is enough, and every byte is charged by name.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for name in stays a b; do
	cp "$PROGS/libplugin.so" $name.so
done
exact HEAPFLAME_MEMORY=4M HEAPFLAME_DUMP_SECONDS=1 \
	"$PROGS/host_turns" 5000 "$PWD"/{stays,a,a}.so >said
exact HEAPFLAME_PREFIX="$PWD/two/h" HEAPFLAME_MEMORY=4M \
	"$PROGS/host_turns" 1000 "$PWD"/{stays,a,b}.so >said.two
"$PYTHON" - "$(dump_of dumps)" "$(dump_of two)" <<'END'
import sys, hf
for path, said, rows in ((sys.argv[1], "said", 30), (sys.argv[2], "said.two", 2100)):
    dump = hf.Dump(path)
    stacks = sum(line.startswith("# s ") for line in open(path))
    modules = len(dump.header["module"])
    print("%d stacks, %d rows of modules" % (stacks, modules))
    if stacks > 200:
        hf.fail("%d stacks" % stacks)
    if modules > rows:
        hf.fail("%d rows of modules" % modules)
    if dump.header.get("lost"):
        hf.fail("lost: %s" % dump.header["lost"])
    words = open(said).read().split()
    wanted = {"plugin_allocate": int(words[1]), "allocate": int(words[3])}
    got = dict.fromkeys(wanted, 0)
    for row in hf.report([path], "inuse_space")["rows"]:
        if row["function"] in got:
            got[row["function"]] += row["flat"]["value"]
    if got != wanted:
        hf.fail("%s, not %s" % (got, wanted))
END
