#!/bin/bash
# Goal: what heaptrack recorded of real programs, interpreted and raw, has the
# totals that heaptrack_print states, of leaks, peak, allocations and temporary
# ones, in its flame graphs to the byte and in its summary to its rounding.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need heaptrack heaptrack_print zstd sqlite3
: >empty

# recorded NAME PROGRAM...: NAME.zst, and NAME.raw.zst of another run of it
recorded()
{
	local name=$1

	shift
	heaptrack -o "$name" "$@" >/dev/null 2>"$name.err" <empty
	heaptrack --raw -o "$name" "$@" >/dev/null 2>"$name.raw.err" <empty
	[ -s "$name.zst" ] || fail "heaptrack left nothing of $*"
}

# sum FILE: of a folded file
sum()
{
	awk '{ s += $NF } END { printf "%d\n", s }' "$1"
}

# ours FILE METRIC
ours()
{
	"$HEAPFLAME" convert --to folded --metric "$2" -o ours.folded "$1"
	sum ours.folded
}

# theirs FILE COST
theirs()
{
	heaptrack_print --disable-builtin-suppressions -f "$1" \
		--flamegraph-cost-type "$2" -F theirs.folded >summary.txt
	sum theirs.folded
}

# mistaken FILE: frees of the first entry right behind another free, which
# heaptrack_print takes for temporary ones: its mark for "none" is 0, too
mistaken()
{
	zstd -dc "$1" | awk '
		$1 == "+" { last = $2 }
		$1 == "-" { n += last == "" && $2 == "0"; last = "" }
		END { print n + 0 }'
}

# said TEXT FIGURE: does the summary say that of it, 1000-based, two decimals?
said()
{
	grep -q "^$1: $("$PYTHON" - "$2" <<-'END'
		import re, sys
		n = float(sys.argv[1])
		for unit in ("B", "K", "M", "G"):
		    if n < 1000 or unit == "G":
		        break
		    n /= 1000
		print(re.escape(f"{n:.2f}{unit}" if unit != "B" else f"{n:.0f}B"))
	END
	)" summary.txt || fail "$1 is not $2: $(grep "^$1" summary.txt)"
}

agrees()
{
	local file=$1.zst
	local leaked peak

	leaked=$(ours "$file" inuse_space)
	[ "$leaked" -eq "$(theirs "$file" leaked)" ] || fail "$1: leaked $leaked"
	said 'total memory leaked' "$leaked"
	peak=$(ours "$file" peak_space)
	[ "$peak" -eq "$(theirs "$file" peak)" ] || fail "$1: peak $peak"
	said 'peak heap memory consumption' "$peak"
	[ "$(ours "$file" alloc_objects)" -eq "$(theirs "$file" allocations)" ] ||
		fail "$1: $(ours "$file" alloc_objects) allocations"
	[ $(($(ours "$file" temp_objects) + $(mistaken "$file"))) -eq \
		"$(theirs "$file" temporary)" ] ||
		fail "$1: $(ours "$file" temp_objects) temporary ones"
}

recorded churn "$PROGS/churn" 3
recorded forced "$PROGS/truth_family"
recorded sqlite sqlite3 :memory: "create table t(a, b);
	insert into t select value, hex(randomblob(40)) from
	generate_series(1, 20000); create index i on t(b);
	select count(*) from t where b like '%AB%';"
recorded python "$PYTHON" -c 'import json; l = [str(i) * 9 for i in range(20000)]'
for name in churn forced sqlite python; do
	agrees $name
	# Not yet interpreted: the same by our own symbolizer. A temporary one
	# is known by its address there, not only by its size and stack; so
	# many does heaptrack_interpret count.
	zstd -dc $name.raw.zst | /usr/lib/heaptrack/libexec/heaptrack_interpret \
		2>counted.txt | zstd -q >$name.done.zst
	for metric in inuse_space peak_space alloc_space alloc_objects; do
		[ "$(ours $name.raw.zst $metric)" -eq \
			"$(ours $name.done.zst $metric)" ] ||
			fail "$name, raw: $metric"
	done
	grep -q "temporary allocations:[[:space:]]*$(
		ours $name.raw.zst temp_objects)\$" counted.txt ||
		fail "$name, raw: $(cat counted.txt)"
done

# Names, files, lines and inlined functions are there.
"$HEAPFLAME" report --metric alloc_space churn.zst >report.txt
grep -q 'tests/progs/churn.c:[0-9]' report.txt || fail "no source lines"
"$HEAPFLAME" report --metric alloc_space churn.raw.zst >report.txt
grep -q 'tests/progs/churn.c:[0-9]' report.txt || fail "raw: no source lines"

# Plain and gzip are the same; a process is told by its name.
zstd -dcq churn.zst >heaptrack.churn.4242
gzip -k heaptrack.churn.4242
for file in heaptrack.churn.4242 heaptrack.churn.4242.gz; do
	"$HEAPFLAME" convert --to folded -o - "$file" |
		cmp - <("$HEAPFLAME" convert --to folded -o - churn.zst) ||
		fail "$file differs"
done
"$HEAPFLAME" info heaptrack.churn.4242.gz >info.txt
grep -q 'process 4242, ended' info.txt || fail "$(cat info.txt)"
grep -q "program *$PROGS/churn" info.txt || fail "$(cat info.txt)"
grep -q 'every allocation' info.txt || fail "$(cat info.txt)"

# One that is not finished, and one of the future.
head -c $(($(stat -c %s churn.zst) / 2)) churn.zst >cut.zst
"$HEAPFLAME" report cut.zst >cut.txt 2>cut.err || fail "cut off: $(cat cut.err)"
grep -q 'was cut off' cut.err || fail "no word of it: $(cat cut.err)"
sed '1s/.*/v 20000 4/' heaptrack.churn.4242 >newer
expect_error 1 'heaptrack file of version 4' "$HEAPFLAME" report newer
