#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: at N = 512 KiB, in scaled time, a leak is linear growth with its rate in
# the interval, and a cache, a queue, churn, fragments, a doubling buffer and a
# load at the start are not; a status for CI; a forecast.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need "$PYTHON"

# kinds KIND=BYTES...: 40 dumps in dumps/, in some 7 s
kinds()
{
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=512K HEAPFLAME_DUMP_SECONDS=0 \
		"$PROGS/growth_kinds" 240 6 30 "$@" >truth.txt
	[ "$(count dumps/*.heap)" -ge 40 ] || fail "too few dumps"
	"$HEAPFLAME" growth --json --all-classes -o growth.json dumps
}

others="cache=60000000 queue=60000000 steady=60000000 fragments=60000000
	doubling=60000000 load=60000000"
bounded="by_cache=plateau by_steady=steady by_fragments=steady
	by_load=step|plateau"

# What was before the cache was full, after a third of the time, is left out on
# demand: the first half.
late()
{
	local middle

	middle=$("$PYTHON" -c 'import json
p = json.load(open("growth.json"))["processes"][0]
print((p["from_ns"] + p["to_ns"]) // 2000000)')
	"$HEAPFLAME" growth --warm-up "${middle}ms" --json --all-classes \
		-o late.json dumps
	"$PYTHON" "$SRC/tests/e2e/grown.py" late.json by_cache=steady \
		by_load=steady
}

# A straight line is refused in one of a hundred leaks (docs/SAMPLING.md,
# section 8), and a full cache's sampled values may rise and stay by chance, so a
# second series may be asked; three times is no chance.
for try in 1 2 3; do
	# shellcheck disable=SC2086 # words are meant
	kinds leak=250000 $others
	# shellcheck disable=SC2086
	"$PYTHON" "$SRC/tests/e2e/grown.py" growth.json \
		"by_leak=linear growth" $bounded \
		"by_queue=sawtooth|steady|uneven growth" \
		"by_doubling=uneven growth|late growth|step|plateau" \
		2>wrong.txt && late 2>wrong.txt && break
	echo "$try: $(cat wrong.txt)"
	[ $try -lt 3 ] || fail "three times: $(cat wrong.txt)"
done

# The rate is what leaked in the time between the first dump and the last.
"$PYTHON" - <<'END'
import json
growth = json.load(open("growth.json"))
process, leak = growth["processes"][0], growth["stacks"][0]
first, last = [int(n) for n in open("truth.txt").readline().split()[2:4]]
seconds = (process["to_ns"] - process["from_ns"]) / 1e9
rate = (last - first) / seconds * 3600
assert process["listed"] and process["points"] >= 40, process
grown, hour = leak["growth"], leak["bytes_an_hour"]
# 95 %, so three times as far is never.
for truth, said in ((last - first, grown), (rate, hour)):
    wide = 2 * (said["high"] - said["low"])
    assert said["low"] - wide < truth < said["high"] + wide, (truth, said)
END

# For people, and for CI.
status=0
"$HEAPFLAME" growth --error-exitcode --limit 4G dumps >text.txt || status=$?
[ $status -eq 3 ] || fail "something grows, yet $status"
grep -qE '^growth_kinds \(pid [0-9]+\): 40 dumps in ' text.txt ||
	fail "$(cat text.txt)"
grep -qE '^1 stack grows linearly: \+[0-9.]+ [KMG]iB ± [0-9.]+ an hour$' \
	text.txt || fail "$(cat text.txt)"
grep -qE '^reaches the limit of 4.0 GiB, [0-9.]+ GiB from here, in [0-9]+ (s|min|h)' \
	text.txt || fail "$(cat text.txt)"
grep -qE '  linear growth  by_leak$' text.txt || fail "$(cat text.txt)"
tail -1 text.txt | has 'stacks looked at in 40 dumps over .*: 1 linear growth, ' ||
	fail "$(cat text.txt)"
[ "$("$HEAPFLAME" growth --ignore by_leak --error-exitcode dumps |
	grep -c 'nothing is seen to grow linearly')" -eq 1 ] || fail "ignored"
"$HEAPFLAME" growth --focus by_leak --by process dumps | has '< growth_kinds [0-9]' ||
	fail "--by process"

expect_error 1 "'growth_kinds' .*: growth is seen in 4 or more" \
	"$HEAPFLAME" growth --warm-up 1h dumps
expect_error 2 "warm-up wants a time" "$HEAPFLAME" growth --warm-up x dumps
expect_error 2 "limit wants a size" "$HEAPFLAME" growth --limit x dumps
expect_error 2 "for one PID" "$HEAPFLAME" growth --for 5s dumps dumps
