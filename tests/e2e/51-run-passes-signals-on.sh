#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Signals sent to `heapflame run` reach the program once, Ctrl-C and Ctrl-\ of
# the terminal, too; Ctrl-Z, fg and bg work as if `run` were not there.
. "$SRC/tests/e2e/lib.sh"

timeout 120 "$PYTHON" "$SRC/tests/e2e/run_signals.py" "$HEAPFLAME"

# Without a terminal, in the background, as a supervisor does it.
cat >server.sh <<'END'
trap 'echo reloaded' HUP
trap 'echo stopped; exit 3' TERM
echo ready
while :; do sleep 0.1; done
END
"$HEAPFLAME" run sh server.sh >log 2>err.txt &
pid=$!
for _ in $(seq 100); do
	grep -q ready log && break
	sleep 0.1
done
kill -HUP $pid
for _ in $(seq 100); do
	grep -q reloaded log && break
	sleep 0.1
done
kill -TERM $pid
status=0
wait $pid || status=$?
[ "$status" -eq 3 ] || fail "status $status: $(cat log err.txt)"
[ "$(cat log)" = "$(printf 'ready\nreloaded\nstopped')" ] || fail "$(cat log)"
