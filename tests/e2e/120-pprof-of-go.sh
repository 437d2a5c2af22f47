#!/bin/bash
# Goal: profiles that Go writes, of heap, CPU and locks, are read with the
# totals, stacks, labels and default that `go tool pprof` has.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/pprof.sh
. "$SRC/tests/e2e/pprof.sh"

need go
cp "$SRC/tests/e2e/profiles.go.txt" profiles.go
go build -o profiles profiles.go
./profiles
./profiles exact

for name in heap allocs cpu mutex goroutine exact; do
	same_totals $name.pb.gz $name.pb.gz
	gunzip -c $name.pb.gz >$name.pb
	zstd -q $name.pb
	for packed in pb pb.zst; do
		cmp <("$HEAPFLAME" convert --to folded $name.pb.gz) \
			<("$HEAPFLAME" convert --to folded $name.$packed) ||
			fail "$name.$packed is not read as $name.pb.gz is"
	done
	# What it is called, and what is shown first, is what pprof says.
	"$HEAPFLAME" report $name.pb.gz >report.txt
	go tool pprof -symbolize=none -top $name.pb.gz >top.txt 2>/dev/null
	type=$(sed -n 's/^Type: //p' top.txt)
	grep -qE ": ([0-9]+ )?${type}[ ,]" report.txt ||
		fail "$name: not $type: $(head -1 report.txt)"
	first=$(awk 'seen { print $6; exit } / flat%/ { seen = 1 }' top.txt)
	sed -n '/ flat%/{n;p;q}' report.txt >row.txt
	grep -qF " $first" row.txt ||
		fail "$name: the first is not $first: $(cat row.txt)"
done

# Sampled figures have an error, those of MemProfileRate 1 have none.
"$HEAPFLAME" report heap.pb.gz | head -1 | has '±.*at 512.0 KiB' ||
	fail "no error: $("$HEAPFLAME" report heap.pb.gz | head -1)"
"$HEAPFLAME" report exact.pb.gz | head -1 | has 'every allocation' ||
	fail "not exact: $("$HEAPFLAME" report exact.pb.gz | head -1)"

# The truth: 50 blocks of 1 MiB, kept; the runtime may take a few bytes there.
held=$("$HEAPFLAME" convert --to folded --metric inuse_space exact.pb.gz |
	sed -n 's/.*main.main;main.big\(_\[i\]\)* //p')
if [ "$held" -lt $((50 << 20)) ] || [ "$held" -gt $(((50 << 20) + 8192)) ]; then
	fail "not 50 blocks: $("$HEAPFLAME" convert --to folded exact.pb.gz)"
fi
"$HEAPFLAME" report --by label cpu.pb.gz >report.txt
grep -q 'tenant=a,zone=b' report.txt || fail "no label: $(cat report.txt)"
"$HEAPFLAME" info heap.pb.gz | has "$PWD/profiles" ||
	fail "no program: $("$HEAPFLAME" info heap.pb.gz)"

# There and back again.
for name in heap allocs exact cpu mutex; do
	"$HEAPFLAME" convert --to pprof -o back.pb.gz $name.pb.gz
	pprofs strict back.pb.gz
	same_totals back.pb.gz $name.pb.gz
	cmp <("$HEAPFLAME" convert --to folded back.pb.gz) \
		<("$HEAPFLAME" convert --to folded $name.pb.gz) ||
		fail "$name: other stacks after the way there and back"
done

# A difference: what grew is shown, and that some shrank is said.
go tool pprof -symbolize=none -proto -output diff.pb.gz \
	-diff_base exact.pb.gz heap.pb.gz 2>/dev/null
"$HEAPFLAME" report --metric inuse_space diff.pb.gz >report.txt 2>said.txt
grep -q 'is a difference' said.txt || fail "not said: $(cat said.txt)"
