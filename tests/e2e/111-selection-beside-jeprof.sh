#!/bin/bash
# Goal: on dumps of jemalloc, --focus, --ignore, --exclude, --retain and --base
# leave what jeprof leaves under the same words, to a byte a stack.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need jeprof
for library in /usr/lib/*/libjemalloc.so.2 ""; do
	[ -e "$library" ] && break
done
[ -n "$library" ] || skip "no libjemalloc.so.2 here"

for rounds in 1 2; do
	env LD_PRELOAD="$library" \
		MALLOC_CONF="prof:true,prof_prefix:$PWD/$rounds,lg_prof_sample:12,prof_final:true,prof_accum:true" \
		"$PROGS/churn" $rounds >/dev/null 2>&1
done
"$PYTHON" "$SRC/tests/e2e/selection.py" jeprof "$PROGS/churn" 2.*.f.heap \
	1.*.f.heap
