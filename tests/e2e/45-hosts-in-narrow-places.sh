#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hosts with little address space, no descriptor to spare, a small limit of
# file sizes, all memory locked, real-time and deadline scheduling, namespaces of
# their own, a root folder of their own, rights given away, data in the place
# of fd 2: each ends as without the shim and prints the same, though dumps are
# due all the time; no half of one is left. It catches a mapping that is used
# though it failed, a descriptor of ours that takes the last number, SIGXFSZ by
# our doing, a permanent thread, a first child of the new world that is not the
# host's, a message in a data file.
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
				HEAPFLAME_PREFIX="$PWD/dumps/h" \
				"$PROGS/harm_care" "$1" "${2:-}" $before \
				>said 2>err || fail "$* at N = $sample: exit $?"
			diff plain said || fail "$*: other output"
			if grep -v '^heapflame: ' err; then
				fail "$*: other errors"
			fi
			[ "$(wc -l <err)" -le "$most" ] || fail "$*: $(cat err)"
		done
	done
	for dump in dumps/*.heap; do
		grep -q '^# end' "$dump" || fail "$1: half a file: $dump"
	done
	[ -z "$(echo dumps/*.tmp)" ] || fail "$1: .tmp left"
	echo "$1: $(count dumps/*) dumps"
	rm -f dumps/*
	tried="${tried:-} $1"
}

place 0 nothing
place 1 space 6
place 0 space 16
place 0 nofile
place 2 fsize
place 1 locked 8
place 2 locked 1
place 0 fifo
place 2 deadline
place 1 unshare
place 0 chroot "$PWD/jail"
place 1 nobody
place 0 fd2 "$PWD/data"
[ "$(cat data)" = data ] || fail "foreign bytes in the data: $(cat data)"
for one in space nofile fsize chroot nobody fd2; do
	[[ "$tried " == *" $one "* ]] || fail "$one could not be tried"
done

# A sanitised environment: nothing but what makes us be there.
"$PROGS/harm_care" nothing >plain
(cd dumps && env -i LD_PRELOAD="$LIBHEAPFLAME" "$PROGS/harm_care" nothing) \
	>said 2>&1
diff plain said || fail "env -i: other output"
