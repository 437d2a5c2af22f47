#!/bin/bash
# Goal: a live state that is read a thousand times a second while four threads
# change it never shows a torn, negative or over-full figure; each command reads
# it, by name and by PID, and says that the program runs.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

mkdir -p "$HEAPFLAME_LIVE/changing.$$"
HEAPFLAME_LIVE=$HEAPFLAME_LIVE/changing.$$
export HEAPFLAME_LIVE
trap 'kill -KILL $pid 2>/dev/null || true; rm -rf "$HEAPFLAME_LIVE"' EXIT

# Not by a function of ours: $! would be a shell, not the program.
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" \
	HEAPFLAME_SAMPLE=1 "$PROGS/killed" log wait 0 &
pid=$!
for ((i = 0; i < 200; i++)); do
	states=("$HEAPFLAME_LIVE"/*.live)
	[ ${#states[@]} -eq 0 ] || break
	sleep 0.05
done
[ ${#states[@]} -eq 1 ] || fail "${#states[@]} states"
sleep 0.2
"$PROGS/read_states" "${states[0]}" 3 || fail "not so"

for file in "${states[0]}" "$HEAPFLAME_LIVE" $pid; do
	"$HEAPFLAME" report --json "$file" >json || fail "report $file"
	"$PYTHON" - "$pid" <<'END'
import json, sys, hf
answer = json.load(open("json"))
if answer["metric"] != "inuse_space":
    hf.fail("the default metric of a running one is " + answer["metric"])
if [(p["state"], p["pid"]) for p in answer["processes"]] != [
        ("running", int(sys.argv[1]))]:
    hf.fail("whose: " + str(answer["processes"]))
if not hf.flat(answer).get("take_100000"):
    hf.fail("nothing of take_100000")
END
	"$HEAPFLAME" flame -o x.svg "$file" || fail "flame $file"
	"$HEAPFLAME" info "$file" | has '^process .*running' ||
		fail "info $file"
	"$HEAPFLAME" leaks "$file" >/dev/null || fail "leaks $file"
	"$HEAPFLAME" convert --to folded -o x.folded "$file" ||
		fail "convert $file"
	grep -q take_4096 x.folded || fail "convert $file: no take_4096"
done
kill -KILL $pid
wait $pid 2>/dev/null || true
"$HEAPFLAME" info "$HEAPFLAME_LIVE" | has '^process .*killed' ||
	fail "a killed one is not said to be one"
expect_error 1 "there is no process $pid" "$HEAPFLAME" report $pid
grep -q "'heapflame ls'" stderr.txt || fail "$(cat stderr.txt)"
expect_error 1 'not profiled|cannot look' "$HEAPFLAME" report $$
