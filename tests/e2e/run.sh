#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the end-to-end scenarios, tests/e2e/NN-*.sh (or NNN): each in a fresh temporary
# folder, JOBS (3, since many wait) at a time, for at most 300 s unless it says
# `# timeout: SECONDS`. A scenario passes with exit 0, is skipped with 77 (a
# failure if CI=true: there, what a scenario needs is installed), fails else.
# One that measures time says `# alone`: it runs when no other does.
#
# usage: run.sh OUT [long]    T=20 run.sh OUT    T=52-run run.sh OUT
# T is the number, or what the name begins with.
# Scenarios 90 to 99 are the long ones, run only by `long` or by name.
set -u
here=$(cd "$(dirname "$0")" && pwd)
SRC=$(cd "$here/../.." && pwd)
out=$(cd "$1" && pwd) || exit 1
HEAPFLAME=$out/heapflame LIBHEAPFLAME=$out/libheapflame.so PROGS=$out/progs
export SRC HEAPFLAME LIBHEAPFLAME PROGS
# What the user has set must not reach the programs under test.
for variable in LD_PRELOAD "${!HEAPFLAME_@}"; do
	[ "$variable" = HEAPFLAME_TEST_INSTALL ] || unset "$variable"
done
# Nor the make that runs us the makes that scenarios run.
unset MAKEFLAGS MAKELEVEL MFLAGS BUILD
export LC_ALL=C.UTF-8

results=$(mktemp -d) || exit 1
# Live states: not where the user's own are, and gone afterwards.
HEAPFLAME_LIVE=$(mktemp -d /dev/shm/heapflame-e2e.XXXXXX) || exit 1
export HEAPFLAME_LIVE
trap 'rm -rf "$results" "$HEAPFLAME_LIVE"' EXIT
# Each scenario is a process group of its own, under a `timeout` that passes
# signals on to all of it.
stop()
{
	for file in "$results"/*.pid; do
		kill "$(cat "$file")"
	done 2>/dev/null
	wait
	exit 130
}
trap stop INT TERM

# One scenario. What it did is in $results/NAME.{log,status,seconds}.
run_one()
{
	name=$1
	limit=$(sed -n 's/^# timeout: *\([0-9]*\).*/\1/p' "$here/$name.sh")
	folder=$(mktemp -d "${TMPDIR:-/tmp}/e2e-$name.XXXXXX")
	begin=$SECONDS
	(
		cd "$folder" || exit 1
		echo $BASHPID >"$results/$name.pid"
		# A scenario must not hang on a question, nor outlive its time.
		exec timeout -k 10 "${limit:-300}" "$here/$name.sh" </dev/null
	) >"$results/$name.log" 2>&1
	status=$?
	rm -f "$results/$name.pid"
	chmod -R u+rwx "$folder" 2>/dev/null
	rm -rf "$folder"
	echo $((SECONDS - begin)) >"$results/$name.seconds"
	echo $status >"$results/$name.status"
	show "$name" $status
}

# show NAME STATUS: one line, and the whole story of a failure.
show()
{
	seconds=$(cat "$results/$1.seconds")
	case $2 in
	0) echo "ok   $1 (${seconds}s)" && return ;;
	77) echo "SKIP $1: $(tail -n 1 "$results/$1.log")" && return ;;
	124 | 137) why="took too long" ;;
	*) why="exit $2" ;;
	esac
	{
		echo "FAIL $1 ($why, ${seconds}s)"
		tail -n 200 "$results/$1.log" | sed 's/^/    /'
		echo "  again: make e2e T=$1"
	} >"$results/$1.story"
	cat "$results/$1.story"
}

chosen()
{
	local begin=${T:-}
	[[ $begin =~ ^[0-9]{2,}$ ]] && begin=$begin-
	for file in "$here"/[0-9][0-9]-*.sh "$here"/1[0-9][0-9]-*.sh; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .sh)
		[[ $name == "$begin"* ]] || continue
		case ${2:-short}/${T:-} in
		long/*) [[ $name == 9?-* ]] || continue ;;
		short/) [[ $name == 9?-* ]] && continue ;;
		esac
		echo "$name"
	done
}

count()
{
	cat "$results"/*.status 2>/dev/null | grep -cx "$1"
}

names=$(chosen "$@")
for name in $names; do
	grep -q '^# alone' "$here/$name.sh" && continue
	while [ "$(jobs -rp | wc -l)" -ge "${JOBS:-3}" ]; do
		wait -n
	done
	run_one "$name" &
done
wait
for name in $names; do
	grep -q '^# alone' "$here/$name.sh" && run_one "$name"
done

total=$(printf '%s' "$names" | grep -c .)
passed=$(count 0) skipped=$(count 77)
failed=$((total - passed - skipped))
echo "e2e: $passed passed, $failed failed, $skipped skipped"
[ "$total" -gt 0 ] || { echo "no scenario matches T=${T:-}" >&2; exit 1; }
[ "$failed" -eq 0 ] || exit 1
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
	echo "a skipped scenario is a failure in CI" >&2
	exit 1
fi
