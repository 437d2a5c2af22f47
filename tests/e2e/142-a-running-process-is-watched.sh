#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: `growth PID --for` finds a leak of a running program from its live
# state, which notices nothing; ends with what it has at Ctrl-C and at the
# program's end; and knows the limit of the cgroup.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# start STEPS: a program that leaks, in some STEPS / 40 s; its pid in $pid
start()
{
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" \
		HEAPFLAME_SAMPLE=64K HEAPFLAME_DUMP_SECONDS=0 \
		"$PROGS/growth_kinds" "$1" 10000 25 leak=40000 \
		steady=8000000 load=8000000 >/dev/null &
	pid=$!
	# Until its state is there, and some of what it takes at the start.
	for _ in $(seq 100); do
		"$HEAPFLAME" top --once "$pid" 2>/dev/null | has by_load && return
		sleep 0.1
	done
	fail "no live state"
}
trap 'kill $pid 2>/dev/null || true' EXIT

start 4000
for try in 1 2 3; do
	"$HEAPFLAME" growth --for 4s --every 100ms --json --all-classes \
		-o growth.json "$pid"
	"$PYTHON" "$SRC/tests/e2e/grown.py" growth.json \
		"by_leak=linear growth" "by_steady=steady" 2>wrong.txt && break
	echo "$try: $(cat wrong.txt)"
	[ $try -lt 3 ] || fail "three times: $(cat wrong.txt)"
done
"$PYTHON" - <<'END'
import json
growth = json.load(open("growth.json"))
process, leak = growth["processes"][0], growth["stacks"][0]
# Busy or not, looks are as far apart as was said, or further.
assert 8 <= process["points"] <= 41 and not process["listed"], process
assert 3e9 <= process["to_ns"] - process["from_ns"] <= 4.2e9, process
hour = leak["bytes_an_hour"]
wide = 2 * (hour["high"] - hour["low"])
assert hour["low"] - wide < 40000 * 40 * 3600 < hour["high"] + wide, hour
END
[ "$(count dumps/*.heap)" -eq 0 ] || fail "it was made to write"

# Ctrl-C, long before the time is over.
timeout -s INT 3 "$HEAPFLAME" growth --for 1h --every 200ms "$pid" >early.txt ||
	[ $? -eq 124 ] || fail "Ctrl-C: $(cat early.txt)"
head -1 early.txt | has -E '^growth_kinds \(pid [0-9]+\): 1[0-9] looks in ' ||
	fail "$(cat early.txt)"
tail -1 early.txt | has 'stacks looked at in 1[0-9] looks over' ||
	fail "$(cat early.txt)"

kill "$pid"
wait "$pid" || true

# The limit of its cgroup, of version 2 and of 1: other trees stand in the place
# of the real ones. Of two limits the nearer one counts.
v2=$(sed -n 's/^0:://p' /proc/self/cgroup)
v1=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
mkdir -p "tree$v2" "tree/memory$v1"
echo 900000000 >tree/memory.max
echo 40000000 | tee tree/memory.current >"tree$v2/memory.current"
echo 100000000 >"tree$v2/memory.max"
printf 'anon 1\ninactive_file 5000000\n' >"tree$v2/memory.stat"
expected='"limit":{"bytes":100000000,"left":65000000,'
if [ -n "$v1" ]; then
	echo 90000000 >"tree/memory$v1/memory.limit_in_bytes"
	echo 70000000 >"tree/memory$v1/memory.usage_in_bytes"
	echo total_inactive_file 1000000 >"tree/memory$v1/memory.stat"
	expected='"limit":{"bytes":90000000,"left":21000000,'
fi
cat >inside.sh <<'END'
. "$SRC/tests/e2e/lib.sh"
mount --bind "$PWD/tree" /sys/fs/cgroup
start 4000
trap 'kill $pid' EXIT
"$HEAPFLAME" growth --for 1s --every 100ms --json "$pid"
END
if [ -n "$v1$v2" ] && unshare -rm true 2>/dev/null; then
	export -f start
	unshare -rm bash inside.sh >limit.json || fail "in the namespace"
	grep -qF "$expected" limit.json ||
		fail "$(grep limit limit.json)"
else
	echo "no user namespaces here: the cgroup's limit was not tried"
fi

# Who ends is looked at as long as he was there; the last dump is no look.
start 200
"$HEAPFLAME" growth --for 60s --every 100ms "$pid" >ended.txt 2>note.txt ||
	fail "$(cat note.txt)"
grep -q 'the program has ended after ' note.txt || fail "$(cat note.txt)"
grep -q ' looks in ' ended.txt || fail "$(cat ended.txt)"
wait "$pid"

expect_error 1 "there is no process" "$HEAPFLAME" growth --for 1s "$pid"
sleep 60 &
pid=$!
expect_error 1 "is not profiled" "$HEAPFLAME" growth --for 1s $pid
expect_error 1 "no such file|No such file" "$HEAPFLAME" growth --for 1s none.live
expect_error 2 "4 times in --for" "$HEAPFLAME" growth --for 1s --every 500ms $pid
expect_error 2 "for wants a time" "$HEAPFLAME" growth --for soon $pid
