#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: of two dumps of one process what lives in both cancels: the change is
# what live samples say, to the byte, its error that of what came and went; the
# truth lies within. Where live samples are not listed the error is bounded, and
# said to be; a running process is compared with its own dump.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

diffs()
{
	"$PYTHON" "$SRC/tests/e2e/diffs.py" "$@" || fail "diffs.py $*"
}

shim HEAPFLAME_SAMPLE=32K "$PROGS/growth_kinds" 80 20 1 leak=60000 \
	load=40000000 cache=3000000 steady=3000000 >truth.txt
all=(dumps/*.m[0-9]*.heap)
[ ${#all[@]} -eq 4 ] || fail "${#all[@]} dumps"
first=${all[0]} last=${all[3]}
diffs cancel "$first" "$last" truth.txt

# It says so, and says the same each time.
"$HEAPFLAME" diff "$first" "$last" >once.txt
"$HEAPFLAME" diff "$first" "$last" | cmp - once.txt || fail 'not the same twice'
grep -q '^1 process on both sides: what is in both is no error' once.txt ||
	fail "$(cat once.txt)"
grep -qE '^inuse_space: \+[0-9.]+ MiB . [0-9.]+ \(' once.txt ||
	fail "$(head -1 once.txt)"
grep -qE ' did not change$' once.txt || fail "$(tail -1 once.txt)"
"$HEAPFLAME" diff --color always "$first" "$last" >grey.txt
grep -q $'\e\[90m.*by_' grey.txt || fail 'nothing is grey'
sed $'s/\e\\[[0-9]*m//g' grey.txt | cmp - once.txt || fail 'other words in grey'

# width FILE...: of the interval of the total
width()
{
	"$HEAPFLAME" diff --json --metric inuse_space "$@" >width.json
	"$PYTHON" -c 'import json; d = json.load(open("width.json"))
v = d["total"]["delta"]; print(v["high"] - v["low"])'
}

# Without lists, and with half of one.
mkdir bare
for dump in "$first" "$last"; do
	grep -v '^# l ' "$dump" >"bare/$(basename "$dump")"
done
bare=(bare/*.heap)
listed=$(width "$first" "$last")
bounded=$(width "${bare[@]}")
grep -q '"bounded":1' width.json || fail "$(cat width.json)"
"$HEAPFLAME" diff "${bare[@]}" | has 'bounded by what was allocated in between' ||
	fail 'bounds are not said'
# As if they were two processes.
sed -i 's/^# boot .*/# boot other/' "${bare[1]}"
added=$(width "${bare[@]}")
grep -q '"processes":0' width.json || fail "$(cat width.json)"
echo "width listed $listed, bounded $bounded, added $added"
[ $((listed <= bounded && 2 * bounded < added)) -eq 1 ] || fail 'bounds'
# What came and what went by halves: --base has it from the same place.
"$HEAPFLAME" report --metric inuse_space --base "$first" "$last" --focus by_load |
	head -1 | has 'less the base 0 B, ' || fail 'report --base adds errors'

# What was allocated only rises: the error is that of what is new.
"$HEAPFLAME" diff --json --metric alloc_space "$first" "$last" >alloc.json
"$PYTHON" - alloc.json <<'EOF' || fail 'alloc_space'
import json, sys
d = json.load(open(sys.argv[1]))
rows = {r["function"]: r for r in d["rows"]}
v, t = rows["by_load"]["delta"], d["total"]
assert (v["low"], v["value"], v["high"]) == (0, 0, 0), v
width = lambda v: v["high"] - v["low"]
assert width(t["delta"]) < width(t["after"]), t
EOF

# Its own dump and the running process, whose state lists no samples.
mkfifo in
mkdir live
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=4K HEAPFLAME_PREFIX="$PWD/live/h" \
	HEAPFLAME_LIVE="$PWD/state" "$PROGS/sites" <in >/dev/null &
pid=$!
exec 9>in
trap 'exec 9>&-; kill $pid 2>/dev/null || :' EXIT
for _ in {1..200}; do
	"$HEAPFLAME" ctl "$pid" dump >ctl.txt 2>&1 && break
	kill -0 $pid || fail "$(cat ctl.txt)"
	sleep 0.05
done
dump=(live/*.heap)
[ ${#dump[@]} -eq 1 ] || fail "no dump of a running program: $(cat ctl.txt)"
"$HEAPFLAME" diff "${dump[0]}" "$pid" >running.txt || fail 'with a PID'
grep -q '^1 process on both sides' running.txt || fail "$(cat running.txt)"
"$HEAPFLAME" diff "$pid" "${dump[0]}" >/dev/null || fail 'a PID as BASE'
