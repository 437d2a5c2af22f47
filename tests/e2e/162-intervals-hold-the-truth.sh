#!/bin/bash
# Goal: what report --json prints as a 95 % interval holds what a program did in
# 90 to 99 of 100 runs, by site and in all. tests/unit/test_intervals.c simulates
# more shapes of programs, 90-statistics.sh looks at more runs.
# timeout: 900
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

"$PYTHON" "$SRC/tests/e2e/covered.py" 128K 120 alloc_space inuse_objects
