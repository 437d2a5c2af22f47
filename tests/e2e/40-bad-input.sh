#!/bin/bash
# Goal: what is missing, empty, unreadable, rubbish or of another format gives
# one clear line and exit 1 from every command, and no output file.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

: >empty.heap
head -c 100000 /dev/urandom >random.heap
printf 'hello\nworld\n' >text.heap
printf 'heap_v2/' >header-only.heap
printf 'heap_v2/-5\n  t*: 0: 0 [0: 0]\n' >negative-rate.heap
printf 'heap_v2/99999999999999999999999\n  t*: 1: 1 [0: 0]\n' >huge-rate.heap
printf -- '--- contention:\ncycles/second = 1\n' >contention.heap
printf 'heap profile: 1: 2 [ 1: 2] @ other\n 1: 2 [1: 2] @ 0x1\n' \
	>gperftools.heap
printf 'v 10400 9\nX ./a.out\n' | gzip >heaptrack.gz
printf '{"a": 1}\n' >json.heap
cp "$PROGS/churn" elf.heap
head -c 4096 /dev/zero >zeros.heap
mkdir folder

commands=("report" "report --json" "report --tree" "leaks" "leaks --json"
	"flame -o -" "convert --to folded -o -" "convert --to heap_v2 -o -"
	"convert --to speedscope" "convert --to json" "convert --to trace"
	"bundle -o -" "info")
for command in "${commands[@]}"; do
	# shellcheck disable=SC2086
	for bad in no-such-file no/such/folder folder *.heap *.gz; do
		expect_error 1 "${bad%/}" "$HEAPFLAME" $command "$bad"
		[ ! -s stdout.txt ] || fail "$command $bad printed something"
	done
	# shellcheck disable=SC2086
	expect_error 1 'no profile|heapflame run' \
		env -C folder "$HEAPFLAME" $command
done
expect_error 1 'contention profile of gperftools' "$HEAPFLAME" report \
	contention.heap
expect_error 1 'heap profile of a known kind' "$HEAPFLAME" report gperftools.heap

# One bad file among good ones is named, and the others still count.
exact "$PROGS/truth_peak" >/dev/null
cp random.heap dumps/h.1-1.0.f.heap
"$HEAPFLAME" report dumps >out 2>err || fail "a bad file beside a good one"
grep -q 'h.1-1.0.f.heap' err || fail "the bad file was not named"
grep -q by_first_hump out || fail "the good file was not shown"

# Output that cannot be written: said, exit 1, nothing half-written left.
good=(dumps/h.*f.heap)
dump=$(grep -l '^# end' "${good[@]}")
for command in "${commands[@]}"; do
	# shellcheck disable=SC2086
	expect_error 1 'space|write|full' sh -c '"$@" >/dev/full' sh \
		"$HEAPFLAME" $command "$dump"
done
# (head takes a line and goes: no message, but no success of ours either.)
for command in "flame" "convert --to folded" "convert --to heap_v2"; do
	# shellcheck disable=SC2086
	expect_error 1 'full' "$HEAPFLAME" $command -o /dev/full "$dump"
	# shellcheck disable=SC2086
	expect_error 1 'nowhere' "$HEAPFLAME" $command -o /nowhere/x "$dump"
	# shellcheck disable=SC2086
	expect_error 1 'proc' "$HEAPFLAME" $command -o /proc/x "$dump"
	echo precious >out.file
	# The limit holds for every file, hence the pipe for what is said.
	# shellcheck disable=SC2086
	said=$(
		trap "" XFSZ
		ulimit -f 0
		"$HEAPFLAME" $command -o out.file "$dump" 2>&1
		echo "exit $?"
	) || true
	case $said in
	"heapflame: "*out.file*"exit 1") ;;
	*) fail "$command at its file size limit: $said" ;;
	esac
	[ "$(cat out.file)" = precious ] || [ ! -e out.file ] ||
		fail "$command left a half-written file: $(head -c 200 out.file)"
done
[ "$(find . -name '*.tmp*' | wc -l)" -eq 0 ] || fail "temporary files left"

# Wrong usage is 2.
expect_error 2 'metric' "$HEAPFLAME" report --metric nonsense "$dump"
expect_error 2 'frobnicate' "$HEAPFLAME" frobnicate
expect_error 2 'no-such-option' "$HEAPFLAME" report --no-such-option
# A metric that the file does not hold is no empty picture.
printf 'heap_v2/1\n  t*: 1: 8 [0: 0]\n@ 0x1\n  t*: 1: 8 [0: 0]\n' >inuse.heap
printf '\nMAPPED_LIBRARIES:\n' >>inuse.heap
expect_error 1 'inuse_space' "$HEAPFLAME" report --metric peak_space inuse.heap
