#!/bin/bash
# Goal: heaptrack files and bundles that were made to hurt cost no more than 10
# times their size in memory and 64 MiB, and time in line with their size.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need zstd
"$PYTHON" "$SRC/tests/e2e/hostile_logs.py" || fail "see above"
