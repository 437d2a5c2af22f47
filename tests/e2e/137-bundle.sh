#!/bin/bash
# Goal: a bundle opens where neither the dumps nor the programs nor any of their
# libraries are: report, flame, folded, leaks and info are byte for byte what
# they were. The same dumps make the same bundle, and tar takes them out again.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need zstd tar unshare ldd node

# shown INPUT OUT: everything that the commands say of it
shown()
{
	local input=$1 out=$2

	mkdir -p "$out"
	"$HEAPFLAME" report --top 0 "$input" >"$out/report"
	"$HEAPFLAME" report --json --by process,thread,phase "$input" >"$out/json"
	"$HEAPFLAME" flame -o - "$input" >"$out/flame" 2>/dev/null
	"$HEAPFLAME" convert --to folded -o - "$input" >"$out/folded"
	"$HEAPFLAME" convert --to json -o - "$input" >"$out/profile"
	"$HEAPFLAME" convert --to heap_v2 -o - "$input" >"$out/heap_v2"
	"$HEAPFLAME" leaks "$input" >"$out/leaks"
	"$HEAPFLAME" info "$input" >"$out/info"
}

# A root in which there is nothing but heapflame and what it loads, and these
# under no name that a profile knows.
mkdir -p root/h root/work
cp "$HEAPFLAME" root/h/
ldd "$HEAPFLAME" | grep -o '/[^ ]*' | while read -r library; do
	cp "$library" root/h/
done

# elsewhere BUNDLE OUT: what they say of it in there
elsewhere()
{
	local h="unshare --map-root-user --root=root --wd=/work
		/h/ld-linux-x86-64.so.2 --library-path /h /h/heapflame"

	cp "$1" root/work/b.hfb
	mkdir -p "$2"
	$h report --top 0 b.hfb >"$2/report"
	$h report --json --by process,thread,phase b.hfb >"$2/json"
	$h flame -o - b.hfb >"$2/flame" 2>/dev/null
	$h convert --to folded -o - b.hfb >"$2/folded"
	$h convert --to json -o - b.hfb >"$2/profile"
	$h convert --to heap_v2 -o - b.hfb >"$2/heap_v2"
	$h leaks b.hfb >"$2/leaks"
	$h info b.hfb >"$2/info"
}

equal()
{
	local file

	for file in "$1"/*; do
		cmp "$file" "$2/${file##*/}" || {
			diff "$file" "$2/${file##*/}" | head -20
			fail "$2: not as before"
		}
	done
}

unshare --map-root-user --root=root /h/ld-linux-x86-64.so.2 --library-path /h \
	/h/heapflame --version >/dev/null || skip "no namespaces here"

# With symbols, stripped, and one that is killed: its live state is a dump, too.
cp "$PROGS/api_phases" server
cp "$PROGS/churn" stripped
strip stripped
shim HEAPFLAME_SAMPLE=1024 HEAPFLAME_DUMP_BYTES=4M ./server >/dev/null
mv dumps phases
shim HEAPFLAME_SAMPLE=65536 HEAPFLAME_DUMP_BYTES=1M ./stripped >/dev/null
mv dumps series
[ "$(count series/*.heap)" -gt 1 ] || fail "no series: $(ls series)"
"$HEAPFLAME" run --sample 512 -o tree -- sh -c \
	"./server >/dev/null; $PYTHON -c 'import os; x = [0] * 99999; os.kill(os.getpid(), 9)'" \
	>/dev/null 2>&1 || true
[ "$(count tree/*.live)" -gt 0 ] || fail "no live state: $(ls tree)"
cp "$SRC/tests/fuzz/corpus/read_heaptrack/interpreted" heaptrack.a.77
gzip -c heaptrack.a.77 >heaptrack.b.78.gz

# And one of JavaScript, whose names are in a file of its process alone.
cat >leak.js <<'END'
const keep = [];
function leakBuffers(n) { for (let i = 0; i < n; i++) keep.push(Buffer.alloc(9999)); }
for (let i = 0; i < 500; i++) leakBuffers(20);
console.log(process.pid);
END
map=/tmp/perf-$(shim HEAPFLAME_SAMPLE=64K node --perf-basic-prof \
	--interpreted-frames-native-stack leak.js).map
trap 'rm -f "$map"' EXIT
mv dumps script

for input in phases series tree script heaptrack.a.77 heaptrack.b.78.gz; do
	shown $input before.$input
	"$HEAPFLAME" bundle -o $input.hfb $input
	"$HEAPFLAME" bundle -o - $input | cmp - $input.hfb ||
		fail "$input: two bundles of the same differ"
	"$HEAPFLAME" bundle -o - $input.hfb | cmp - $input.hfb ||
		fail "$input: a bundle of a bundle differs"
	shown $input.hfb here.$input
	equal before.$input here.$input
done
grep -q 'api_phases.c:[0-9]' before.phases/report || fail "no names at all"
grep -q 'leakBuffers' before.script/folded || fail "no JavaScript names"
grep -q '\[stripped+0x' before.series/folded || fail "nothing is stripped"

# Taken out again, they are what they were.
mkdir out
tar -xf series.hfb -C out
for file in series/*.heap; do
	cat out/dumps/*/"${file##*/}.zst" | zstd -dc | cmp - "$file" ||
		fail "$file is not what tar takes out"
done
[ "$(count out/dumps/*/*.zst)" -eq "$(count series/*.heap)" ] ||
	fail "not all of the series"

# Two runs in one folder: the newest, or all.
mkdir both
cp phases/*.heap series/*.f.heap both
shown both before.both
"$HEAPFLAME" report --all --metric alloc_space both >all.before
"$HEAPFLAME" bundle --all -o both.hfb both
"$HEAPFLAME" report --all --metric alloc_space both.hfb | cmp - all.before ||
	fail "--all of a bundle"
shown both.hfb here.both 2>note.txt
equal before.both here.both
grep -q 'newest of 2 runs' note.txt || fail "not two runs: $(cat note.txt)"

# Nothing of it is left here; and where the program was there is another one.
rm -r phases series script both heaptrack.*.gz heaptrack.a.77 "$map"
mv tree tree.gone
cp "$PROGS/sites" server
rm stripped
for name in phases series tree script heaptrack.a.77 heaptrack.b.78.gz both; do
	shown $name.hfb replaced.$name 2>/dev/null
	equal before.$name replaced.$name
	elsewhere $name.hfb elsewhere.$name 2>/dev/null
	equal before.$name elsewhere.$name
done

# What had no name there gets it from debug information that is here.
mkdir -p "sys$PWD"
cp "$PROGS/churn" "sys$PWD/stripped"
"$HEAPFLAME" convert --to folded --sysroot "$PWD/sys" -o found.folded series.hfb
grep -q '\[stripped+0x' found.folded && fail "no names by --sysroot"
grep -q ';main;' found.folded || fail "no main by --sysroot"

# What is not right with it is said in one line.
sed '0,/heapflame-bundle 1/s//heapflame-bundle 2/' phases.hfb >newer.hfb
expect_error 1 'bundle of version 2' "$HEAPFLAME" report newer.hfb
head -c 700 phases.hfb >cut.hfb
expect_error 1 'cut off before its first dump' "$HEAPFLAME" report cut.hfb
head -c $(($(stat -c %s series.hfb) - 3000)) series.hfb >cut.hfb
"$HEAPFLAME" report cut.hfb >cut.txt 2>cut.err || fail "cut: $(cat cut.err)"
grep -q 'of its .* dumps are there' cut.err || fail "no word: $(cat cut.err)"
expect_error 1 'cannot open' "$HEAPFLAME" bundle -o never.hfb nothing
[ ! -e never.hfb ] || fail "half an output"
expect_error 1 'read twice' sh -c \
	"cat out/dumps/*/*.f.heap.zst | '$HEAPFLAME' bundle -o never.hfb -"
