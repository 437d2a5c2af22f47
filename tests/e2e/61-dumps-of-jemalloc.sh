#!/bin/bash
# Goal: real dumps of jemalloc (final, interval series, accumulated or not,
# sampled or not, several threads) give jeprof's totals to a byte a stack.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need jeprof
for library in /usr/lib/*/libjemalloc.so.2 ""; do
	[ -e "$library" ] && break
done
[ -n "$library" ] || skip "no libjemalloc.so.2 here"

# profiled NAME CONF PROGRAM...: jemalloc's own dumps under NAME/
profiled()
{
	local name=$1 conf=$2

	shift 2
	mkdir "$name"
	env LD_PRELOAD="$library" \
		MALLOC_CONF="prof:true,prof_prefix:$name/jp,$conf" \
		"$@" >/dev/null 2>"$name.err"
	# Of a long series two are enough; jeprof takes its time.
	"$PYTHON" "$SRC/tests/e2e/interop.py" jemalloc "$1" \
		"$name"/*.i5.heap "$name"/*.f.heap
}

profiled exact lg_prof_sample:0,prof_final:true,prof_accum:true "$PROGS/churn"
profiled fine lg_prof_sample:12,prof_final:true,prof_accum:true "$PROGS/churn"
profiled coarse lg_prof_sample:19,prof_final:true,prof_accum:true \
	"$PROGS/churn" 8
profiled no-accum lg_prof_sample:15,prof_final:true "$PROGS/churn"
profiled threads lg_prof_sample:10,prof_final:true,prof_accum:true \
	"$PROGS/truth_threads"
profiled python lg_prof_sample:16,prof_final:true,prof_accum:true \
	"$PYTHON" -c 'import json; l = [str(i) * 99 for i in range(20000)]'
profiled series lg_prof_sample:14,prof_final:true,prof_accum:true,lg_prof_interval:24 \
	"$PROGS/churn" 3

# A series is one process: the last dump counts, by number and not by name.
[ "$(count series/*.heap)" -gt 10 ] || fail "too short a series"
last=$(echo series/*.f.heap)
[ "$("$HEAPFLAME" convert --to folded -o - --metric alloc_space series)" = \
	"$("$HEAPFLAME" convert --to folded -o - --metric alloc_space "$last")" \
	] || fail "the folder does not show its last dump"
rm "$last"
# Now the highest of i0 .. i12 is the last, though i9 sorts behind it.
last=$(printf '%s\n' series/*.heap | sort -t. -k3n | tail -1)
[ "$("$HEAPFLAME" convert --to folded -o - series)" = \
	"$("$HEAPFLAME" convert --to folded -o - "$last")" ] ||
	fail "the last of the series is $last"
