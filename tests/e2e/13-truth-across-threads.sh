#!/bin/bash
# Goal: threads that free each other's blocks lose and double nothing; ten
# runs, since each is another interleaving.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for _ in 1 2 3 4 5 6 7 8 9 10; do
	rm -rf dumps
	exact "$PROGS/truth_threads" >expected
	"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
done
