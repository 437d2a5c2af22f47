#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: with --perf-basic-prof the functions of a Node.js program that leaks
# Buffers have their JavaScript names, in whole stacks; a perf map that is
# not the process's own, or somebody else's, is not used, and info says so.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need node
cat >leak.js <<'END'
'use strict';
const kept = [];
function leakBuffers(n) {
	for (let i = 0; i < n; i++)
		kept.push(Buffer.alloc(64 * 1024, i));
}
function handleRequest() {
	leakBuffers(5);
}
for (let i = 0; i < 200; i++)
	handleRequest();
console.log(process.pid);
END

# leak OPTION...: sets $pid, $map and $dump
leak()
{
	rm -rf dumps
	pid=$(shim HEAPFLAME_SAMPLE=64K node "$@" leak.js)
	map=/tmp/perf-$pid.map
	trap 'rm -f "$map"' EXIT
	dump=$(dump_of dumps)
	[ -s "$map" ] || fail "node wrote no perf map"
}

# expect_share PERCENT PATTERN OPTION...: so much of what Buffers took has
# PATTERN in its stack. The first calls are interpreted, without a frame of
# their own unless node is asked for them.
expect_share()
{
	local least=$1 pattern=$2
	shift 2
	"$HEAPFLAME" convert --to folded --metric alloc_space -o folded \
		"$@" "$dump"
	grep ArrayBufferAllocator folded | awk -v least="$least" \
		-v pattern="$pattern" '{ all += $NF }
		$0 ~ pattern { some += $NF }
		END { printf "%s: %.1f%%\n", pattern, 100 * some / all
			exit !(all > 50e6 && 100 * some / all >= least) }' ||
		fail "too little below $pattern $*"
}

leak --perf-basic-prof
expect_share 90 ';leakBuffers;'
expect_share 90 '^_start;'
"$HEAPFLAME" report --cum --top 0 "$dump" | grep 'leakBuffers' |
	has 'leak.js:3' || fail "report does not say where it is"
mv "$map" kept.map

# Without the map, and with it again by name.
"$HEAPFLAME" convert --to folded -o folded "$dump"
grep -q leakBuffers folded && fail "a name from nowhere"
grep -q ';\[0x[0-9a-f]*\];' folded || fail "no address is left"
"$HEAPFLAME" info "$dump" | grep -A1 'in no file' | has 'no perf map' ||
	fail "info does not say what is missing"
expect_share 90 ';leakBuffers;' --perf-map kept.map
mkdir maps
cp kept.map "maps/perf-$pid.map"
expect_share 90 ';leakBuffers;' --perf-map maps

# One of another process that had the pid later, or before.
for age in 'next year' '2001-01-01'; do
	cp kept.map "$map"
	touch -d "$age" "$map"
	"$HEAPFLAME" convert --to folded -o folded "$dump"
	grep -q leakBuffers folded && fail "names of another process ($age)"
done
"$HEAPFLAME" info "$dump" | has 'perf map is of another process' ||
	fail "info does not say that the map is not its own"
rm -f "$map"

# A link, as somebody else might have put there; and another's file.
ln -s "$PWD/kept.map" "$map"
"$HEAPFLAME" convert --to folded -o folded "$dump"
grep -q leakBuffers folded && fail "followed a link"
rm -f "$map"
if [ "$(id -u)" = 0 ]; then
	cp kept.map "$map"
	chown 12345 "$map"
	touch -r "$dump" "$map"
	"$HEAPFLAME" info "$dump" | has 'belongs to somebody else' ||
		fail "used another user's map"
	rm -f "$map"
fi

# Interpreted functions have a frame of their own, too.
leak --perf-basic-prof --interpreted-frames-native-stack --no-opt
expect_share 95 ';handleRequest;leakBuffers;'
