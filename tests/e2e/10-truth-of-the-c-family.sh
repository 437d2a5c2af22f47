#!/bin/bash
# Goal: at SAMPLE=1 report and leaks agree to the byte with what a program did
# through malloc, calloc, realloc (in place, moved, of NULL, to 0, failing), the
# memalign family and reallocarray.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/truth_family" >expected
"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
