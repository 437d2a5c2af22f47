#!/bin/bash
# Goal: --by puts threads, labels, phases and processes at the root of every
# view, with exactly what each of them allocated; report begins with them.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact HEAPFLAME_TEMP_MS=10000 "$PROGS/api_phases" >said
dump=$(dump_of dumps)

# groups METRIC BY: "value name;name" of what work() holds
groups()
{
	"$HEAPFLAME" convert --to folded --metric "$1" --by "$2" "$dump" |
		sed -n 's/;work\( [0-9]*\)$/;\1/p' |
		awk -v names="$(tr -cd , <<<"$2" | wc -c)" '{
			n = $NF; $NF = ""; split($0, a, ";"); k = a[1]
			for (i = 2; i <= names + 1; i++) k = k ";" a[i]
			sum[k] += n
		} END { for (k in sum) print sum[k], k }' | LC_ALL=C sort
}

# expect METRIC BY <<END
expect()
{
	groups "$1" "$2" >got
	diff - got || fail "$1 by $2"
}

expect alloc_space thread,label <<'END'
1600 worker;tenant=b: or <c>
320 worker;[no label]
600000 api_phases;[no label]
6400 worker;tenant=a
END
expect alloc_space phase <<'END'
100000 [no phase]
200000 case 1
308320 ../case/2?
END
# Freed since: by phase inuse is what lives now.
expect inuse_space phase <<'END'
154160 ../case/2?
50000 [no phase]
60000 case 1
END

"$HEAPFLAME" report --by label,thread --metric alloc_space "$dump" >report.txt
grep -qE '^ *held +share +objects +by label, thread$' report.txt || fail "$(cat report.txt)"
grep -qE '^ *6\.3 KiB +1\.1% +100 +tenant=a, worker$' report.txt || fail "$(cat report.txt)"
"$HEAPFLAME" leaks --by thread "$dump" >leaks.txt
grep -qE '^    #[0-9]+ 0x0 in worker$' leaks.txt || fail "$(cat leaks.txt)"
"$HEAPFLAME" flame --by thread -o thread.svg "$dump"
grep -q worker thread.svg || fail 'no thread in the picture'

# A short life is short-lived memory, and its mean is said.
"$HEAPFLAME" report --metric temp_objects "$dump" >report.txt
grep -qE '^ *[0-9,]+ .* lived |lived function' report.txt || fail "$(cat report.txt)"
[ "$("$HEAPFLAME" report --json --metric temp_space "$dump" | "$PYTHON" -c '
import json, sys
rows = json.load(sys.stdin)["rows"]
print(sum(r["flat"]["value"] for r in rows if r["function"] == "work"
          and 0 < r["lifetime_ns"] < 10e9))')" -ge $((50000 + 100000 + 40000 + 154160)) ] ||
	fail 'short-lived memory'

# Blocks of the parent stand marked in the child, and only there.
rm -rf dumps
exact "$PROGS/truth_fork" parent child >said
"$HEAPFLAME" convert --to folded --metric inuse_space --by process dumps/*.f.heap >folded.txt
grep -q '^truth_fork;truth_fork [0-9]*;\[inherited by fork\];' folded.txt || fail "$(cat folded.txt)"
! "$HEAPFLAME" leaks --by process dumps/*.f.heap | has 'inherited' ||
	fail 'leaks holds what a parent has to free'
expect_error 2 "not 'threads'" "$HEAPFLAME" report --by threads dumps
