#!/bin/bash
# Goal: one selection gives one total in the report, its rows and JSON, in
# folded stacks, in the flame graph and among the leaks, exact and sampled; and
# the head of each says how much of all it is.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

same()
{
	"$PYTHON" "$SRC/tests/e2e/selection.py" same "$@" ||
		fail "no one total: $*"
}

exact "$PROGS/churn" 1 >/dev/null
mv dumps exact
shim HEAPFLAME_SAMPLE=64K "$PROGS/churn" 1 >/dev/null
mv dumps sampled
shim HEAPFLAME_SAMPLE=64K "$PROGS/churn" 2 >/dev/null
mv dumps later

for run in exact sampled; do
	for metric in inuse_space alloc_space peak_objects; do
		whole=$("$PYTHON" "$SRC/tests/e2e/selection.py" same $metric $run \
			--ignore no_such_function)
		some=$(same $metric $run --focus small)
		rest=$(same $metric $run --ignore small)
		[ $((whole > some && some > 0)) -eq 1 ] ||
			fail "$run $metric: small is $some of $whole"
		# Each part is rounded for itself.
		off=$((whole - some - rest))
		[ ${off#-} -le 1 ] || fail "$run: $some and $rest are not $whole"
		# So is each row, and hidden frames make one of several.
		off=$((whole - $(same $metric $run --hide 'main|_start')))
		[ ${off#-} -le 3 ] ||
			fail "$run $metric: hiding frames loses $off of what they hold"
		[ "$(same $metric $run --show 'small|large')" -gt 0 ] || fail show
		[ "$(same $metric $run --show-from 'main$' --by module)" -gt 0 ] ||
			fail show-from
	done
done
[ "$(same inuse_space sampled --base sampled)" -eq 0 ] ||
	fail 'something is left of itself'
[ "$(same alloc_space later --base sampled --focus main)" -gt 10000000 ] ||
	fail 'a second round is not seen'
[ "$(same alloc_space sampled --base later --focus main)" -lt -10000000 ] ||
	fail 'a lesser round is not less than nothing'

"$HEAPFLAME" report --focus small --metric alloc_space sampled >report.txt
grep -qE "^focus 'small': [0-9.]+ [KM]iB of [0-9.]+ [KM]iB, [0-9.]+%$" \
	report.txt || fail "$(head -3 report.txt)"
"$HEAPFLAME" flame --focus small --metric alloc_space -o - sampled >part.svg
grep -qE "<desc>.*small.*: [0-9.]+ [KM]iB of [0-9.]+ [KM]iB, " part.svg ||
	fail "$(grep '<desc>' part.svg)"
"$HEAPFLAME" report --metric alloc_space --base later sampled >less.txt
sed -n 2p less.txt | has -E "^base 'later': [0-9.]+ MiB less [0-9.]+ MiB$" ||
	fail "$(head -3 less.txt)"
grep -qE '^ *-[0-9.]+ [KM]iB .* -[0-9.]+% ' less.txt || fail "$(cat less.txt)"
"$HEAPFLAME" convert --to folded --metric alloc_space --base later sampled \
	>less.folded 2>said
! grep -q -- ' -[0-9]' less.folded || fail 'folded stacks below 0'
grep -q '^heapflame: left out: .* that shrank, -' said || fail "$(cat said)"

# Nothing is new: no leaks, though plenty lives.
"$HEAPFLAME" leaks --error-exitcode --base exact exact >leaks.txt ||
	fail "exit $?: $(cat leaks.txt)"
got=0
"$HEAPFLAME" leaks --error-exitcode exact >leaks.txt || got=$?
[ $got -eq 3 ] || fail "exit $got of leaks without a base"
