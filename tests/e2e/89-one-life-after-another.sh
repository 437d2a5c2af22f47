#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a container's pid 1 that is killed and started again 20 times leaves
# the newest 8 lives, each its own, each readable; a program that calls exec on
# itself leaves no more; a server and its workers have a state each, and what
# the workers inherited counts once. A state that nobody finished goes, a state
# that somebody writes to stays.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
unset HEAPFLAME_LIVE

# live FOLDER [VAR=VALUE]... PROGRAM...: exact, no dumps by time
live()
{
	mkdir -p "$1"
	exec env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_LIVE="$PWD/$1" \
		HEAPFLAME_PREFIX="$PWD/$1.dumps/h" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_DUMP_SECONDS=0 "${@:2}"
}

until_it_says_kept()
{
	local n=0

	until grep -q kept "$1"; do
		n=$((n + 1))
		[ $n -lt 600 ] || fail "never said: kept"
		sleep 0.05
	done
}

# total FILE...: what is live there, in bytes
total()
{
	"$HEAPFLAME" report --json --metric inuse_space "$@" |
		"$PYTHON" -c 'import json, sys
print(json.load(sys.stdin)["total"]["value"])'
}

# kill_life UNSHARE: and its child, which dies with it, but a moment later
kill_life()
{
	local child n=0

	child=$(pgrep -P "$1")
	kill -KILL "$1"
	wait "$1" 2>/dev/null || true
	until ! [ -e "/proc/$child" ] ||
		grep -q '^State:.Z' "/proc/$child/status" 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 600 ] || fail "$child does not end"
		sleep 0.05
	done
}

on_tmpfs()
{
	[ "$(stat -fc %T "$1")" = tmpfs ]
}

# On a tmpfs, whatever this folder is on.
here=$(mktemp -d /dev/shm/heapflame-lives.XXXXXX)
trap 'rm -rf "$here"' EXIT
cd "$here"
on_tmpfs . || skip "/dev/shm is no tmpfs here"

if unshare -pf --mount-proc true 2>/dev/null; then
	for i in $(seq 20); do
		: >said
		(live lives unshare -pf --mount-proc --kill-child \
			"$PROGS/host_lives" keep "$i" >said < <(sleep 60)) &
		until_it_says_kept said
		kill_life $!
	done
	# One more sweeps, and lives.
	: >said
	(live lives unshare -pf --mount-proc --kill-child \
		"$PROGS/host_lives" keep 21 >said < <(sleep 60)) &
	until_it_says_kept said
	kept=(lives/host_lives.1-*.live)
	[ ${#kept[@]} -eq 9 ] ||
		fail "${#kept[@]} states, not 8 and one: ${kept[*]}"
	i=13
	for state in "${kept[@]}"; do
		[ "$(total "$state")" -eq $((i * 1000)) ] ||
			fail "$state: $(total "$state"), not those of life $i"
		i=$((i + 1))
	done
	kill_life $!
else
	echo "no namespace of processes: left out"
fi

# The same without a namespace, by a program that calls exec.
: >said
(live again "$PROGS/host_lives" again 20 5 >said < <(sleep 60)) &
until_it_says_kept said
kept=(again/*.live)
# The last one's helper may have held the memory a moment longer.
case ${#kept[@]} in
9 | 10) ;;
*) fail "exec: ${#kept[@]} states, not 8 and one" ;;
esac
newest=${kept[-1]}
[ "$(total "$newest")" -eq 15000 ] || fail "exec: $(total "$newest")"
# The living one is the ninth newest of all, and stays.
for i in $(seq 12); do
	(live again "$PROGS/host_lives" again 0 5 >other </dev/null) & wait $!
	: >other
	(live again "$PROGS/host_lives" keep 1 >other < <(sleep 60)) &
	until_it_says_kept other
	kill -KILL $!
	wait $! 2>/dev/null || true
done
[ -e "$newest" ] || fail "the state of a living process was removed"
kill %?again 2>/dev/null || kill "$(jobs -p | head -n 1)"
wait 2>/dev/null || true

# What was never finished goes after a minute; a stranger's file stays.
head -c 65536 /dev/zero >again/host_lives.77-1a.live
head -c 65536 /dev/zero >again/host_lives.78-1b.live
touch -d '-1 hour' again/host_lives.77-1a.live
touch -d '-1 hour' again/host_lives.notes.live
(live again "$PROGS/host_lives" keep 1 >other </dev/null) & wait $!
[ ! -e again/host_lives.77-1a.live ] || fail "an abandoned file stays"
[ -e again/host_lives.78-1b.live ] || fail "one that is being made is gone"
[ -e again/host_lives.notes.live ] || fail "a file that is none of ours is gone"

# A child by vfork has its parent's memory, but is not the process.
(live vfork "$PROGS/host_lives" vfork 30 >other </dev/null) & wait $!
dump_of vfork.dumps >/dev/null
[ "$(total vfork.dumps/*.heap)" -eq 30000 ] ||
	fail "vfork: $(total vfork.dumps/*.heap)"
[ "$(count vfork/*.live)" -eq 0 ] || fail "vfork: a state is left"

# A helper must not become the init of a namespace that the host has made.
status=0
(live init "$PROGS/host_lives" init 30 >other </dev/null) & wait $! || status=$?
[ $status -eq 77 ] || [ $status -eq 0 ] ||
	fail "no child in the new namespace of processes: exit $status"

# A server that forks workers.
mkfifo end
: >said
(live serve "$PROGS/host_lives" serve 3 100 >said <end) &
server=$!
exec 9>end
until_it_says_kept said
[ "$(count serve/*.live)" -eq 4 ] || fail "serve: $(ls serve)"
for state in serve/*.live; do
	total "$state"
done | sort -n | tr '\n' ' ' >each
[ "$(cat each)" = "100000 100000 200000 300000 " ] || fail "each: $(cat each)"
[ "$(total serve/*.live)" -eq 700000 ] ||
	fail "together: $(total serve/*.live), not 700000"
# Killed, they say the same.
pkill -KILL -P $server 2>/dev/null || true
kill -KILL $server
wait $server 2>/dev/null || true
[ "$(total serve/*.live)" -eq 700000 ] || fail "killed: $(total serve/*.live)"
exec 9>&-
