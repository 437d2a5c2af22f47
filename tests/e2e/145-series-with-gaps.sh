#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: dumps that are missing, cut off, made at another N, of a process that
# called exec, of two processes, of jemalloc or of nobody do no harm to what
# `growth` says; too few are one clear line.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# leaks DUMPS [COMMAND...]: that many of a program that leaks, in dumps/
leaks()
{
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" \
		HEAPFLAME_SAMPLE=64K HEAPFLAME_DUMP_SECONDS=0 "${@:2}" \
		"$PROGS/growth_kinds" $(($1 * 5)) 5 20 leak=60000 \
		steady=4000000 load=4000000 >/dev/null
}

# grows FOLDER [OPTION...]: the leak is found there, and nothing else is
grows()
{
	"$HEAPFLAME" growth --json --all-classes "$@" -o growth.json \
		2>stderr.txt || fail "$1: $(cat stderr.txt)"
	"$PYTHON" "$SRC/tests/e2e/grown.py" growth.json \
		"by_leak=linear growth" "by_steady=steady" 2>wrong.txt
}

# number FILE: which dump of its process it is
number()
{
	local rest=${1##*/}
	rest=${rest#*.*.}
	echo "${rest%%.*}"
}

# A leak is refused in one of a hundred series: one that is not is looked for.
for try in 1 2 3; do
	rm -rf dumps
	leaks 40
	grows dumps && break
	[ $try -lt 3 ] || fail "three times: $(cat wrong.txt)"
done

# Gaps: two thirds are missing, here and there.
cp -r dumps gaps
for dump in gaps/*.heap; do
	n=$(number "$dump")
	[ $((n * 7 % 11)) -lt 5 ] || rm "$dump"
done
[ "$(count gaps/*.heap)" -lt 22 ] || fail "no gaps"
grows gaps || fail "gaps: $(cat wrong.txt)"

# Cut off anywhere: left out, each named, also if all dumps are named.
cp -r dumps cut
for dump in cut/*.heap; do
	n=$(number "$dump")
	[ $((n % 10)) -ne 3 ] || truncate -s $(($(stat -c %s "$dump") * (n + 20) / 100)) "$dump"
done
grows cut || fail "cut: $(cat wrong.txt)"
[ "$(grep -c 'was cut off: it is left out' stderr.txt)" -eq 4 ] ||
	fail "$(cat stderr.txt)"
grep -q '"damaged":4' growth.json || fail "$(head -3 growth.json)"
"$HEAPFLAME" growth cut/*.heap 2>&1 | has '4 dumps left out: cut off' ||
	fail "not said"
# A bundle, and packed ones, are the same.
"$HEAPFLAME" growth --json -o plain.json dumps
"$HEAPFLAME" bundle -o dumps.hfb dumps
"$HEAPFLAME" growth --json dumps.hfb | cmp - plain.json || fail "bundle"
cp -r dumps packed
gzip packed/*.heap
"$HEAPFLAME" growth --json packed | cmp - plain.json || fail "packed"

# N changes while it runs, twice: live samples keep the N that they were drawn
# by, so nothing is left out.
mv dumps first
for try in 1 2 3; do
	rm -rf dumps
	leaks 40 &
	for _ in $(seq 100); do
		[ "$(count dumps/*.heap)" -ge 10 ] && break
		sleep 0.1
	done
	pid=$(printf '%s\n' dumps/h.* | sed -n '1s/.*h\.\([0-9]*\)-.*/\1/p')
	"$HEAPFLAME" ctl "$pid" rate 16K >/dev/null
	sleep 0.7
	"$HEAPFLAME" ctl "$pid" rate 32K >/dev/null
	wait
	grows dumps && break
	[ $try -lt 3 ] || fail "N: $(cat wrong.txt)"
done
grep -q '"interval_min":16384,"interval_max":65536' growth.json ||
	fail "N was not changed"
grep -q '"points":40' growth.json || fail "$(head -3 growth.json)"

# Two processes are two series; a process that calls exec is two, too.
cat >execs.py <<'END'
import ctypes, os, sys
for _ in range(2):
    ctypes.CDLL(None).heapflame_dump()
os.execv(sys.argv[1], sys.argv[1:])
END
leaks 20 "$PYTHON" execs.py
cp first/* dumps/
grows dumps --all || true # what is said of the leaks is not the point here
"$PYTHON" - <<'END'
import json
growth = json.load(open("growth.json"))
said = sorted((p["exe"], p["points"]) for p in growth["processes"] if p["judged"])
assert said == [("growth_kinds", 20), ("growth_kinds", 40), ("growth_kinds", 40)], said
few = [p for p in growth["processes"] if not p["judged"]]
assert [(p["exe"], p["points"]) for p in few] == [("python3", 2)], few
of = {s["process"] for s in growth["stacks"] if "by_leak" in s["stack"]}
assert len(of) == 3, of
assert few[0]["pid"] in [p["pid"] for p in growth["processes"] if p["judged"]]
END
"$HEAPFLAME" growth --all dumps 2>/dev/null >all.txt
grep -q '^python3 (pid [0-9]*): 2 dumps, too few to judge$' all.txt ||
	fail "$(cat all.txt)"
grep -q 'by_leak (pid [0-9]*)$' all.txt || fail "$(cat all.txt)"

# jemalloc's own: no live samples, and no times but those of the files.
jemalloc=$(ldconfig -p | sed -n 's/.*libjemalloc\.so\.2 .*=> //p' | head -1)
if [ -n "$jemalloc" ]; then
	cat >grower.c <<'END'
#include <stdlib.h>
#include <string.h>
#include <time.h>
extern int mallctl(const char *, void *, size_t *, void *, size_t);
#pragma weak mallctl
static void *volatile kept;
__attribute__((noinline)) static void keeps(void)
{
	kept = malloc(4000);
	memset(kept, 1, 4000);
}
int main(void)
{
	for (int i = 0; i < 16; i++) {
		for (int k = 0; k < 300; k++)
			keeps();
		nanosleep(&(struct timespec){ .tv_nsec = 60000000 }, NULL);
		if (mallctl)
			mallctl("prof.dump", NULL, NULL, NULL, 0);
	}
	return 0;
}
END
	cc -O0 -g -o grower grower.c
	mkdir theirs
	MALLOC_CONF=prof:true,prof_accum:true,lg_prof_sample:14,prof_prefix:theirs/j \
		LD_PRELOAD=$jemalloc ./grower 2>/dev/null
	"$HEAPFLAME" growth theirs >theirs.txt || fail "$(cat theirs.txt)"
	grep -q 'linear growth  keeps' theirs.txt || fail "$(cat theirs.txt)"
	grep -q 'times are those of the files' theirs.txt || fail "$(cat theirs.txt)"
	grep -q 'no live samples are listed' theirs.txt || fail "$(cat theirs.txt)"
fi

# Too few, none, nobody's; nowhere to write to.
mkdir few none
cp "$(printf '%s\n' first/*.heap | head -1)" few/
expect_error 1 "1 dump of 'growth_kinds' .* in 4 or more" "$HEAPFLAME" growth few
grep -q 'HEAPFLAME_DUMP_SECONDS=' stderr.txt || fail "no advice"
expect_error 1 "no profile in 'none'" "$HEAPFLAME" growth none
expect_error 1 "cannot open 'absent'" "$HEAPFLAME" growth absent
echo "heap_v2/x" >none/a.1.heap
expect_error 1 "none/a.1.heap" "$HEAPFLAME" growth none/a.1.heap
expect_error 1 "cannot write|No space" "$HEAPFLAME" growth -o /dev/full first
