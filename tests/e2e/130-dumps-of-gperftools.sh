#!/bin/bash
# Goal: real HEAPPROFILE dumps, and the same figures under every label that
# gperftools has for them, give the totals of google-pprof, jeprof and go's
# pprof in every metric, and names; a series of them is one process.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for library in /usr/lib/*/libtcmalloc.so.4 ""; do
	[ -e "$library" ] && break
done
[ -n "$library" ] || skip "no libtcmalloc.so.4 here"
tools=()
for tool in google-pprof jeprof; do
	command -v $tool >/dev/null && tools+=("$tool")
done
[ ${#tools[@]} -gt 0 ] || skip "neither google-pprof nor jeprof here"
go=()
if go tool pprof -h 2>&1 | has usage; then
	go=(go)
	export PPROF_TMPDIR=$PWD GOFLAGS=-mod=mod GOCACHE=$PWD/go HOME=$PWD
else
	echo "no go tool pprof here: left out"
fi

env LD_PRELOAD="$library" HEAPPROFILE=./tc HEAP_PROFILE_ALLOCATION_INTERVAL=40000000 \
	"$PROGS/churn" 3 >/dev/null 2>err
dumps=(tc.*.heap)
[ ${#dumps[@]} -ge 3 ] || fail "only ${#dumps[@]} dumps: $(cat err)"
last=${dumps[-1]}
same()
{
	"$PYTHON" "$SRC/tests/e2e/legacy.py" "$PROGS/churn" "$@"
}
same "$last" "${tools[@]}" "${go[@]}"
grep -q 'heapprofile' "$last"

# Sampled, as GetHeapSample says it, and as others do.
for label in heap_v2/4096 heap_v2/524288 heapz_v2/65536; do
	sed "1s,@ heapprofile,@ $label," "$last" >sampled.heap
	same sampled.heap "${tools[@]}" "${go[@]}"
done
# Of gperftools before 2: go's formula is the one taken (docs/FORMAT.md).
sed '1s,@ heapprofile,@ heap/131072,' "$last" >old.heap
[ ${#go[@]} -eq 0 ] || same old.heap go
# One pair, twice.
sed -E '1s,@.*,@ heap_v2/65536,
	s,^ *([0-9]+): *([0-9]+) \[[^]]*\] @,\1: \2 [\1: \2] @,
	1s,^heap profile: *([0-9]+): *([0-9]+) \[[^]]*\],heap profile: \1: \2 [\1: \2],' \
	"$last" >once.heap
same once.heap "${tools[@]}" "${go[@]}"
expect_error 1 'alloc_space' "$HEAPFLAME" report --metric alloc_space once.heap

# Names of functions and lines are found as in any other dump.
"$HEAPFLAME" report "$last" >shown.txt
grep -q 'by_middle .*churn.c:' shown.txt || fail "no names: $(cat shown.txt)"
grep -q 'every allocation' shown.txt || fail "not exact: $(cat shown.txt)"

# A folder of them is one process, and the last dump counts, also packed.
mkdir series
cp tc.*.heap series
gzip "series/$last"
[ "$("$HEAPFLAME" convert --to folded -o - series)" = \
	"$("$HEAPFLAME" convert --to folded -o - "$last")" ] ||
	fail "the last of the series is $last"

# What else gperftools writes is told from it.
sed '1s,@ heapprofile,@ growth,' "$last" >growth.heap
"$HEAPFLAME" report growth.heap >shown.txt
grep -q growth_space shown.txt || fail "growth is not told: $(cat shown.txt)"
if command -v google-pprof >/dev/null; then
	want=$(google-pprof --collapsed --inuse_space "$PROGS/churn" growth.heap \
		2>/dev/null | awk '{ n += $NF } END { printf "%.0f\n", n }')
	got=$("$HEAPFLAME" convert --to folded -o - growth.heap |
		awk '{ n += $NF } END { printf "%.0f\n", n }')
	[ "$got" = "$want" ] || fail "growth: $got, google-pprof $want"
fi
