#!/bin/bash
# Goal: `convert --to pprof` of our dumps and of jemalloc's is what `go tool
# pprof`, protoc and the rules of the strictest readers want; its totals are
# ours for each type, and it comes back as it was.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/pprof.sh
. "$SRC/tests/e2e/pprof.sh"

need go protoc

four='alloc_objects alloc_space inuse_objects inuse_space'
types_of()
{
	pprofs totals "$1" | cut -d' ' -f1 | paste -sd' '
}

# check FILE...: into all.pb.gz, and back
check()
{
	"$HEAPFLAME" convert --to pprof -o all.pb.gz "$@"
	pprofs strict all.pb.gz
	[ "$(types_of all.pb.gz)" = "$four" ] || fail "types: $(types_of all.pb.gz)"
	same_totals all.pb.gz "$@"
	same_totals all.pb.gz all.pb.gz
	go tool pprof -symbolize=none -top all.pb.gz 2>/dev/null |
		has -x 'Type: inuse_space' || fail "not inuse_space first"
	"$HEAPFLAME" convert --to pprof "$@" | cmp - all.pb.gz ||
		fail "not the same bytes twice"
	gunzip -c all.pb.gz | protoc -I"$SRC/analyzer" \
		--decode perftools.profiles.Profile pprof.proto >text.txt
	grep -q '^default_sample_type' text.txt || fail "protoc: no default"
	# As pprof itself writes it again.
	go tool pprof -symbolize=none -proto -output again.pb.gz all.pb.gz \
		2>/dev/null
	same_totals again.pb.gz "$@"
	for metric in $four; do
		cmp <("$HEAPFLAME" convert --to folded --metric "$metric" "$@") \
			<("$HEAPFLAME" convert --to folded --metric "$metric" \
				all.pb.gz) || fail "$metric: other stacks"
	done
}

for sample in 512K 4K 1; do
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=$sample "$PROGS/churn" 6 >/dev/null
	check "$(dump_of dumps)"
done
# The program is the first mapping, with its build-id; the period is N.
go tool pprof -symbolize=none -raw all.pb.gz >raw.txt 2>/dev/null
id=$(readelf -n "$PROGS/churn" | sed -n 's/.*Build ID: //p')
grep -q "^1: 0x.* $PROGS/churn $id \[FN\]\[FL\]\[LN\]" raw.txt ||
	fail "no mapping: $(sed -n '/^Mappings/,$p' raw.txt)"
[ "$(grep -cxE 'PeriodType: space bytes|Period: 1' raw.txt)" = 2 ] ||
	fail "no period: $(head -20 raw.txt)"

# Without names, for whoever has the program: pprof finds it and names the same.
rm -rf dumps
cp "$PROGS/churn" mine
shim HEAPFLAME_SAMPLE=4K ./mine 6 >/dev/null
"$HEAPFLAME" convert --to folded "$(dump_of dumps)" >names.txt
mv mine gone
"$HEAPFLAME" convert --to pprof -o nameless.pb.gz "$(dump_of dumps)"
pprofs strict nameless.pb.gz
mv gone mine
go tool pprof -symbolize=local -top nameless.pb.gz >top.txt 2>/dev/null
for name in by_small by_middle by_large; do
	grep -q " $name\$" top.txt || fail "pprof does not find $name"
done
"$HEAPFLAME" convert --to folded --metric inuse_space nameless.pb.gz >back.txt
grep -q 'main;by_small ' back.txt || fail "nor do we: $(cat back.txt)"

# A metric that is asked for comes with its pair.
"$HEAPFLAME" convert --to pprof --metric peak_space -o peak.pb.gz \
	"$(dump_of dumps)"
pprofs strict peak.pb.gz
[ "$(types_of peak.pb.gz)" = "peak_objects peak_space" ] ||
	fail "peak: $(types_of peak.pb.gz)"
same_totals peak.pb.gz "$(dump_of dumps)"

# Threads, labels and phases are labels; what --by names is at the root.
rm -rf dumps
exact "$PROGS/api_phases" >/dev/null
check "$(dump_of dumps)"
go tool pprof -symbolize=none -tags all.pb.gz >tags.txt 2>/dev/null
for tag in thread phase; do
	grep -q "$tag: Total" tags.txt || fail "no tag $tag: $(cat tags.txt)"
done
"$HEAPFLAME" convert --to pprof --by thread,phase -o by.pb.gz \
	"$(dump_of dumps)"
pprofs strict by.pb.gz
for metric in $four; do
	cmp <("$HEAPFLAME" convert --to folded --by thread,phase \
		--metric "$metric" "$(dump_of dumps)") \
		<("$HEAPFLAME" convert --to folded --metric "$metric" by.pb.gz) ||
		fail "--by: other stacks of $metric"
done

# Several processes: told apart by a label, and again when it is read.
rm -rf dumps
exact "$PROGS/churn" 2 >/dev/null
exact "$PROGS/churn" 3 >/dev/null
"$HEAPFLAME" convert --to pprof -o two.pb.gz dumps/*.f.heap
pprofs strict two.pb.gz
same_totals two.pb.gz dumps/*.f.heap
[ "$(go tool pprof -symbolize=none -tags two.pb.gz 2>/dev/null |
	grep -c ': churn [0-9]')" = 2 ] || fail "not two processes"
cmp <("$HEAPFLAME" convert --to folded --by process \
	--metric alloc_space dumps/*.f.heap) \
	<("$HEAPFLAME" convert --to folded --by process \
		--metric alloc_space two.pb.gz) || fail "other processes"

# Binary data are for a file or a pipe.
expect_error 1 'no text for a terminal' "$PYTHON" -c '
import os, pty, subprocess, sys
there, here = pty.openpty()
sys.exit(subprocess.run(sys.argv[1:], stdout=here).returncode)' \
	"$HEAPFLAME" convert --to pprof -o - two.pb.gz
