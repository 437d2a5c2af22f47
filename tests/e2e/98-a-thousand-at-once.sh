#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# Goal: a thousand processes that start at once have a state each, in one
# folder, all right; where there is room for some hundred only, the others say
# so in their dumps. Killed, all but the newest are cleared away in time.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
unset HEAPFLAME_LIVE

if [ "${1:-}" != inside ]; then
	unshare -m --propagation private true 2>/dev/null ||
		skip "no mounts of one's own here"
	exec unshare -m --propagation private "$0" inside
fi
HOSTS=1000

# start FOLDER: all of them, waiting; their pids are in $pids
start()
{
	rm -rf out dumps
	mkdir out dumps
	mkfifo gate
	pids=()
	for i in $(seq $HOSTS); do
		env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
			HEAPFLAME_LIVE="$1" HEAPFLAME_PREFIX="$PWD/dumps/h" \
			HEAPFLAME_DUMP_KEEP=5000 HEAPFLAME_DUMP_SECONDS=0 \
			"$PROGS/host_lives" keep 3 <gate >out/"$i" 2>&1 &
		pids+=($!)
	done
	exec 9>gate
	rm gate
	for _ in $(seq 1200); do
		[ "$(cat out/* | grep -cx kept)" -lt $HOSTS ] || return 0
		sleep 0.05
	done
	fail "only $(cat out/* | grep -cx kept) of $HOSTS came that far"
}

# All end by themselves, with nothing said but the one word.
finish()
{
	exec 9>&-
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "process $pid: exit $?"
	done
	[ "$(cat out/* | sort | uniq -c | tr -s ' ')" = " $HOSTS kept" ] ||
		fail "said: $(cat out/* | sort | uniq -c | head -5)"
	[ "$(count dumps/*.f.heap)" -eq $HOSTS ] ||
		fail "$(count dumps/*.f.heap) final dumps"
	[ "$(grep -c '^# total 3 3000 ' dumps/*.heap |
		grep -c ':1$')" -eq $HOSTS ] || fail "not 3 blocks each"
}

mkdir room
mount -t tmpfs -o size=2g none room
start "$PWD/room"
[ "$(count room/*.live)" -eq $HOSTS ] || fail "$(count room/*.live) states"
"$HEAPFLAME" report --json --metric inuse_space --all room/*.live |
	"$PYTHON" -c 'import json, sys
got = json.load(sys.stdin)["total"]["value"]
sys.exit("%d bytes" % got if got != 3000 * '$HOSTS' else 0)' ||
	fail "states: not 3000 bytes each"
finish
[ "$(count room/*.live)" -eq 0 ] || fail "$(count room/*.live) states left"
! grep -q '^# nostate' dumps/*.heap || fail "no state where there is room"

# Killed together: what starts then clears up after them, some time.
start "$PWD/room"
kill -KILL "${pids[@]}"
wait "${pids[@]}" 2>/dev/null || true
exec 9>&-
for _ in $(seq 300); do
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_LIVE="$PWD/room" HEAPFLAME_PREFIX="$PWD/after/h" \
		"$PROGS/host_lives" keep 1 </dev/null >/dev/null
	[ "$(count room/*.live)" -gt 8 ] || break
done
[ "$(count room/*.live)" -eq 8 ] || fail "$(count room/*.live) dead stay"
umount room

# Room for some.
mount -t tmpfs -o size=20m none room
start "$PWD/room"
some=$(count room/*.live)
finish
without=$({ grep -l '^# nostate' dumps/*.heap || true; } | wc -l)
{ [ "$without" -gt 100 ] && [ "$without" -lt $HOSTS ]; } ||
	fail "$without of $HOSTS say that they had no state"
[ $((some + without)) -eq $HOSTS ] ||
	fail "$some states, and $without say that they had none"
umount room
