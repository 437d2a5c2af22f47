#!/bin/bash
# Goal: folded stacks are read as they are written, by us and by others: plain,
# packed, from a pipe; annotated, of two columns; and come back as they were.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# same WHAT WANT GOT
same()
{
	cmp -s "$2" "$3" || fail "$1: $(diff "$2" "$3" | head -n 5)"
}

total_of()
{
	awk '{ sum += $NF } END { print sum }' "$1"
}

# A heap dump's stacks, there and back: the same text, also the second time.
exact "$PROGS/truth_peak" >/dev/null
dump=$(dump_of dumps)
"$HEAPFLAME" convert --to folded -o heap.folded "$dump"
[ -s heap.folded ] || fail "nothing to read back"
"$HEAPFLAME" convert --to folded -o again.folded heap.folded
same "there and back" heap.folded again.folded

# Bytes are bytes when one says so, and the totals agree.
"$HEAPFLAME" report --countname bytes heap.folded >out
head -n 1 out | has 'bytes .*[KM]iB' || fail "$(head -n 1 out)"
[ "$("$HEAPFLAME" report --countname bytes --json heap.folded |
	"$PYTHON" -c 'import json, sys
print(json.load(sys.stdin)["total"]["value"])')" = "$(total_of heap.folded)" ] ||
	fail "the total is another one"

# A profile of time: annotations of every kind, special frames, blanks.
cat >cpu.folded <<'END'
-;- 2
[[stack]];[unknown] 3
a;;b 1
java;Foo::bar_[0];Foo::baz_[1];x_[j] 5
main;do_idle_[k] 7
main;operator new(unsigned long) 12
main;small_[i];smaller_[i] 1
swapper;--;waker_[w] 4
END
gzip -k -c cpu.folded >packed.gz
zstd -q -c cpu.folded >packed.zst
for file in cpu.folded packed.gz packed.zst; do
	"$HEAPFLAME" convert --to folded "$file" >out
	same "$file" cpu.folded out
done
"$HEAPFLAME" convert --to folded - <cpu.folded | cat >out
same "standard input" cpu.folded out
sort -r cpu.folded | "$HEAPFLAME" convert --to folded - | cat >out
same "a pipe" cpu.folded out
sed 's/$/\r/' cpu.folded | head -c -2 | "$HEAPFLAME" convert --to folded - >out
same "CRLF, no newline at the end" cpu.folded out

# Nothing is an allocation wrapper in a profile of time.
"$HEAPFLAME" report cpu.folded >out
head -n 1 out | has '35 samples' || fail "$(head -n 1 out)"
grep -q '^ *12 .* operator new' out || fail "operator new is not charged"
"$HEAPFLAME" flame cpu.folded >/dev/null 2>log
grep -q '35 samples' cpu.svg || fail "the picture has another total"
"$HEAPFLAME" flame --countname cycles - -o y.svg <cpu.folded
grep -q '35 cycles' y.svg || fail "the picture does not count cycles"

# Two columns: before and after.
printf 'main;both 3 4\nmain;gone 7 0\nmain;new 0 5\n' >diff.folded
"$HEAPFLAME" convert --to folded diff.folded >out
printf 'main;both 4\nmain;new 5\n' | cmp - out || fail "after: $(cat out)"
"$HEAPFLAME" convert --to folded --metric samples_before diff.folded >out
printf 'main;both 3\nmain;gone 7\n' | cmp - out || fail "before: $(cat out)"

# Two files add up.
"$HEAPFLAME" convert --to folded cpu.folded packed.gz >out
[ "$(total_of out)" -eq 70 ] || fail "twice 35 is $(total_of out)"
