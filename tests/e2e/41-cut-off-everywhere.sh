#!/bin/bash
# Goal: a dump cut off anywhere (at every byte: 91) gives one line of error, or
# what stands before the cut with a word about it; never a crash or a hang.
# timeout: 600
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# The smallest real dump that we know of: one site, few libraries.
exact HEAPFLAME_DUMP_SECONDS=0 "$PROGS/hostile"
# Without libraries to look into, thousands of reports take seconds.
sed 's,/\(usr\|lib\|tmp\)[^ ]*/,/gone/,' "$(dump_of dumps)" >small.heap
dump=small.heap
size=$(wc -c <"$dump")
"$PYTHON" "$SRC/tests/e2e/cuts.py" "$dump" $((size / 1500 + 1))
