#!/bin/bash
# Goal: 198 MB of folded text become a picture in 300 MB of memory, and its bytes
# do not depend on how many processors there are.
# timeout: 240
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
need cc taskset

cc -O2 -o folded "$SRC/tests/bench/folded.c"
./folded 100000 >big.folded
[ "$(stat -c %s big.folded)" -gt 190000000 ] || fail "not 198 MB"

kib=$("$PYTHON" - "$HEAPFLAME" flame big.folded -o x.svg <<'END'
import resource, subprocess, sys
subprocess.check_call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
END
)
echo "$kib KiB"
[ "$kib" -le 300000 ] || fail "it takes $kib KiB"
taskset -c 0 "$HEAPFLAME" flame big.folded -o one.svg
cmp x.svg one.svg || fail "one processor draws another picture"
"$HEAPFLAME" flame - -o pipe.svg <big.folded
cmp <(sed 's/big.folded/stdin/' x.svg) <(sed 's/big.folded/stdin/' pipe.svg) ||
	fail "a pipe draws another picture"
total=$(awk '{ n += $NF } END { print n }' big.folded)
grep -q "class=\"hf-root\".* data-w=\"$total\"" x.svg || fail "not $total"
