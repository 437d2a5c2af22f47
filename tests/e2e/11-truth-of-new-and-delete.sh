#!/bin/bash
# Goal: at SAMPLE=1 every form of C++ new and delete is counted once, at its
# requested size, and charged to the function that said `new`; containers are
# charged to whoever filled them.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/truth_new" >expected
"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
