#!/bin/bash
# Goal: however a program ends, its live state reads, and differs from what the
# program itself had noted by no more than what was under way: a block in each
# thread. Cut off at any page, it reads as far as it goes and says so.
# timeout: 200
# alone
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

live=$HEAPFLAME_LIVE/kills.$$
mkdir -p "$live"
trap 'rm -rf "$live"' EXIT
export HEAPFLAME_LIVE=$live

"$PYTHON" "$SRC/tests/e2e/kills.py" 40
"$PYTHON" "$SRC/tests/e2e/kills.py" 5 abort segv _exit exit_group
"$PYTHON" "$SRC/tests/e2e/kills.py" 2 limit

# By the OOM killer, where we may make a cgroup.
for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
	group=$root/heapflame-test.$$
	mkdir "$group" 2>/dev/null || continue
	trap 'rmdir "$group"; rm -rf "$live"' EXIT
	for file in memory.limit_in_bytes memory.max; do
		[ ! -e "$group/$file" ] || echo 64M >"$group/$file"
	done
	[ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
	KILLS_CGROUP=$group "$PYTHON" "$SRC/tests/e2e/kills.py" 2 hoard
	break
done

# Cut off at each page.
mkdir "$live/cut"
HEAPFLAME_LIVE=$live/cut "$PYTHON" "$SRC/tests/e2e/kills.py" 1 abort
state=("$live"/cut/kills.*/*.live)
size=$(($(stat -c '%b * %B' "${state[0]}")))
head -c "$size" "${state[0]}" >whole.live
before=0
for pages in $(seq $((size / 4096 + 1))); do
	head -c $((pages * 4096)) whole.live >cut.live
	status=0
	"$HEAPFLAME" report --metric alloc_space --json cut.live \
		>cut.json 2>cut.err || status=$?
	[ "$(grep -c '^heapflame: ' cut.err)" -le 1 ] ||
		fail "page $pages: $(cat cut.err)"
	[ $status -eq 0 ] || [ "$pages" -lt 3 ] ||
		fail "page $pages: exit $status: $(cat cut.err)"
	[ $status -ne 0 ] || now=$("$PYTHON" -c '
import json
print(json.load(open("cut.json"))["total"]["value"])')
	[ "${now:=0}" -ge "$before" ] || fail "page $pages: less than before"
	before=$now
done
[ "$before" -gt 1000000 ] || fail "the last cut holds $before bytes"
head -c $((6 * 4096)) whole.live >cut.live
"$HEAPFLAME" info cut.live 2>&1 >info.txt | has 'cut off' ||
	fail "a cut is not said"
