#!/bin/bash
# Goal: an address that belonged to one library and then to another is charged
# to the one that was there when the block was taken.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cp "$PROGS/libplugin.so" a.so
cp "$PROGS/libplugin.so" b.so
exact "$PROGS/host_plugins" "$PWD/a.so" "$PWD/b.so" >said
grep -q 'same address' said ||
	fail "no address was reused: nothing would be shown"
"$PYTHON" - "$(dump_of dumps)" <<'END'
import sys, hf
rows = hf.report([sys.argv[1]], "inuse_space")["rows"]
got = {}
for r in rows:
    if r["function"] == "plugin_allocate":
        name = r["module"].rsplit("/", 1)[-1]
        got[name] = got.get(name, 0) + r["flat"]["value"]
if got != {"a.so": 30000, "b.so": 300}:
    hf.fail("a.so took 30000 bytes and b.so 300; we say %s" % got)
END
