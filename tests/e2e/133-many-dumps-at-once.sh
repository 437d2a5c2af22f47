#!/bin/bash
# Goal: many dumps are read by several threads, and what comes out, figures,
# order and messages, is the same on one processor; memory grows with distinct
# stacks and not with files, unless somebody asks for each process.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for library in /usr/lib/*/libjemalloc.so.2 ""; do
	[ -e "$library" ] && break
done
[ -n "$library" ] || skip "no libjemalloc.so.2 here"
need taskset
env LD_PRELOAD="$library" \
	MALLOC_CONF="prof:true,prof_final:true,prof_prefix:$PWD/one,lg_prof_sample:6" \
	"$PYTHON" -c 'import json, email, sqlite3, http.client, decimal'
one=$(echo one.*.f.heap)
mkdir many
for i in $(seq 1001 1200); do
	# Figures that no sum of floating point takes as they are.
	sed "s/^  t\*: 1: /  t*: $((i % 7 + 1)): /" "$one" \
		>"many/py.$i.0.f.heap"
done

for command in "convert --to folded -o -" "report --json" "flame -o -" \
	"convert --to folded -o - --by process" "info" "leaks"; do
	# shellcheck disable=SC2086
	{
		"$HEAPFLAME" $command many/*.heap >a 2>a.err
		taskset -c 0 "$HEAPFLAME" $command many/*.heap >b 2>b.err
	}
	cmp a b || fail "$command: other output on one processor"
	cmp a.err b.err || fail "$command: other messages on one processor"
	[ -s a ] || fail "$command: nothing comes"
done

total()
{
	"$HEAPFLAME" convert --to folded -o - "$@" |
		awk '{ n += $NF } END { printf "%.0f\n", n }'
}
whole=$(total many/*.heap)
apart=$(total --by process many/*.heap)
[ "$whole" = "$apart" ] || fail "$whole, by process $apart"

# A bad file among those named ends it, with what stands before it said.
cp many/py.1100.0.f.heap saved
sed -i '5i rubbish' many/py.1100.0.f.heap
sed -i '/MAPPED/,$d' many/py.1150.0.f.heap
sed -i '/MAPPED/,$d' many/py.1050.0.f.heap
touch -d @1700000000 many/*.heap # then names order them
for cpu in 0 0,1; do
	status=0
	taskset -c $cpu "$HEAPFLAME" report many/*.heap >out 2>err.$cpu || status=$?
	[ $status -eq 1 ] || fail "exit $status with a bad file: $(cat err.$cpu)"
	[ ! -s out ] || fail "something was shown"
done
[ ! -e err.0,1 ] || cmp err.0 err.0,1 || fail "other messages"
grep -q 'warning: .*py.1050' err.0 || fail "the cut one: $(cat err.0)"
grep -q 'heapflame: .*py.1100.*not a line' err.0 || fail "the bad one: $(cat err.0)"
! grep -q 'py.1150' err.0 || fail "said of one behind the bad one: $(cat err.0)"
cp saved many/py.1100.0.f.heap

memory()
{
	"$PYTHON" -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,
               stderr=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}
few=$(memory "$HEAPFLAME" convert --to folded -o - many/py.11[0-4]?.0.f.heap)
every=$(memory "$HEAPFLAME" convert --to folded -o - many/*.heap)
rows=$(memory "$HEAPFLAME" convert --to folded -o - --by process many/*.heap)
echo "50 files: $few KiB, 200: $every KiB, by process: $rows KiB"
[ "$every" -lt $((few + few / 4)) ] || fail "memory grows with files"
