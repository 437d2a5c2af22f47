#!/bin/bash
# Goal: the example project of docs/CI.md as somebody new meets it: a fresh
# copy, heapflame installed, make check-heap; a change that costs memory is
# named, on a CI server as an annotation at its line; meant, it is taken into the
# baseline.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need xmllint make
mkdir -p there/bin there/lib
cp "$HEAPFLAME" there/bin/
cp "$LIBHEAPFLAME" there/lib/
export PATH="$PWD/there/bin:$PATH"
unset HEAPFLAME LIBHEAPFLAME # as the example's Makefile finds it
cp -r "$SRC/docs/example-ci" words
cd words

make check >/dev/null
make check-heap >out.txt 2>&1 || fail "$(cat out.txt)"
grep -qx 'check: 4 limits hold' out.txt || fail "$(cat out.txt)"
xmllint --noout heap.xml
# What CI is told to do is what there is.
for ci in .github/workflows/heap.yml .gitlab-ci.yml; do
	grep -q 'make check-heap' $ci || fail "$ci"
	grep -q 'heap.xml' $ci || fail "$ci"
done

# fails PATTERN...: the check does, and says each of these
fails()
{
	local status=0

	make check-heap >out.txt 2>&1 || status=$?
	[ $status -eq 2 ] || fail "make: $status: $(cat out.txt)"
	grep -q 'Error 3' out.txt || fail "not by the check: $(cat out.txt)"
	for pattern; do
		grep -qE -- "$pattern" out.txt ||
			fail "not said: $pattern ($(cat out.txt))"
	done
}

# A leak.
cp words.c words.good
sed -i 's/^\t\t\tfree(word);/\t\t\t(void)word;/' words.c
fails "^FAILS max-live-at-exit: .*: add_word \(words.c:[0-9]+\) < words_add_text < " \
	"raise the limit in 'heapflame.budget', line 3"
GITHUB_ACTIONS=true GITHUB_WORKSPACE=$PWD \
	fails '^::error file=words.c,line=[0-9]+,title=heapflame check%3A max-live-at-exit::'
xmllint --noout heap.xml
grep -q 'failures="1"' heap.xml || fail "$(cat heap.xml)"

# Within the budget, but more than it was: only a baseline sees that.
cp words.good words.c
make baseline >out.txt 2>&1 || fail "$(cat out.txt)"
sed -i 's/sizeof \*word + length + 1/sizeof *word + length + 3/' words.c
fails "^FAILS baseline 'main.hfb': .*% more, tolerance 5%; grown most, by .*: add_word" \
	"^FAILS by-function 'add_word'" '^check: 4 limits hold, 2 fail$'
make baseline >out.txt 2>&1 || fail "$(cat out.txt)"
make check-heap >out.txt 2>&1 || fail "$(cat out.txt)"
grep -qx 'check: 5 limits hold' out.txt || fail "$(cat out.txt)"
