#!/bin/bash
# Goal: `heapflame ls` lists who runs and who was killed, with what they hold,
# how they ended and a command that opens each; programs in other namespaces
# are found, and opened by their PID.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

export HEAPFLAME_LIVE=$HEAPFLAME_LIVE/ls.$$
mkdir -p "$HEAPFLAME_LIVE"
pids=()
finish()
{
	[ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
	wait
	[ -z "${group:-}" ] || rmdir "$group" || true
	rm -rf "$HEAPFLAME_LIVE"
}
trap finish EXIT

"$HEAPFLAME" ls "$HEAPFLAME_LIVE" | has 'heapflame run' ||
	fail "nobody is told how to get one"
expect_error 1 "cannot open 'nowhere'" "$HEAPFLAME" ls nowhere

# Not by functions of ours: $! would be a shell, not the program.
preload=(env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h"
	HEAPFLAME_SAMPLE=1)

# until_state PATTERN: it is there, and ready
until_state()
{
	for ((i = 0; i < 200; i++)); do
		for state in $1; do
			[ "$(head -c 8 "$state" | tr -d '\0')" != heapflam ] ||
				return 0
		done
		sleep 0.05
	done
	fail "no state $1"
}

"${preload[@]}" "$PROGS/killed" log1 _exit 50 || true
"${preload[@]}" "$PROGS/killed" log2 wait 0 &
killed=$!
until_state "$HEAPFLAME_LIVE/killed.$killed-*.live"
kill -KILL $killed
wait $killed 2>/dev/null || true
# shellcheck disable=SC2016 # the inner shell's
"${preload[@]}" sh -c 'x=$(:); exec sleep 60' &
pids+=($!) replaced=$!
"${preload[@]}" "$PROGS/killed" log3 wait 0 &
pids+=($!) running=$!
until_state "$HEAPFLAME_LIVE/killed.$running-*.live"
until_state "$HEAPFLAME_LIVE/sleep.$replaced-*.live"
for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do
	group=$root/heapflame-ls.$$
	if ! mkdir "$group" 2>/dev/null; then
		group=
		continue
	fi
	for file in memory.limit_in_bytes memory.max; do
		[ ! -e "$group/$file" ] || echo 64M >"$group/$file"
	done
	[ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
	(
		echo 0 >"$group/cgroup.procs"
		exec "${preload[@]}" "$PROGS/killed" log4 hoard 50
	) || true
	break
done

"$HEAPFLAME" ls --json "$HEAPFLAME_LIVE" >ls.json
"$HEAPFLAME" ls --json >all.json
COLUMNS=80 "$HEAPFLAME" ls "$HEAPFLAME_LIVE" >ls.txt
"$PYTHON" - $running $killed $replaced "${group:+oom}" <<'END'
import json, sys, hf
running, killed, replaced = [int(a) for a in sys.argv[1:4]]
found = json.load(open("ls.json"))["profiles"]
of = {(p["pid"], p["exe"].rsplit("/", 1)[-1]): p for p in found}
states = [p["state"] for p in found]
if states != sorted(states, key=lambda s: s != "running"):
    hf.fail("running ones first: %s" % states)
for runs in (True, False):
    starts = [p["start_ms"] for p in found if (p["state"] == "running") == runs]
    if starts != sorted(starts, reverse=True):
        hf.fail("newest first: %s" % starts)
for key, state in (((running, "killed"), "running"),
                   ((killed, "killed"), "killed"),
                   ((replaced, "sh"), "replaced"),
                   ((replaced, "sleep"), "running")):
    if of[key]["state"] != state:
        hf.fail("%s is %s, not %s" % (key, of[key]["state"], state))
if of[running, "killed"]["pid_here"] != running:
    hf.fail("the pid of a running one is not given")
live = of[killed, "killed"]["live"]
if not live["low"] <= live["value"] <= live["high"] or live["value"] < 100000:
    hf.fail("live: %s" % live)
if sys.argv[4] and not [p for p in found if p["oom_kills"] > 0]:
    hf.fail("no OOM kill was seen")
for p in found:
    words = p["command"].split()
    answer = json.loads(hf.run(hf.HEAPFLAME, "report", "--json", *words[2:]))
    if answer["processes"][0]["pid"] != p["pid"]:
        hf.fail(p["command"])
everywhere = {p["file"] for p in json.load(open("all.json"))["profiles"]}
if not {p["file"] for p in found} <= everywhere:
    hf.fail("without a name not all were found")
for line in open("ls.txt"):
    if len(line.rstrip("\n")) > 80 and "heapflame report" not in line:
        hf.fail("wider than 80 columns: " + line)
END
[ -z "$group" ] || has 'probably by the OOM killer' ls.txt ||
	fail "the OOM killer is not named"
for words in running 'replaced by exec' 'killed, crashed or _exit'; do
	grep -q "$words" ls.txt || fail "'$words' is nowhere"
done

# In namespaces of its own, with a /dev/shm of its own.
unshare -mpf --mount-proc mount -t tmpfs none /dev/shm 2>/dev/null ||
	exit 0
# shellcheck disable=SC2016 # the inner shell's
unshare -mpf --mount-proc --kill-child sh -c '
	mount -t tmpfs none /dev/shm
	unset HEAPFLAME_LIVE
	exec "$@"' sh "${preload[@]}" "$PROGS/killed" log5 wait 0 &
pids+=($!)
for ((i = 0; i < 100; i++)); do
	inside=$(pgrep -P $! || true)
	if [ -n "$inside" ] && "$HEAPFLAME" report --json "$inside" \
		>inside.json 2>/dev/null; then
		break
	fi
	sleep 0.1
done
"$HEAPFLAME" ls --json >all.json
"$PYTHON" - "$inside" <<'END'
import json, sys, hf
answer = json.load(open("inside.json"))["processes"][0]
if (answer["pid"], answer["state"]) != (1, "running"):
    hf.fail("pid 1 of another namespace: %s" % answer)
found = [p for p in json.load(open("all.json"))["profiles"]
         if p["pid_here"] == int(sys.argv[1])]
if len(found) != 1 or found[0]["pid"] != 1:
    hf.fail("ls does not find it: %s" % found)
END

# In another pid namespace but the same folder: the file alone tells.
unshare -pf --mount-proc --kill-child "${preload[@]}" \
	"$PROGS/killed" log6 wait 0 &
pids+=($!)
until_state "$HEAPFLAME_LIVE/killed.1-*.live"
"$HEAPFLAME" info "$state" | has '^process 1, running' ||
	fail "a running one of another namespace: $("$HEAPFLAME" info "$state")"
kill -KILL "${pids[-1]}"
wait "${pids[-1]}" 2>/dev/null || true
for ((i = 0; i < 100; i++)); do # its own child dies a moment later
	"$HEAPFLAME" info "$state" >info.txt
	! grep -q '^process 1, killed' info.txt || break
	sleep 0.05
done
grep -q '^process 1, killed' info.txt ||
	fail "a killed one of another namespace: $(cat info.txt)"

# Every life of a container's pid 1 is its own; the newest 8 dead are kept.
rm -f "$HEAPFLAME_LIVE"/killed.1-*.live
for i in $(seq 12); do
	unshare -pf --mount-proc "${preload[@]}" \
		"$PROGS/killed" log7 _exit $((20 + i)) || true
done
"$HEAPFLAME" ls --json "$HEAPFLAME_LIVE" >ls.json
"$PYTHON" - <<'END'
import json, hf
lives = [p for p in json.load(open("ls.json"))["profiles"] if p["pid"] == 1]
if len({p["id"] for p in lives}) != len(lives) or len(lives) not in (8, 9):
    hf.fail("%d lives of pid 1: %s" % (len(lives), lives))
for p in lives:
    if p["state"] != "killed" or p["live"]["value"] < 100000:
        hf.fail("a life of pid 1: %s" % p)
END

# Who has given up root can't remove what root made: it says that it has ended.
mkdir -m 777 nobodys
chmod 755 .
[ "$(id -u)" -ne 0 ] || {
	"${preload[@]}" HEAPFLAME_PREFIX="$PWD/nobodys/h" \
		"$PROGS/gives_up_root"
	"$HEAPFLAME" ls --json "$HEAPFLAME_LIVE" | "$PYTHON" -c '
import json, sys
of = [p for p in json.load(sys.stdin)["profiles"] if "gives_up" in p["exe"]]
if [p["state"] for p in of] != ["dumped"]:
    sys.exit("FAILED: of one that gave up root: %s" % of)'
	[ "$(count nobodys/*.f.heap)" -eq 1 ] || fail "no final dump"
}
