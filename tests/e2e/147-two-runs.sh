#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: of two runs that differ in what they allocate the exact deltas are the
# program's own, new and vanished functions are marked, --normalize scales, and
# sampled runs mark what may be chance; jeprof and pprof subtract the same.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/pprof.sh
. "$SRC/tests/e2e/pprof.sh"

diffs()
{
	"$PYTHON" "$SRC/tests/e2e/diffs.py" "$@" || fail "diffs.py $*"
}

# one FOLDER SAMPLE KIND...: a run of growth_kinds, what it says in FOLDER.txt
one()
{
	local folder=$1 sample=$2

	shift 2
	shim HEAPFLAME_SAMPLE="$sample" "$PROGS/growth_kinds" 40 40 0 "$@" \
		>"$folder.txt"
	mv dumps "$folder"
	rm -f "$folder"/*.m*.heap
}

one old 1 load=2000000 steady=300000 cache=400000
one new 1 load=2000000 steady=500000 leak=9000
diffs runs old new old.txt new.txt >said.txt
grep -qxE \
	'by_cache:vanished by_leak:new by_load:[a-z]* by_steady:grown' said.txt ||
	fail "$(cat said.txt)"
"$HEAPFLAME" diff --metric inuse_space old new >text.txt
grep -qE '^ *-[0-9.]+ [KM]iB +gone .* 0 B .* by_cache ' text.txt ||
	fail "$(cat text.txt)"
grep -qE '^ *\+[0-9.]+ [KM]iB +new +0 B .* by_leak ' text.txt ||
	fail "$(cat text.txt)"
! grep -q 'chance' text.txt || fail 'exact, and chance'
grep -q "^before growth_kinds (pid [0-9]*), 20[0-9-]* [0-9:]* UTC, every " \
	text.txt || fail "$(sed -n 2p text.txt)"
# The other way round all signs turn.
for way in 'old new' 'new old'; do
	# shellcheck disable=SC2086 # two words
	"$HEAPFLAME" diff --json --stacks --metric inuse_space $way >way.json
	diffs sums way.json
	"$PYTHON" -c 'import json
print(json.load(open("way.json"))["total"]["delta"]["value"])' >>ways
done
[ $(($(paste -sd+ ways))) -eq 0 ] || fail "not the same both ways: $(cat ways)"
"$HEAPFLAME" diff --stacks --metric inuse_space old new >stacks.txt
grep -qE '^-[0-9.]+ [KM]iB \(gone\): .* to 0 B, [0-9,]+ to 0 objects$' \
	stacks.txt || fail "$(cat stacks.txt)"
grep -q '^    #0 by_cache .*growth_kinds.c:' stacks.txt || fail 'no frames'
"$HEAPFLAME" diff --metric inuse_space --focus by_leak old new |
	has "^focus 'by_leak': " || fail 'the selection is not said'
"$HEAPFLAME" diff --metric inuse_objects --cum --top 1 old new |
	has 'more that changed' || fail 'no --top'

# Twice as much of all, and a share that is another.
one less 1 load=1000000 steady=300000
one more 1 load=2000000 steady=900000
"$HEAPFLAME" diff --json --normalize --metric inuse_space \
	--ignore kind_of less more >normal.json
diffs sums normal.json
"$PYTHON" - normal.json <<'EOF' || fail 'not normalized'
import json, sys
d = json.load(open(sys.argv[1]))
rows = {r["function"]: r for r in d["rows"]}
assert d["factor_ppm"] is not None, d["factor_ppm"]
assert rows["by_steady"]["delta"]["value"] > 0, rows["by_steady"]
EOF
"$HEAPFLAME" diff --normalize --metric inuse_space less more |
	has '^normalized: what was before is multiplied by 1\.' || fail 'factor'

# Sampled: only what is more than chance stands first and unmarked.
one a 32K load=20000000 steady=3000000 cache=4000000
one b 32K load=20000000 steady=3000000 leak=100000
"$HEAPFLAME" diff --json --metric inuse_space a b >sampled.json
diffs sums sampled.json
"$HEAPFLAME" diff --significant --metric inuse_space a b >certain.txt
grep -qE ' gone .* by_cache ' certain.txt || fail "$(cat certain.txt)"
grep -qE ' new .* by_leak ' certain.txt || fail "$(cat certain.txt)"
! grep -qE ' by_load ' certain.txt || fail 'chance is called certain'
grep -qE '^[0-9]+ functions? may have changed by chance alone, by ' \
	certain.txt || fail "$(cat certain.txt)"

# Beside others.
if command -v go >/dev/null; then
	for side in old new; do
		"$HEAPFLAME" convert --to pprof -o $side.pb.gz $side
	done
	diffs pprof old.pb.gz new.pb.gz
fi
for library in /usr/lib/*/libjemalloc.so.2 ""; do
	[ -e "$library" ] && break
done
if [ -n "$library" ] && command -v jeprof >/dev/null; then
	for rounds in 1 2; do
		env LD_PRELOAD="$library" \
			MALLOC_CONF="prof:true,prof_prefix:$PWD/je$rounds,lg_prof_sample:12,prof_final:true,prof_accum:true" \
			"$PROGS/churn" $rounds >/dev/null 2>&1
	done
	diffs jeprof "$PROGS/churn" je1.*.f.heap je2.*.f.heap
fi
