#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `check --baseline` says of a real program at the interval that it asks
# for: RUNS (200) pairs of a fresh baseline and an unchanged run, and as many
# with one that holds 10 % more. The table of docs/SAMPLING.md, "A gate".
# usage: gate_power.sh OUT [RUNS]
set -eu
out=$(cd "$1" && pwd)
runs=${2:-200}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset LD_PRELOAD "${!HEAPFLAME_@}"
cd "$work"
${CC:-cc} -g -O1 -fno-inline -fno-optimize-sibling-calls -o gate "$here/gate.c"
seed=0

# take N FOLDER ARGS...: one run, with a seed that no other has
take()
{
	rm -rf "$2"
	seed=$((seed + 1))
	env LD_PRELOAD="$out/libheapflame.so" HEAPFLAME_PREFIX="$PWD/$2/h" \
		HEAPFLAME_SAMPLE="$1" HEAPFLAME_SEED=$seed HEAPFLAME_LIVE=0 \
		./gate "${@:3}"
}

check()
{
	local status=0
	"$out/heapflame" check --baseline base "$1" >said || status=$?
	echo $status
}

take 512K base
take 512K run
status=$(check run)
n=$(sed -n 's/^ *it can be told at --sample \([0-9]*K*\), of a baseline.*/\1/p' said)
[ -n "$n" ] || { echo "exit $status, and no interval" >&2; cat said >&2; exit 1; }
declare -A ended
done=0

table()
{
	local kind name
	echo "| --sample $n, tolerance 5 % | runs | hold | fail | undecided |"
	echo '|---|---|---|---|---|'
	for kind in same worse; do
		name=unchanged
		[ $kind = same ] || name='10 % more'
		echo "| $name | $done | ${ended[$kind-0]:-0} | ${ended[$kind-3]:-0} | ${ended[$kind-4]:-0} |"
	done
}

# What has been done until then is worth something, too.
trap 'table; exit 130' INT TERM
for ((; done < runs; done++)); do
	take "$n" base
	take "$n" run
	same=same-$(check run)
	take "$n" run 10
	worse=worse-$(check run)
	ended[$same]=$((${ended[$same]:-0} + 1))
	ended[$worse]=$((${ended[$worse]:-0} + 1))
done
table
# At most 5 of 1,000 unchanged ones fail, at least 99 of 100 worse ones do.
[ $((${ended[same-3]:-0} * 1000)) -le $((5 * runs)) ] &&
	[ $((${ended[worse-3]:-0} * 100)) -ge $((99 * runs)) ]
