#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a side that is missing, cut off, of another kind or of another metric
# is said in one line; a file beside itself has not changed; a thousand
# functions are compared and summed up.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/churn" 1 >/dev/null
dump=$(dump_of dumps)

expect_error 2 'two profiles are wanted, BASE and NEW, not 0' "$HEAPFLAME" diff
expect_error 2 'two profiles are wanted, BASE and NEW, not 1' \
	"$HEAPFLAME" diff "$dump"
expect_error 2 'two profiles are wanted, BASE and NEW, not 3' \
	"$HEAPFLAME" diff "$dump" "$dump" "$dump"
expect_error 2 "'--base' is not for" "$HEAPFLAME" diff --base "$dump" "$dump"
expect_error 1 'nothing.heap' "$HEAPFLAME" diff nothing.heap "$dump"
expect_error 1 'nothing.heap' "$HEAPFLAME" diff "$dump" nothing.heap
mkdir empty
expect_error 1 "no profile in 'empty'" "$HEAPFLAME" diff empty "$dump"
expect_error 1 "no profile in 'empty'" "$HEAPFLAME" diff "$dump" empty
echo 'no profile at all' >text.heap
for way in "text.heap $dump" "$dump text.heap"; do
	# shellcheck disable=SC2086 # two words
	expect_error 1 'text.heap' "$HEAPFLAME" diff $way
done
expect_error 1 "No space left|cannot write" "$HEAPFLAME" diff -o /dev/full \
	"$dump" "$dump"
expect_error 1 'nowhere' "$HEAPFLAME" diff -o nowhere/x "$dump" "$dump"

# Cut off: what is there is compared, and that it was cut off is said.
head -c $(($(stat -c %s "$dump") / 2)) "$dump" >cut.heap
for way in "cut.heap $dump" "$dump cut.heap"; do
	# shellcheck disable=SC2086
	"$HEAPFLAME" diff --metric inuse_space $way >cut.txt 2>cut.err ||
		fail "$way: $(cat cut.err)"
	grep -q 'cut off' cut.err || fail "not said of $way: $(cat cut.err)"
	grep -q '^inuse_space: ' cut.txt || fail "$(cat cut.txt)"
done

# Metrics that only one side has.
printf 'main;a 10\nmain;b 5\n' >old.folded
printf 'main;a 7\nmain;c 5\n' >new.folded
expect_error 1 "the base does not hold 'inuse_space'" \
	"$HEAPFLAME" diff --metric inuse_space old.folded "$dump"
expect_error 1 "base does not hold 'samples'" "$HEAPFLAME" diff "$dump" new.folded
"$HEAPFLAME" diff old.folded new.folded >folded.txt
grep -qE '^samples: -3 .*from 15 to 12$' folded.txt || fail "$(cat folded.txt)"
[ "$(grep -cE '^ *(-5 +gone .* b|\+5 +new .* c|-3 +-30.0% .* a)$' folded.txt)" \
	-eq 3 ] || fail "$(cat folded.txt)"
"$HEAPFLAME" diff --countname bytes old.folded new.folded |
	has '^bytes: -3 B' || fail 'a name for both counts'
printf 'main;a 0\n' >zero.folded
expect_error 1 'nothing that could be scaled' \
	"$HEAPFLAME" diff --normalize zero.folded new.folded

# Beside itself.
for metric in inuse_space alloc_objects peak_space; do
	"$HEAPFLAME" diff --json --metric $metric "$dump" "$dump" >same.json
	"$PYTHON" "$SRC/tests/e2e/diffs.py" sums same.json || fail sums
	! grep -qE '"significant":true|"status":"(new|grown|shrunk|vanished)"' \
		same.json || fail "$metric: something has changed"
done
shim HEAPFLAME_SAMPLE=8K "$PROGS/churn" 2 >/dev/null
mkdir sampled
mv dumps/*.f.heap sampled/
for file in sampled/*; do
	[ "$file" = "$dump" ] || "$HEAPFLAME" diff "$file" "$file" >same.txt
done
grep -q '^nothing has changed$' same.txt || fail "$(cat same.txt)"
! grep -q 'chance' same.txt || fail "$(cat same.txt)"

# A thousand functions, of which one has grown and one is new.
"$PYTHON" - <<'EOF'
for name, more in ("many", 0), ("more", 1):
    with open(name + ".folded", "w") as f:
        for i in range(1000):
            f.write("main;f%d %d\n" % (i, 100 + i + 50 * (more and i == 500)))
        if more:
            f.write("main;fresh 7\n")
EOF
"$HEAPFLAME" diff many.folded more.folded >many.txt
grep -qE '^ *\+50 +\+8.3% +600 +650 +.* f500$' many.txt || fail "$(cat many.txt)"
# main itself holds nothing.
grep -q '^1,000 functions did not change$' many.txt || fail "$(tail -3 many.txt)"
[ "$(wc -l <many.txt)" -le 7 ] || fail "$(cat many.txt)"
"$HEAPFLAME" diff --json many.folded more.folded >many.json
"$PYTHON" "$SRC/tests/e2e/diffs.py" sums many.json || fail sums
# Names of others are data.
printf 'main;\033[31mred 10\n' >hostile.folded
"$HEAPFLAME" diff many.folded hostile.folded >hostile.txt
! grep -q $'\033' hostile.txt || fail 'escapes reach the terminal'
"$HEAPFLAME" diff --stacks many.folded hostile.folded >hostile.txt
! grep -q $'\033' hostile.txt || fail 'escapes reach the terminal'
