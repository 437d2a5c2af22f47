#!/bin/bash
# Goal: --from and --to add up the phases between two marks: what was allocated
# is the sum of the phases, what lives is told for a single one at its end and
# for several now; a mark that there is not is an error that lists those.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact HEAPFLAME_ACTIVE=0 "$PROGS/partitions" >said
[ ! -s said ] || fail "$(cat said)"

# value METRIC OPTION...
value()
{
	"$HEAPFLAME" report --json --metric "$@" dumps |
		"$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["total"]["value"])'
}

# expect VALUE METRIC OPTION...
expect()
{
	local want=$1 got

	shift
	got=$(value "$@")
	[ "$got" -eq "$want" ] || fail "$*: $got, not $want"
}

# n partitions of 1000 bytes and a table of 8 bytes each; a tenth stays until
# the end of its case. 1,000, 2,000, 5,000 and 2,000 of them, in this order.
expect 1008000 alloc_space --from '1,000 partitions' --to '2,000 partitions'
expect 3024000 alloc_space --from '1,000 partitions' --to '../5,000 partitions'
expect 3024000 alloc_space --to '../5,000 partitions'
expect 9072000 alloc_space --from '2,000 partitions'
expect 7056000 alloc_space --from '2,000 partitions' --until '2,000 partitions'
expect 10080000 alloc_space --from '1,000 partitions'
expect 3002 alloc_objects --from '1,000 partitions' --to '../5,000 partitions' \
	--focus make_partitions --ignore no_such_function
expect 100000 inuse_space --from '1,000 partitions' --to '2,000 partitions'
expect 0 inuse_space --from '1,000 partitions' --to '../5,000 partitions'
expect 1008000 peak_space --from '1,000 partitions' --to '2,000 partitions'

"$HEAPFLAME" report --metric inuse_space --from '1,000 partitions' dumps >text
grep -q "inuse_space from mark '1,000 partitions', still live 0 B" text ||
	fail "$(head -1 text)"
[ "$("$HEAPFLAME" convert --to folded --to '../5,000 partitions' \
	--metric alloc_space dumps | awk '{ n += $NF } END { print n }')" -eq \
	3024000 ] || fail 'the mark of convert'
! "$HEAPFLAME" leaks --phase '1,000 partitions' dumps | has Direct ||
	fail 'what was freed after its phase is no leak'

expect_error 1 "'1,000 partitions', '2,000 partitions', '../5,000 partitions'$" \
	"$HEAPFLAME" report --from 1000 dumps
expect_error 1 "no phase is called 'end'; there are" \
	"$HEAPFLAME" flame --to end -o x.svg dumps
[ ! -e x.svg ] || fail 'half an output'
expect_error 1 "no mark '1,000 partitions' comes after '../5,000" \
	"$HEAPFLAME" report --from '../5,000 partitions' \
	--to '1,000 partitions' dumps
expect_error 2 "--phase excludes --from and --to" \
	"$HEAPFLAME" report --phase a --from b dumps
