#!/bin/bash
# Goal: `convert --to json` and `--to speedscope` hold every metric with the
# total that `report` states, of sampled, exact and foreign profiles.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

shim HEAPFLAME_SAMPLE=1024 "$PROGS/truth_threads" >/dev/null
mv dumps sampled
exact "$PROGS/api_phases" >/dev/null
mv dumps exact
exact "$PROGS/truth_fork" a b >/dev/null
mv dumps forks
printf 'v 10400 3\ns 5 a"\\\n\xff\ni 1 0 1\nt 1 0\na 8 1\n+ 0\n' >foreign

for input in sampled exact forks foreign; do
	"$HEAPFLAME" convert --to json -o $input.json $input
	"$HEAPFLAME" convert --to json -o - $input | cmp - $input.json ||
		fail "$input: two runs, two results"
	"$HEAPFLAME" convert --to speedscope -o $input.speedscope $input
	"$HEAPFLAME" convert --to speedscope -o - $input |
		cmp - $input.speedscope || fail "$input: two runs, two results"
	"$PYTHON" "$SRC/tests/e2e/written.py" $input || fail "$input"
done

expect_error 2 'json always holds the whole profile' \
	"$HEAPFLAME" convert --to json --metric inuse_space exact
expect_error 1 "no 'temp_space' in these files" \
	"$HEAPFLAME" convert --to speedscope --metric temp_space -o never.json \
	"$SRC/tests/fuzz/corpus/read_heapv2/jemalloc"
[ ! -e never.json ] || fail "half an output"
