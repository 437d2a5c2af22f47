#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# Goal: a run of thousands of short processes is a bounded number of files, read
# within a second, whose totals are exactly what the processes did; also where
# `run` and what it merges with are killed in the midst of it; and make's tree is
# one graph with its programs as roots.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >short.c <<'END'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void *volatile kept[64];
__attribute__((noinline)) static void hold(int n)
{
	for (int i = 0; i < n; i++)
		kept[i] = malloc(100);
}
__attribute__((noinline)) static void churn(int n)
{
	for (int i = 0; i < n; i++) {
		kept[63] = malloc(1000);
		free(kept[63]);
	}
}
int main(int argc, char **argv)
{
	int n = atoi(argv[1]);

	churn(n % 5);
	hold(n % 7 + 1);
	if (argc > 2 && n % 10 == 0) {
		usleep(100000); /* the modules are noted beside the program */
		raise(SIGKILL);
	}
	return argc < 0;
}
END
cc -g -O1 -fno-inline -o short short.c
ulimit -c 0

# check COUNT KILLED [FROM-FILES]: the folder o tells the truth of 1..COUNT
check()
{
	"$PYTHON" - "$@" <<'END'
import sys, hf
count, killed = int(sys.argv[1]), int(sys.argv[2])
numbers = range(1, count + 1)
wanted = {
    "hold": {"alloc_space": sum(n % 7 + 1 for n in numbers) * 100,
             "inuse_objects": sum(n % 7 + 1 for n in numbers)},
    "churn": {"alloc_space": sum(n % 5 for n in numbers) * 1000,
              "alloc_objects": sum(n % 5 for n in numbers),
              "inuse_objects": 0}}
for metric in ("alloc_space", "alloc_objects", "inuse_objects"):
    answer = hf.report(["--all", "o"], metric, "--top", "0")
    got = hf.flat(answer)
    for name in wanted:
        value = wanted[name].get(metric, None)
        if value is not None and got.get(name, 0) != value:
            hf.fail("%s of %s: %s, not %d" %
                    (metric, name, got.get(name), value))
    short = [p for p in answer["processes"]
             if (p["exe"] or "").endswith("short")]
    n = sum(p.get("merged", 1) for p in short)
    if n != count:
        hf.fail("%d processes, not %d" % (n, count))
    n = sum(p.get("merged", 1) for p in short if p["state"] == "killed")
    if n != killed:
        hf.fail("%d were killed, not %d" % (n, killed))
END
}

# shellcheck disable=SC2016 # the inner shell's
"$HEAPFLAME" run --sample 1 -o o bash -c \
	'for ((i = 1; i <= 3000; i++)); do ./short $i; done' 2>err.txt
cat err.txt
grep -qE ', [3-9],[0-9]{3} processes' err.txt || fail 'not all are counted'
[ "$(count o/*)" -le 80 ] || fail "$(count o/*) files"
[ "$(count o/heapflame-merged.*.heap)" -eq 1 ] || fail "$(ls o)"
check 3000 0
"$HEAPFLAME" report --all o >plain.txt
took=$(date +%s%N)
"$HEAPFLAME" report --all o >plain.txt
echo "report: $((($(date +%s%N) - took) / 1000000)) ms"
"$HEAPFLAME" report --all --by process o >by.txt
grep -qE 'short \([0-9]+ processes\)' by.txt || fail "$(head -20 by.txt)"
"$HEAPFLAME" info --all o >info.txt
grep -qE '^(29[0-9]+|3000) processes as one, ended' info.txt ||
	fail "$(grep process info.txt)"

# jeprof reads the merged file, too.
if command -v jeprof >/dev/null; then
	jeprof --text --alloc_space ./short o/heapflame-merged.*.heap \
		>jeprof.txt 2>&1 || fail "$(cat jeprof.txt)"
	grep -q hold jeprof.txt || fail "$(cat jeprof.txt)"
fi

# Some are killed: their states are merged, and said to be of such.
live=$(mktemp -d /dev/shm/heapflame-e2e.XXXXXX)
trap 'rm -rf "$live"' EXIT
rm -rf o
# shellcheck disable=SC2016
"$HEAPFLAME" run --sample 1 --live "$live" -o o bash -c \
	'for ((i = 1; i <= 400; i++)); do ./short $i kill; [ $((i % 20)) != 0 ] ||
		sleep 0.3; done' 2>err.txt
check 400 40
[ "$(count o/*)" -le 80 ] || fail "$(count o/*) files"

# By _exit, faster than anybody looks: none of their states is thrown away.
cat >leave.c <<'END'
#include <stdlib.h>
#include <unistd.h>
static void *volatile kept[8];
int main(void)
{
	for (int i = 0; i < 5; i++)
		kept[i] = malloc(100);
	_exit(0);
}
END
cc -g -O1 -o leave leave.c
rm -rf o
# shellcheck disable=SC2016
"$HEAPFLAME" run -q --sample 1 --live "$live" --follow leave -o o bash -c \
	'for ((i = 1; i <= 200; i++)); do ./leave; done'
"$PYTHON" - <<'END'
import hf
n = sum(p.get("merged", 1)
        for p in hf.report(["--all", "o"], "alloc_space")["processes"]
        if p["exe"].endswith("leave"))
if n != 200:
    hf.fail("200 left by _exit, %d are there" % n)
END
[ -z "$(ls "$live")" ] || fail "left in LIVE: $(ls "$live")"

# run is killed, and the child that merges: what is there adds up to the same.
for round in 1 2 3 4 5 6; do
	rm -rf o
	# shellcheck disable=SC2016
	"$HEAPFLAME" run --sample 1 -o o bash -c \
		'for ((i = 1; i <= 300; i++)); do ./short $i; done; >ready' \
		2>/dev/null &
	run=$!
	rm -f ready
	"$PYTHON" - $run $round <<'END'
import os, signal, sys, time
run, round = int(sys.argv[1]), int(sys.argv[2])
first = None
end = time.time() + 60
while time.time() < end:
    children = open("/proc/%d/task/%d/children" % (run, run)).read().split()
    # The first two are the program and the witness.
    if len(children) > 2:
        time.sleep(0.002 * (round - 1))
        os.kill(run, signal.SIGKILL)
        os.kill(int(children[2]), signal.SIGKILL)
        sys.exit(0)
    time.sleep(0.0005)
sys.exit("nothing was merged")
END
	wait $run 2>/dev/null || true
	for _ in $(seq 300); do
		[ -e ready ] && break
		sleep 0.1
	done
	sleep 0.2
	check 300 0
done

# make, and make in it: each program a root, every process counted.
need make
mkdir -p tree/sub
for i in $(seq 40); do
	echo "int f$i(void) { return $i; }" >tree/sub/f"$i".c
done
# shellcheck disable=SC2016 # make's
printf 'all:\n\t$(MAKE) -C sub\n' >tree/Makefile
# shellcheck disable=SC2016 # make's
printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\n' >tree/sub/Makefile
rm -rf o
"$HEAPFLAME" run -o o -- make -s -C tree -j2 2>err.txt >/dev/null
cat err.txt
[ "$(count o/*)" -le 80 ] || fail "$(count o/*) files"
"$HEAPFLAME" convert --to folded --by process --metric alloc_space --all \
	-o folded.txt o
# Who started whom: shells may be left out by the make, or end in an exec.
for root in 'make' '(bash;)?make;(sh;)?make' '.*make;(sh;)?(gcc|cc);cc1' \
	'.*make;(sh;)?(gcc|cc);as'; do
	grep -qE "^$root( [0-9(][^;]*)?;" folded.txt ||
		fail "no $root: $(cut -d';' -f1-4 folded.txt | sort | uniq -c)"
done
"$PYTHON" - <<'END'
import hf
n = {}
for p in hf.report(["--all", "o"], "alloc_space")["processes"]:
    name = p["exe"].split("/")[-1]
    n[name] = n.get(name, 0) + p.get("merged", 1)
if n.get("cc1", 0) != 40 or n.get("as", 0) != 40 or n.get("make", 0) != 2:
    hf.fail("processes: %s" % n)
END

# FOLLOW by name, through programs that are not followed; `none`; `all`.
# follow WHICH WANTED: which programs of the tree are seen
follow()
{
	rm -rf o tree/sub/*.o
	"$HEAPFLAME" run -q --follow "$1" -o o -- make -s -C tree -j2 >/dev/null
	[ "$(count tree/sub/*.o)" -eq 40 ] || fail "--follow $1: not made"
	"$PYTHON" - "$1" "$2" <<'END'
import sys, hf
names = {p["exe"].split("/")[-1]
         for p in hf.report(["--all", "o"], "alloc_space")["processes"]}
wanted = set(sys.argv[2].split())
# Of all there are drivers and shells, too.
if not names >= wanted or (sys.argv[1] != "all" and names != wanted):
    hf.fail("--follow %s: %s" % (sys.argv[1], names))
END
}
follow all 'make cc1 as'
follow none make
follow 'cc1' 'make cc1'
follow 'nothing,a?,[c]c1*' 'make cc1 as'
