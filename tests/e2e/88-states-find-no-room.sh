#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a host never notices what becomes of its state: the tmpfs is full, its
# files are limited, /dev/shm is missing, read-only, another's, or a trap. Its
# dumps hold all, and say what the state lacks, or why there is none; and no
# descriptor of ours is in the host's table while the state is made and grows.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
unset HEAPFLAME_LIVE

# Mounts of our own, gone with us.
if [ "${1:-}" != inside ]; then
	unshare -m --propagation private true 2>/dev/null ||
		skip "no mounts of one's own here"
	exec unshare -m --propagation private "$0" inside
fi
here=$PWD

# host NAME LIVE [COMMAND...]: host_paths, exact; its dump is NAME/*.f.heap
host()
{
	mkdir -p "$1"
	"${@:3}" env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$here/$1/h" ${2:+HEAPFLAME_LIVE="$2"} \
		HEAPFLAME_DUMP_SECONDS=0 "$PROGS/host_paths" "$paths" >"$1.out" ||
		fail "$1: exit $?"
	cmp "plain.$paths" "$1.out" || fail "$1: other output"
	"$HEAPFLAME" report --json --metric alloc_space "$1"/*.f.heap |
		"$PYTHON" -c 'import json, sys
print(json.load(sys.stdin)["total"]["value"])' >"$1.total"
	[ -e "shm.$paths.total" ] || return 0
	cmp "shm.$paths.total" "$1.total" || fail "$1: $(cat "$1.total"), not all"
	"$HEAPFLAME" info "$1"/*.f.heap >"$1.info"
}

lost_state()
{
	sed -n 's/^# lost state //p' "$1"/*.f.heap
}

# no_state NAME WHY: the dump says that there was none, and why
no_state()
{
	grep -q "no live state, $2" "$1.info" ||
		fail "$1: nothing says '$2': $(cat "$1.info")"
	grep -q '^# nostate ' "$1"/*.f.heap || fail "$1: no line nostate"
}

mkdir small
for paths in 9 11 15; do
	"$PROGS/host_paths" "$paths" >"plain.$paths"
	mount -t tmpfs none small
	host "shm.$paths" "$here/small"
	[ -z "$(lost_state "shm.$paths")" ] || fail "lost where there is room"
	umount small
done

# Full from the start, or while it grows.
before=999999999
for size in 4k 60k 68k 200k 700k 1100k 3000k; do
	mount -t tmpfs -o size=$size none small
	host "full.$size" "$here/small"
	if [ $size = 4k ] || [ $size = 60k ]; then
		no_state "full.$size" 'there is no room'
	else
		lost=$(lost_state "full.$size")
		lost=${lost:-0}
		if [ "$lost" -lt 10000 ] || [ "$lost" -ge "$before" ]; then
			fail "$size: $lost lost, $before with less room"
		fi
		before=$lost
	fi
	[ "$(count small/*.live)" -eq 0 ] || fail "$size: a state is left"
	umount small
done

# The host fills it itself, and takes it away again, while the state grows.
mount -t tmpfs -o size=5m none small
(
	for _ in $(seq 40); do
		head -c 6m /dev/zero >small/filler 2>/dev/null || true
		sleep 0.01
		rm small/filler
		sleep 0.01
	done
) &
for i in 1 2 3; do
	host "fills.$i" "$here/small"
done
wait
umount small

# No file may be that large; nor a dump, so it is a small one.
mount -t tmpfs none small
paths=9
host limit.1000K "$here/small" prlimit --fsize=1024000
no_state limit.1000K 'there is no room'
paths=11
host limit.1500K "$here/small" prlimit --fsize=1536000
[ "$(lost_state limit.1500K)" -gt 100 ] || fail "1500K: $(lost_state limit.1500K) lost"
umount small

# /dev/shm: each way there is no state, and the reason is said.
folder=/dev/shm/heapflame-$(id -u)
unset XDG_RUNTIME_DIR
mount -t tmpfs none /dev/shm
host ours ""
[ -d "$folder" ] || fail "no folder in /dev/shm"
! grep -q nostate ours/*.heap || fail "no state in an ordinary /dev/shm"
chmod 755 "$folder"
host readable ""
no_state readable 'its folder belongs to somebody else'
chmod 700 "$folder"
chown 4711 "$folder"
host anothers ""
no_state anothers 'its folder belongs to somebody else'
[ -z "$(ls -A "$folder")" ] || fail "something written to another's folder"
rmdir "$folder"
mkdir target
chmod 700 target
ln -s "$here/target" "$folder"
host link ""
no_state link 'there is no folder'
[ -z "$(ls -A target)" ] || fail "a link was followed"
rm "$folder"
: >"$folder"
host file ""
no_state file 'there is no folder'
rm "$folder"
mount -o remount,ro /dev/shm
host readonly ""
no_state readonly 'there is no folder'
umount /dev/shm
mount -t tmpfs none /dev # which takes /dev/shm away
host missing ""
no_state missing 'there is no folder'
umount /dev

# Nothing of ours in the host's table while the state is made and grows.
mount -t tmpfs none small
HEAPFLAME_LIVE="$here/small" exact HEAPFLAME_DUMP_SECONDS=0 \
	HEAPFLAME_DUMP_BYTES=4M "$PROGS/host_fds" watch >said ||
	fail "$(cat said)"
