#!/bin/bash
# Goal: a benchmark that warms up, starts, marks its cases and stops gives one
# picture a case, named after its mark, with that case's figures alone; nothing
# of the warm-up is in any of them, and no mark's name leads out of the folder.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

"$PROGS/partitions" | has 'not recorded' || fail 'recorded by nobody'

"$HEAPFLAME" run --sample 1 --active 0 -o run --each-phase pictures/all -- \
	"$PROGS/partitions" >said 2>summary
[ ! -s said ] || fail "$(cat said)"
grep -q '^phases:  pictures/all/ (4 pictures)$' summary || fail "$(cat summary)"
ls pictures/all >got
LC_ALL=C sort >want <<'END'
1,000 partitions.svg
2,000 partitions-2.svg
2,000 partitions.svg
___5,000 partitions.svg
END
LC_ALL=C sort -o got got
diff want got || fail 'not these pictures'
[ "$(ls pictures)" = all ] || fail "a mark left its folder: $(ls pictures)"
for picture in pictures/all/*.svg; do
	grep -q run_case "$picture" || fail "$picture: no run_case"
	! grep -q warm_up "$picture" || fail "$picture: the warm-up"
done
grep -q '5,000 partitions' 'pictures/all/___5,000 partitions.svg' ||
	fail 'the title does not say which'

# value NAME METRIC: of make_partitions and all below it
value()
{
	"$HEAPFLAME" report --json --phase "$1" --metric "$2" run |
		"$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["total"]["value"])'
}

# expect NAME METRIC VALUE
expect()
{
	local got

	got=$(value "$1" "$2")
	[ "$got" -eq "$3" ] || fail "$1: $2 is $got, not $3"
}

# n partitions of 1000 bytes and a table of 8 bytes each; a tenth stays.
expect '1,000 partitions' alloc_space 1008000
expect '1,000 partitions' alloc_objects 1001
expect '1,000 partitions' peak_space 1008000
expect '1,000 partitions' inuse_space 100000
expect '../5,000 partitions' alloc_space 5040000
expect '../5,000 partitions' inuse_objects 500
# Both of one name.
expect '2,000 partitions' alloc_space 4032000
expect '2,000 partitions' inuse_space 400000

# Nothing was counted outside of them, so they are the whole.
"$HEAPFLAME" convert --to folded --metric alloc_space --by phase run >folded.txt
[ "$(awk '{ n += $NF } END { print n }' folded.txt)" -eq $((1008000 + 5040000 + 4032000)) ] ||
	fail "$(cat folded.txt)"
! grep -q '^\[no phase\]' folded.txt || fail "$(cat folded.txt)"

# The same from dumps, into a folder in the run's.
"$HEAPFLAME" flame --each-phase --metric inuse_space run 2>said
[ "$(count run/phases/*.svg)" -eq 4 ] || fail "$(cat said)"
grep -q 'inuse_space of phase' 'run/phases/1,000 partitions.svg' ||
	fail 'the metric is not said'

"$HEAPFLAME" info run >info.txt
grep -qE '^  phase     1,000 partitions, from [0-9.]+ [a-z]+ on, for [0-9.]+ [a-z]+$' info.txt ||
	fail "$(cat info.txt)"

expect_error 1 "no phase is called 'x'; there are '1,000 partitions', " \
	"$HEAPFLAME" report --phase x run
expect_error 2 'exclude each other' "$HEAPFLAME" flame --each-phase --phase x run
expect_error 2 'to a folder' "$HEAPFLAME" flame --each-phase -o - run
exact "$PROGS/rss_kinds" leak
expect_error 1 'no phase was marked' "$HEAPFLAME" flame --each-phase -o none dumps
[ ! -e none ] || fail 'a folder for nothing'
