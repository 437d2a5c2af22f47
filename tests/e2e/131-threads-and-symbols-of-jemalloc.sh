#!/bin/bash
# Goal: jemalloc's threads are rows that add up to what all other views show,
# under their names; packed dumps of a series keep their order; a symbolized
# file needs no binary and says what the plain one says.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for library in /usr/lib/*/libjemalloc.so.2 ""; do
	[ -e "$library" ] && break
done
[ -n "$library" ] || skip "no libjemalloc.so.2 here"
conf=prof:true,prof_final:true,prof_accum:true
env LD_PRELOAD="$library" \
	MALLOC_CONF="$conf,prof_prefix:$PWD/th,lg_prof_sample:10" \
	"$PROGS/truth_threads" >/dev/null
dump=$(echo th.*.f.heap)

fold()
{
	"$HEAPFLAME" convert --to folded -o - "$@"
}
sum()
{
	awk '{ n += $NF } END { printf "%.0f\n", n }'
}
for metric in inuse_space inuse_objects alloc_space alloc_objects; do
	whole=$(fold --metric $metric "$dump" | sum)
	apart=$(fold --metric $metric --by thread "$dump" | sum)
	[ "$whole" -gt 0 ] || fail "$metric: nothing is there"
	[ "$whole" = "$apart" ] ||
		fail "$metric: $apart by thread, $whole without"
done
threads=$(fold --metric alloc_space --by thread "$dump" |
	sed 's/;.*//' | sort -u | grep -c '^thread [0-9]')
[ "$threads" -ge 8 ] || fail "only $threads threads"

# With a name, and with one thread fewer in the stacks than in their totals.
sed -E '0,/^@/s/^(  t1: .*\])$/\1 the worker/; 5,$ { /^  t2: /d }' \
	"$dump" >named.heap
fold --metric alloc_space --by thread named.heap >named
grep -q '^the worker;' named || fail "no name: $(sed 's/;.*//' named | sort -u)"
grep -q '^\[ended threads\];' named || fail "who has ended is not told"
[ "$(sum <named)" = "$(fold --metric alloc_space "$dump" | sum)" ] ||
	fail "the total has changed"

# A series, some of it packed: by number, not by name nor by packing.
env LD_PRELOAD="$library" \
	MALLOC_CONF="$conf,prof_prefix:$PWD/je,lg_prof_sample:14,lg_prof_interval:24" \
	"$PROGS/churn" 3 >/dev/null
mkdir series
mv je.*.heap series
[ "$(count series/*)" -gt 10 ] || fail "too short a series"
last=$(echo series/*.f.heap)
want=$(fold "$last")
gzip "$last"
for file in series/*.i1[0-9].heap; do
	gzip "$file"
done
! command -v zstd >/dev/null || zstd -q --rm series/*.i9.heap
[ "$(fold series 2>err)" = "$want" ] || fail "the last is $last.gz: $(cat err)"
rm "$last.gz"
packed=$(printf '%s\n' series/*.heap* | sort -t. -k3n | tail -1)
[ "$(fold series)" = "$(fold "$packed")" ] || fail "the last is $packed"

# Names that jeprof would look up, written before the dump as it does.
"$PYTHON" - "$dump" <<-'EOF' >symbolized.heap
	import re, sys
	text = open(sys.argv[1]).read()
	text = text[:text.index("MAPPED_LIBRARIES")]
	places = set()
	for line in re.findall(r"^@.*$", text, re.M):
	    for i, word in enumerate(line.split()[1:]):
	        places.add(int(word, 16) - (i > 0))
	print("--- symbol\nbinary=/gone/prog")
	for p in sorted(places):
	    print("0x%016x in_%x--f_%x" % (p, p & 0xff, p & 0xfff))
	print("---\n--- heap")
	sys.stdout.write(text)
EOF
fold --metric alloc_space symbolized.heap >symbolized 2>err
[ ! -s err ] || fail "said of a symbolized file: $(cat err)"
[ "$(sum <symbolized)" = "$(fold --metric alloc_space "$dump" | sum)" ] ||
	fail "other figures with symbols"
grep -q 'in_[0-9a-f]*;f_[0-9a-f]*' symbolized || fail "names are not used"
! grep -q '\[' symbolized || fail "frames without names: $(head -3 symbolized)"
"$HEAPFLAME" info symbolized.heap >shown.txt
grep -q '/gone/prog' shown.txt || fail "the program is not named: $(cat shown.txt)"
if command -v jeprof >/dev/null; then
	# It names the leaf by its very address, and so the same functions.
	jeprof --collapsed --alloc_space symbolized.heap >theirs 2>/dev/null
	"$PYTHON" - symbolized theirs <<-'EOF'
		import collections, re, sys
		sums = []
		for path in sys.argv[1:]:
		    by = collections.defaultdict(int)
		    for line in open(path):
		        names, _, value = line.rpartition(" ")
		        by[names.replace("[inline]", "")] += int(value)
		    sums.append(by)
		for names in set(sums[0]) | set(sums[1]):
		    if abs(sums[0][names] - sums[1][names]) > 2:
		        sys.exit("FAILED: %s: ours %d, jeprof %d" % (
		            names, sums[0][names], sums[1][names]))
	EOF
fi

# convert to heap_v2, by us, and back: the same totals.
for metric in inuse_space alloc_space inuse_objects; do
	"$HEAPFLAME" convert --to heap_v2 -o again.heap symbolized.heap
	a=$(fold --metric $metric again.heap | sum)
	b=$(fold --metric $metric symbolized.heap | sum)
	[ $((a > b ? a - b : b - a)) -le 2 ] || fail "$metric: $a, was $b"
done
