#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 1500
# The soak of 65 for ten minutes, and 10,000 forks of a threaded program.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

SOAK_SECONDS=${SOAK_SECONDS:-600} "$SRC/tests/e2e/65-soak.sh"

rm -rf dumps
timeout 800 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
	HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_DUMP_BYTES=256M \
	"$PROGS/harm_children" forks 10000 >said || fail "forks: exit $?"
[ "$(cat said)" = "10000 rounds" ] || fail "$(cat said)"
