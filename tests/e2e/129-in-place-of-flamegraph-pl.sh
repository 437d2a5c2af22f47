#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: `heapflame flame` stands where flamegraph.pl stood: in a pipe, before a
# `>`, on any folded text.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

printf 'main;parse;malloc 30\nmain;reply 12\n' >x.folded

# Where it goes: to whom stdout is led, and never where nobody looks for it.
"$HEAPFLAME" flame x.folded >file.svg
grep -q '42 samples' file.svg || fail "no picture in the file"
"$HEAPFLAME" flame x.folded | cat >pipe.svg
cmp file.svg pipe.svg || fail "a pipe gets another picture"
[ ! -e x.svg ] || fail "and another file was written"
"$HEAPFLAME" flame - <x.folded >stdin.svg
cmp <(sed s/x.folded/stdin/ file.svg) stdin.svg || fail "stdin gives another"
"$HEAPFLAME" flame x.folded -o - >dash.svg
cmp file.svg dash.svg || fail "-o - gives another"

# elsewhere COMMAND...: with a stdout that is not meant for it
elsewhere()
{
	rm -f x.svg
	"$@" 2>said
	cmp file.svg x.svg || fail "$1: no x.svg"
	grep -q "^heapflame: wrote 'x.svg'$" said || fail "$1: it says '$(cat said)'"
}
elsewhere sh -c "'$HEAPFLAME' flame x.folded >/dev/null"
elsewhere "$PYTHON" - "$HEAPFLAME" <<'END'
import socket, subprocess, sys
ours, theirs = socket.socketpair()
subprocess.check_call([sys.argv[1], "flame", "x.folded"], stdout=theirs)
theirs.close()
assert ours.recv(100) == b"", "a service's log gets the picture"
END
elsewhere "$PYTHON" - "$HEAPFLAME" <<'END'
import os, subprocess, sys
ours, theirs = os.openpty()
subprocess.check_call([sys.argv[1], "flame", "x.folded"], stdout=theirs)
END
