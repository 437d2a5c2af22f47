#!/bin/bash
# Goal: what `go tool pprof` makes of a gperftools heap profile, and what
# tcmalloc, jemalloc's users and comparisons write, is read with the same
# totals; jemalloc's own dumps become profiles of pprof's with our totals.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/pprof.sh
. "$SRC/tests/e2e/pprof.sh"

need go

# gperftools, exact: four types, no sampling; its addresses are symbolized.
tcmalloc=$(ldconfig -p | sed -n 's/.*libtcmalloc.so.4 .*=> //p' | head -1)
[ -n "$tcmalloc" ] || skip "no libtcmalloc here"
cp "$PROGS/churn" mine
HEAPPROFILE=$PWD/tc LD_PRELOAD=$tcmalloc HEAP_PROFILE_ALLOCATION_INTERVAL=30000000 \
	./mine 2 >/dev/null 2>&1
dumps=(tc.*.heap)
[ ${#dumps[@]} -gt 0 ] || fail "tcmalloc wrote no profile"
dump=${dumps[-1]}
go tool pprof -symbolize=none -proto -output tc.pb.gz ./mine "$dump" \
	2>/dev/null
same_totals tc.pb.gz tc.pb.gz
"$HEAPFLAME" report --metric alloc_space tc.pb.gz >report.txt
grep -q 'every allocation' report.txt || fail "sampled? $(head -1 report.txt)"
grep -q ' by_large ' report.txt || fail "no names: $(cat report.txt)"
sum=$(sed -n '1s/.*\[ *[0-9]*: *\([0-9]*\)\].*/\1/p' "$dump")
[ "$(total alloc_space tc.pb.gz)" = "$sum" ] ||
	fail "gperftools says $sum, we say $(total alloc_space tc.pb.gz)"

# jemalloc's dumps, sampled, to pprof.
jemalloc=$(ldconfig -p | sed -n 's/.*libjemalloc.so.2 .*=> //p' | head -1)
[ -n "$jemalloc" ] || skip "no libjemalloc here"
MALLOC_CONF=prof:true,prof_prefix:./jp,lg_prof_sample:12,prof_final:true,prof_accum:true \
	LD_PRELOAD=$jemalloc ./mine 2 >/dev/null
dumps=(jp.*.heap)
[ ${#dumps[@]} -gt 0 ] || fail "jemalloc wrote no profile"
"$HEAPFLAME" convert --to pprof -o jp.pb.gz "${dumps[-1]}"
pprofs strict jp.pb.gz
same_totals jp.pb.gz "${dumps[-1]}"
same_totals jp.pb.gz jp.pb.gz
"$HEAPFLAME" report --metric alloc_space jp.pb.gz | head -1 |
	has 'at 4.0 KiB' || fail "the interval is lost"
# The error that sampling makes is estimated anew, and comes out much the same.
for file in "${dumps[-1]}" jp.pb.gz; do
	"$HEAPFLAME" report --json --metric alloc_space "$file" >report.json
	"$PYTHON" -c 'import json
total = json.load(open("report.json"))["total"]
print(total["high"] - total["low"])'
done | paste -sd' ' >widths.txt
awk '{ exit !($1 > 0 && $2 > $1 * 0.8 && $2 < $1 * 1.25) }' widths.txt ||
	fail "errors of the dump and of the profile: $(cat widths.txt)"

# Types by other names: pairs of one kind, tcmalloc's own, rust's single one.
"$PYTHON" - <<'END'
import gzip
import pprofs as P

def write(name, types, period=0):
    out, table = P.head(types, extra=["main", "f"])
    for values in ([3] * len(types), [40] * len(types)):
        out += P.message(2, P.packed(1, [1]) + P.packed(2, values))
    out += P.message(5, P.number(1, 1) + P.number(2, table.index("main")))
    out += P.message(4, P.number(1, 1) + P.message(4, P.number(1, 1)))
    if period:
        out += P.message(11, P.number(1, table.index(types[-1][0])) +
                         P.number(2, table.index(types[-1][1])))
        out += P.number(12, period)
    out += P.tables(table)
    with gzip.open(name, "wb") as file:
        file.write(out)

write("pair.pb.gz", [("objects", "count"), ("space", "bytes")], 524288)
write("rust.pb.gz", [("inuse_space", "bytes")], 524288)
write("google.pb.gz", [("objects", "count"), ("space", "bytes"),
                       ("resident_space", "bytes"), ("swapped_space", "bytes"),
                       ("stale_space", "bytes"), ("locked_space", "bytes"),
                       ("other_space", "bytes")])
END
for file in pair rust; do
	[ "$(total inuse_space $file.pb.gz)" = 43 ] || fail "$file: not 43"
	"$HEAPFLAME" report $file.pb.gz | head -1 |
		has 'inuse_space 43 B ±.*at 512.0 KiB' ||
		fail "$file: $("$HEAPFLAME" report $file.pb.gz | head -1)"
done
[ "$(total inuse_objects pair.pb.gz)" = 43 ] || fail "pair: no objects"
"$HEAPFLAME" report google.pb.gz >report.txt 2>said.txt
grep -q "'other_space' is left out" said.txt || fail "not said: $(cat said.txt)"
[ "$(wc -l <said.txt)" = 1 ] || fail "said too much: $(cat said.txt)"
[ "$(total resident_space google.pb.gz 2>/dev/null)" = 43 ] || fail "resident"
"$HEAPFLAME" convert --to pprof -o back.pb.gz google.pb.gz 2>/dev/null
pprofs strict back.pb.gz
[ "$(pprofs totals back.pb.gz | wc -l)" = 6 ] ||
	fail "not six types: $(pprofs totals back.pb.gz)"
