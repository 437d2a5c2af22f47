#!/bin/bash
# Goal: a dump whose program is gone or was rebuilt gives marked frames and a
# reason, never names out of another build; put back, the names are back.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need cc
build()
{
	cc -O1 -fno-inline -fno-optimize-sibling-calls -g -Wl,--build-id \
		-o program "$SRC/tests/progs/$1" -pthread
}
build ticker.c
exact ./program 3
dump=$(dump_of dumps)
"$HEAPFLAME" report --metric alloc_space "$dump" | has by_block ||
	fail "no name to begin with"

# expect_marked REASON: no name of the program, one mark, a reason in `info`
expect_marked()
{
	"$HEAPFLAME" report --json --metric alloc_space "$dump" >json
	"$PYTHON" - <<'END'
import json, hf
rows = json.load(open("json"))["rows"]
if not any(r["function"].startswith("[program+0x") for r in rows):
    hf.fail("no marked frame: %s" % [r["function"] for r in rows])
for r in rows:
    if (r["module"] or "").endswith("/program") and r["function"][0] != "[":
        hf.fail("a name out of another build: " + r["function"])
    if r["flat"]["value"] and r["function"].startswith("[program") and r["file"]:
        hf.fail("a source line for what has no name")
END
	"$HEAPFLAME" info "$dump" >info.txt
	grep -A3 '/program' info.txt | has -E "$1" ||
		fail "info does not say why: $(grep -A3 /program info.txt)"
}

mv program kept
expect_marked 'gone|missing|not found|no such|No such'
build churn.c
expect_marked 'build-id|differs|replaced'
echo garbage >program
expect_marked 'build-id|differs|replaced|ELF|not'
mv kept program
"$HEAPFLAME" report --metric alloc_space "$dump" | has by_block ||
	fail "the names did not come back"
