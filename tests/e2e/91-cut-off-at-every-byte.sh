#!/bin/bash
# Goal: as 41, at each single byte of larger dumps: many sites, inherited
# blocks, threads.
# timeout: 1800
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/truth_fork" parent child
for dump in dumps/*.f.heap; do
	rm -rf cuts
	sed 's,/\(usr\|lib\|tmp\)[^ ]*/,/gone/,' "$dump" >small.heap
	"$PYTHON" "$SRC/tests/e2e/cuts.py" small.heap 1
done
