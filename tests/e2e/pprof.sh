# SPDX-License-Identifier: Apache-2.0
# What the scenarios about pprof share; sourced after lib.sh.
# shellcheck shell=bash
export GOCACHE=$PWD/cache GOFLAGS=-mod=mod GO111MODULE=off HOME=$PWD
export GOPROXY=off GOTOOLCHAIN=local PPROF_TMPDIR=$PWD

pprofs()
{
	"$PYTHON" "$SRC/tests/e2e/pprofs.py" "$@"
}

# total METRIC FILE...: what `convert --to folded` adds up to
total()
{
	"$HEAPFLAME" convert --to folded --metric "$@" |
		awk '{ sum += $NF } END { printf "%d\n", sum }'
}

# same_totals PROFILE FILE...: each type of a profile of pprof's, as our own
# decoder and as `go tool pprof` add it up, is what FILE... hold of that metric.
same_totals()
{
	local profile=$1 name sum

	shift
	pprofs totals "$profile" >totals.txt
	pprofs raw "$profile" >raw.txt
	diff totals.txt raw.txt || fail "$profile: pprof reads other figures"
	[ -s totals.txt ] || fail "$profile: no types"
	while read -r name sum; do
		[ "$(total "$name" "$@")" = "$sum" ] ||
			fail "$profile: $name is $sum, not $(total "$name" "$@")"
	done <totals.txt
}
