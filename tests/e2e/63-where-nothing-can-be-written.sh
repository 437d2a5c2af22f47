#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk is full, fills up, the folder is read-only, is deleted or replaced
# by a file while the program runs: it prints what it always does; no half of a
# dump has a dump's name, no .tmp stays. It catches a rename after a write that
# failed, and a .tmp that nobody removes.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

"$PROGS/harm_host" 100 >plain
mounted=
finish()
{
	[ -z "$mounted" ] || umount -l disk
}
trap finish EXIT

# host NAME: as always, with dumps under disk/dumps
host()
{
	timeout 60 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_DUMP_BYTES=256K HEAPFLAME_PREFIX="$PWD/disk/dumps/h" \
		HEAPFLAME_DUMP_KEEP=500 STATE_DIRECTORY="$PWD/state" \
		"$PROGS/harm_host" 100 >said 2>err ||
		fail "$1: exit $?: $(cat err)"
	diff plain said || fail "$1: other output"
	if grep -v '^heapflame: ' err; then
		fail "$1: other errors"
	fi
	# This process and its child may each speak of the first and the last.
	[ "$(wc -l <err)" -le 4 ] || fail "$1: $(cat err)"
}

whole()
{
	for dump in disk/dumps/*.heap; do
		grep -q '^# end' "$dump" || fail "$1: half a file: $dump"
	done
	[ -z "$(echo disk/dumps/*.tmp)" ] || fail "$1: .tmp left"
	echo "$1: $(count disk/dumps/*.heap) dumps"
}

# again THING: what somebody does to the folder every 20 ms, for 2 seconds
beside()
{
	for _ in $(seq 100); do
		"$@"
		sleep 0.02
	done
}
deleted()
{
	rm -rf disk/dumps
}
replaced()
{
	rm -rf disk/dumps
	echo precious >disk/dumps || true # it may be back already
}

mkdir -p disk/dumps
beside deleted 2>/dev/null &
host "folder deleted"
wait $!
rm -rf disk/dumps && mkdir disk/dumps
beside replaced 2>/dev/null &
host "folder replaced by a file"
wait $!
rm -rf disk/dumps

[ "$(id -u)" -eq 0 ] || exit 0
if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
	mounted=1
	host "small disk"
	whole "small disk"
	[ "$(count disk/dumps/*.heap)" -ge 1 ] || fail "not even one fits"
	rm -rf disk/dumps && mkdir disk/dumps
	head -c 1M /dev/zero >disk/full 2>/dev/null || true
	host "full disk"
	whole "full disk"
	grep -q 'no room' err || fail "nobody was told: $(cat err)"
	[ "$(count disk/dumps/*)" -eq 0 ] || fail "files on a full disk"
	rm disk/full
	mount -o remount,ro disk
	host "read-only disk"
	whole "read-only disk"
	[ "$(count disk/dumps/*)" -eq 0 ] || fail "files on a read-only disk"
fi
