#!/bin/bash
# Goal: what strdup, getline, asprintf and their like allocate is charged to
# their caller, exactly.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/truth_libc" >expected
"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
