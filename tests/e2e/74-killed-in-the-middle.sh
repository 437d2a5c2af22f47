#!/bin/bash
# Goal: a program killed at any moment, also in the middle of a dump, leaves
# whole dumps and at most a .tmp that no reader takes; they can be read, and
# they say that the process had not ended.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

read_one=0
for i in $(seq 20); do
	# A dump that was being written is finished after the host is gone.
	mkdir "$i" && cd "$i"
	# Not by a function of ours: $! would be a shell, not the program.
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" \
		HEAPFLAME_SAMPLE=1 HEAPFLAME_DUMP_BYTES=1M \
		"$PROGS/ticker" 900 1 &
	pid=$!
	sleep "0.$((20 + i * 3))"
	kill -KILL $pid
	wait $pid 2>/dev/null || true
	sleep 0.1
	for dump in dumps/*.heap; do
		grep -q '^# end' "$dump" || fail "half a file: $dump"
	done
	if [ "$(count dumps/*.heap)" -eq 0 ]; then
		cd ..
		continue
	fi
	"$HEAPFLAME" report --json dumps >json || fail "round $i: unreadable"
	"$PYTHON" - <<'END'
import json, hf
answer = json.load(open("json"))
if answer["metric"] != "inuse_space":
    hf.fail("the default metric of a killed one is " + answer["metric"])
if [p["state"] for p in answer["processes"]] == ["ended"]:
    hf.fail("a killed one is said to have ended")
END
	read_one=$((read_one + 1))
	cd ..
done
[ $read_one -gt 10 ] || fail "only $read_one of 20 rounds left a dump"
