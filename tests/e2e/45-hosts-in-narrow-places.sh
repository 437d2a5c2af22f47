#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hosts with little address space, no descriptor to spare, a small limit of
# file sizes, all memory locked, real-time and deadline scheduling, namespaces of
# their own, a root folder of their own, rights given away, data in the place
# of fd 2, another title: each ends as without the shim and prints the same,
# though dumps are due all the time; no half of one is left. It catches a mapping
# that is used though it failed, a descriptor of ours that takes the last number,
# SIGXFSZ by our doing, a helper as urgent as the host, a permanent thread, a
# first child of the new world that is not the host's, a message in a data file,
# an environment that is read too late.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

[ "$(id -u)" -eq 0 ] || skip "only root can make some of these places"
mkdir jail dumps
chmod 755 .
chmod 777 dumps
last_resort=/tmp/heapflame-54321
trap 'rm -rf "$last_resort"' EXIT

# place MESSAGES CONDITION [ARGUMENT]: before the condition there was much to
# sample, or nothing; at most that many lines are said on fd 2.
place()
{
	local most=$1 status before sample

	shift
	for before in 0 5000; do
		status=0
		"$PROGS/harm_care" "$1" "${2:-}" $before >plain 2>&1 || status=$?
		[ $status -eq 0 ] || { echo "$1: not here: $(cat plain)"; return; }
		for sample in 1 4096; do
			timeout 30 env LD_PRELOAD="$LIBHEAPFLAME" \
				HEAPFLAME_SAMPLE=$sample \
				HEAPFLAME_DUMP_BYTES=512K HEAPFLAME_DUMP_KEEP=1000 \
				HEAPFLAME_PREFIX="${prefix:-$PWD/dumps/h}" \
				"$PROGS/harm_care" "$1" "${2:-}" $before \
				>said 2>err || fail "$* at N = $sample: exit $?"
			diff plain said || fail "$*: other output"
			if grep -v '^heapflame: ' err; then
				fail "$*: other errors"
			fi
			[ "$(wc -l <err)" -le "$most" ] || fail "$*: $(cat err)"
		done
	done
	case $1 in # where nothing stands in the way
	nothing | nofile | fifo | fd2 | title)
		[ "$(count dumps/*.f.heap)" -eq 4 ] || fail "$1: no dumps"
	esac
	for dump in dumps/*.heap; do
		grep -q '^# end' "$dump" || fail "$1: half a file: $dump"
	done
	[ -z "$(echo dumps/*.tmp)" ] || fail "$1: .tmp left"
	echo "$1: $(count dumps/*) dumps"
	[ -n "${keep:-}" ] || rm -f dumps/*
	tried="${tried:-} $1"
}

place 0 nothing
# KiB: from nothing at all up to where all finds room.
for kib in 0 900 1500 3000 16384; do
	place 1 space $kib
done
place 0 nofile
place 2 fsize
for kib in 0 900 1500 3000; do
	place 1 locked $kib
done
place 0 fifo
place 2 deadline
place 1 unshare
place 0 chroot "$PWD/jail"
# There, what was the path before is one still.
for kind in f i; do
	inside=("$PWD/jail$PWD/dumps"/*."$kind"*.heap)
	[ ${#inside[@]} -ge 4 ] || fail "${#inside[@]} dumps in the jail: $kind"
done
for dump in "$PWD/jail$PWD/dumps"/*; do
	grep -q '^# end' "$dump" || fail "half a file: $dump"
done
# Without /proc, what was loaded at start is known by name still.
for dump in "$PWD/jail$PWD/dumps"/*.f.heap; do
	"$HEAPFLAME" report --metric alloc_space "$dump" >text
	grep -qE ' churn( |$)' text || fail "nameless: $(cat text)"
done
keep=yes
place 1 nobody
keep=
[ "$(find dumps -name '*.f.heap' -user 54321 | wc -l)" -eq 4 ] ||
	fail "no dumps of who it was in the end: $(ls -l dumps)"
# The memory is closed to them; which file it was is said still.
for dump in dumps/*.f.heap; do
	awk '/^# module .*\/harm_care / { n++; wrong += $6 !~ /^[0-9a-f]+$/ }
		END { exit !n || wrong }' "$dump" ||
		fail "no build-id: $(grep '^# module' "$dump")"
done
rm -f dumps/*
# A folder that is closed to them: then their own, and one line that says so.
chmod 755 dumps
place 1 nobody
[ "$(count $last_resort/*.f.heap)" -eq 4 ] ||
	fail "nothing in $last_resort: $(ls -l $last_resort 2>&1)"
chmod 777 dumps
place 0 fd2 "$PWD/data"
[ "$(cat data)" = data ] || fail "foreign bytes in the data: $(cat data)"
prefix=dumps/h # of the folder that was ours at the start
place 0 title
for one in space nofile fsize chroot nobody fd2 title; do
	[[ "$tried " == *" $one "* ]] || fail "$one could not be tried"
done

# The same with something to say: not into a file that was not there at the
# start, and into one that has no room for it without a signal for that.
# complaining CONDITION [ARGUMENT]
complaining()
{
	LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX=/proc/nowhere/h STATE_DIRECTORY="$PWD/state" \
		HEAPFLAME_DUMP_BYTES=512K "$PROGS/harm_care" "$1" "${2:-}" 0
}
complaining nothing >said 2>err
grep -q '^heapflame: wrote .*state' err || fail "nothing to say: $(cat err)"
complaining fd2 "$PWD/data" >said 2>err || fail "fd2, complaining: exit $?"
[ "$(cat data)" = data ] || fail "foreign bytes in the data: $(cat data)"
"$PROGS/harm_care" fsize >plain
head -c 2000 /dev/zero >err
complaining fsize >said 2>>err || fail "a full fd 2: exit $?"
diff plain said || fail "a full fd 2: a signal by our doing"

# A sanitised environment: nothing but what makes us be there.
"$PROGS/harm_care" nothing >plain
(cd dumps && env -i LD_PRELOAD="$LIBHEAPFLAME" "$PROGS/harm_care" nothing) \
	>said 2>&1
diff plain said || fail "env -i: other output"
