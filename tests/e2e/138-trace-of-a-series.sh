#!/bin/bash
# Goal: `convert --to trace` has a counter for each dump of a series, with the
# totals that `report` has of that dump, what the heaviest functions hold in it,
# and the marks; its events obey the rules of the format.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

traced()
{
	"$HEAPFLAME" convert --to trace -o "$1.trace" "${@:2}" "$1"
	"$HEAPFLAME" convert --to trace -o - "${@:2}" "$1" | cmp - "$1.trace" ||
		fail "$1: two runs, two results"
	"$PYTHON" "$SRC/tests/e2e/traced.py" "$1" || fail "$1"
}

# One process with marks, and a series of more dumps than tracks.
shim HEAPFLAME_SAMPLE=1024 "$PROGS/api_phases" >/dev/null
mv dumps marks
traced marks
grep -q '"cat":"mark","name":"case 1"' marks.trace || fail "no mark"
shim HEAPFLAME_SAMPLE=16384 HEAPFLAME_DUMP_BYTES=1M "$PROGS/churn" >/dev/null
mv dumps series
[ "$(count series/*.heap)" -gt 1 ] || fail "no series"
traced series
"$HEAPFLAME" convert --to trace --tracks 2 series >few
[ "$(grep -o '"live in [^"]*"' few | sort -u | wc -l)" -le 4 ] ||
	fail "more than 2 functions and 2 stacks have a track"
"$HEAPFLAME" convert --to trace --focus no_such_function -o none series
grep -q '"name":"live in ' none && fail "somebody holds what was left out"
grep -q '"name":"live","args":{"bytes":0}' none || fail "not 0: $(head none)"

# Processes are apart, also those of one pid; foreign dumps have no trend.
exact "$PROGS/truth_fork" a b >/dev/null
mv dumps forks
traced forks
mkdir pids
cp "$SRC/tests/fuzz/corpus/read_heaptrack/interpreted" pids/heaptrack.a.77.heap
cp "$SRC/tests/fuzz/corpus/read_heaptrack/raw" pids/heaptrack.b.77.heap
traced pids --all

# From a bundle the same.
"$HEAPFLAME" bundle -o series.hfb series
"$HEAPFLAME" convert --to trace series.hfb | cmp - series.trace ||
	fail "a bundle's trace differs"

expect_error 2 '--tracks is for trace' "$HEAPFLAME" convert --to folded \
	--tracks 3 series
expect_error 2 'knows the expressions alone' "$HEAPFLAME" convert --to trace \
	--phase x series
