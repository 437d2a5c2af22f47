#!/bin/bash
# Goal: as 67, a thousand times.
# timeout: 1800
# alone
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

live=$HEAPFLAME_LIVE/kills.$$
mkdir -p "$live"
trap 'rm -rf "$live"' EXIT
export HEAPFLAME_LIVE=$live KILLS_SEED=92
"$PYTHON" "$SRC/tests/e2e/kills.py" 1000
"$PYTHON" "$SRC/tests/e2e/kills.py" 50 abort segv _exit exit_group
