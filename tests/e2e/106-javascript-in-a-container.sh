#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a running Node.js in namespaces of its own, with a /tmp of its own,
# writes its perf map there under the pid that it has there: its functions have
# their names in report, top and record all the same.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need node unshare
[ "$(id -u)" = 0 ] || skip "namespaces of one's own need root here"
# Where that /tmp does not hide it.
beside=$(mktemp -d /var/tmp/heapflame-106.XXXXXX)
# shellcheck disable=SC2064 # what it is now
trap "rm -rf '$beside'" EXIT
cp "$LIBHEAPFLAME" "$beside/"
library=$beside/libheapflame.so
cat >leak.js <<'END'
'use strict';
const kept = [];
function leakSlowly() {
	for (let i = 0; i < 20; i++)
		kept.push(Buffer.alloc(64 * 1024, i));
	if (kept.length > 4000)
		kept.length = 0;
}
setInterval(function onTick() { leakSlowly(); }, 10);
END
# shellcheck disable=SC2016 # the inner shell expands it
unshare --fork --pid --mount --mount-proc --kill-child sh -c '
	mount -t tmpfs none /tmp && cd "$1" &&
	exec env LD_PRELOAD="$2" HEAPFLAME_SAMPLE=64K HEAPFLAME_PREFIX="$3/h" \
		node --perf-basic-prof --interpreted-frames-native-stack \
		--no-opt -e "$4"' sh / "$library" "$HEAPFLAME_LIVE/dumps" \
	"$(cat leak.js)" 2>err.txt &
outer=$!
# unshare itself waits for its child, whatever it is told.
trap 'kill -KILL $pid $outer; rm -rf "$beside"' EXIT
pid=
for _ in {1..100}; do
	pid=$(ps -o pid= --ppid $outer | tr -d ' ') || true
	[ -n "$pid" ] && "$HEAPFLAME" report --cum --metric alloc_space \
		--top 0 "$pid" >report.txt 2>/dev/null &&
		grep -q 'leakSlowly' report.txt && break
	sleep 0.1
done
[ -n "$pid" ] || skip "no namespaces here: $(cat err.txt)"
grep -q 'leakSlowly' report.txt || fail "report: $(cat report.txt err.txt)"
[ ! -e "/tmp/perf-$pid.map" ] || fail "the map is not where this test wants it"
"$HEAPFLAME" record --for 1s -o - "$pid" >picture.svg
grep -q 'leakSlowly' picture.svg || fail "record has no name of it"
