#!/bin/bash
# Goal: `perf record -g`, `perf script`, `heapflame flame`: the stacks and totals
# of the text are those that the rules of the usual folding script give, written
# down once more in perf_rules.py; of a real profile where perf works here.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# by_rules TEXT: by the text alone, and by heapflame
by_rules()
{
	"$PYTHON" "$SRC/tests/e2e/perf_rules.py" <"$1" >want
	[ -s want ] || fail "$1 holds nothing"
	"$HEAPFLAME" convert --to folded "$1" >got
	cmp -s want got || fail "$1: $(diff want got | head -n 5)"
	"$HEAPFLAME" convert --to folded --metric samples "$1" >counts
	[ "$(awk '{ n += $NF } END { print n }' counts)" -eq \
		"$(grep -c '^[^[:space:]#]' "$1")" ] || fail "$1: samples lost"
}

cat >mixed.txt <<'END'
# ========
# captured on    : Fri Jan  2 03:04:05 2026
# ========
#
Web Content 4503/4507 [001]  2135.440550:    1003009 cycles:u:
	    7f001187 std::vector<int>::push_back(int const&)+0x3e (/usr/bin/x)
	    7f00118b [unknown] (/usr/lib/libfoo.so.1)
	    7f0011be main+0x15 (/usr/bin/x)

swapper     0/0     [000]  2135.441550:       9 cycles:u:
	ffffffff8103ecba native_safe_halt+0x6 ([kernel.kallsyms])
	ffffffff8103ecbb do_idle+0x6 ([kernel.kallsyms])

java 25607/25608 [000]  2135.442550:      11 cycles:u:
	    7f3a Lorg/x/Script;::exec->Lorg/x/Context;::call (/tmp/perf-25607.map)
	    7f3b a;b (/usr/lib/jvm/libjvm.so)

END
by_rules mixed.txt
grep -q '^Web_Content;main;\[libfoo.so.1\];std::vector<int>::push_back 1003009$' \
	got || fail "$(cat got)"

"$HEAPFLAME" convert --to folded --by process mixed.txt >out
grep -q '^Web Content 4503;main;' out || fail "the command stands there twice"
"$HEAPFLAME" report --by module mixed.txt >out
grep -q perf-25607.map out || fail "modules are lost: $(cat out)"

need perf
perf record -e cpu-clock -F 999 -g -o perf.data "$PROGS/churn" >/dev/null 2>log ||
	skip "perf does not record here: $(tail -n 1 log)"
perf script -i perf.data >real.txt 2>log || skip "perf script: $(cat log)"
by_rules real.txt
perf script -i perf.data 2>log | "$HEAPFLAME" flame - -o x.svg
total=$(awk '{ n += $NF } END { print n }' got)
grep -q "data-w=\"$total\"" x.svg || fail "the picture's total is not $total"
