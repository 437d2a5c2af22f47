#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: leaks tells what was allocated at start-up and kept from what still
# accumulates, exact and sampled, from one dump, from a series, and of a process
# that was killed; of caches, queues and late batches it says neither.
# timeout: 120
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >check.py <<'END'
import json, sys

# check.py FILE FUNCTION=KIND...: KIND start, more, none, or "-": not there
KINDS = {"start": "start-up, kept", "more": "still accumulating", "none": None}
leaks = json.load(open(sys.argv[1]))["leaks"]
kinds = [l["age"] and l["age"]["kind"] for l in leaks]
order = [(k != KINDS["more"]) + (k == KINDS["start"]) for k in kinds]
if order != sorted(order):
    sys.exit("out of order: %s" % kinds)
for word in sys.argv[2:]:
    function, kind = word.split("=")
    mine = [l for l in leaks if l["stack"][0] == function]
    if not mine:
        sys.exit("%s is not listed" % function)
    for l in mine:
        age = l["age"]
        if age["kind"] != KINDS[kind]:
            sys.exit("%s: %s, not %s" % (function, age, kind))
        old = age["oldest_ms"]
        if old is not None and not 0 <= age["youngest_ms"] <= old < 60000:
            sys.exit("%s: %s" % (function, age))
        if kind == "start" and age["youngest_ms"] < 1000:
            sys.exit("%s: not of the start: %s" % (function, age))
        if kind == "more" and age["youngest_ms"] > 1000:
            sys.exit("%s: not to the end: %s" % (function, age))
        if age["samples"] != l["samples"]:
            sys.exit("%s: %s of %s" % (function, age, l["samples"]))
END

# told NAME FUNCTION=KIND...
told()
{
	local name=$1

	shift
	"$HEAPFLAME" leaks --json "$name" >"$name.json"
	"$HEAPFLAME" leaks --junit "$name.xml" "$name" >"$name.txt"
	"$PYTHON" check.py "$name.json" "$@" || fail "$name: $(cat "$name.txt")"
	xmllint --noout "$name.xml"
}

# runs NAME SAMPLE EVERY: three seconds, in the background
kinds=(leak=20000 cache=4000000 load=4000000 steady=4000000 queue=4000000
	fragments=2000000)
runs()
{
	HEAPFLAME_SAMPLE=$2 HEAPFLAME_PREFIX="$PWD/$1/h" \
		LD_PRELOAD="$LIBHEAPFLAME" "$PROGS/growth_kinds" 300 "$3" 10 \
		"${kinds[@]}" >"$1.log" &
}
runs exact 1 100000
runs sampled 16K 100000
wait
runs exact-series 1 20
runs sampled-series 16K 20
wait
all=(by_leak=more by_cache=none by_load=start by_steady=none by_queue=none
	by_fragments=start)
for name in exact sampled exact-series sampled-series; do
	told $name "${all[@]}"
	grep -q '^note: 1 (.*) still accumulating, ' $name.txt || fail "$name"
	grep -q 'leaked, still accumulating"' $name.xml || fail "$name: JUnit"
	grep -A 40 '^Direct leak of .* byte(s) in .* object(s) allocated from:$' \
		$name.txt | grep -A 30 'in by_leak ' |
		has '^    still accumulating: oldest from .* after the start, youngest .* before the end$' ||
		fail "$name: $(cat $name.txt)"
done

# Killed: a live state lists no samples. Its dates tell what is of the start,
# and the dumps before it what goes on; nothing that goes on is of the start.
killed()
{
	local name=$1 pid

	mkdir "$name"
	HEAPFLAME_SAMPLE=1 HEAPFLAME_PREFIX="$PWD/$name/h" HEAPFLAME_DUMP_SECONDS=0 \
		HEAPFLAME_LIVE="$PWD/$name" LD_PRELOAD="$LIBHEAPFLAME" \
		"$PROGS/growth_kinds" 100000 "$2" 10 load=4000000000 \
		leak=20000 >"$name.log" &
	pid=$!
	sleep 3
	kill -KILL $pid
	wait $pid || :
}
# The load of by_load is 5,000 steps: it still goes on then, as a leak does.
killed with-dumps 20
told with-dumps by_leak=more by_load=more kind_of=start
killed without-dumps 100000
"$HEAPFLAME" leaks --json without-dumps >without.json
"$PYTHON" check.py without.json kind_of=start || fail "$(cat without.json)"
! "$PYTHON" check.py without.json by_leak=start || fail 'a leak is no start-up'

# run --leaks, too; and what lived for less than a second has no kind.
cat >some.c <<'END'
#include <stdlib.h>
#include <unistd.h>
static void *volatile sink;
__attribute__((noinline)) static void table(void)
{
	sink = malloc(5000);
}
__attribute__((noinline)) static void request(void)
{
	sink = malloc(77);
}
int main(int argc, char **argv)
{
	for (int i = 0; i < 10; i++)
		table();
	for (int i = 0; i < 60; i++) {
		request();
		usleep(argc > 1 ? 25000 : 100);
	}
	return 0;
}
END
cc -g -O0 -fno-inline -o some some.c
"$HEAPFLAME" run --leaks ./some slowly 2>leaks.txt
grep -q '^note: 1 (4.5 KiB) still accumulating, 1 (48.8 KiB) start-up, kept$' \
	leaks.txt || fail "$(cat leaks.txt)"
"$HEAPFLAME" run --leaks ./some 2>leaks.txt
! grep -qE 'accumulating|kept' leaks.txt || fail "$(cat leaks.txt)"
grep -q '^Direct leak of 50000 byte(s) in 10 object(s)' leaks.txt ||
	fail "$(cat leaks.txt)"
