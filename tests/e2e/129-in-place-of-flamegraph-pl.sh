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

# Its options, by their names, and inferno's share.
"$HEAPFLAME" flame --title T --subtitle S --width 800 --height 20 \
	--minwidth 0.1% --colors mem --hash --reverse --inverted \
	--countname cycles --nametype Function: --notes 'A <note>' x.folded >all.svg
for said in '<title>T</title>' '<desc>S</desc>' 'width="800"' 'data-row="20"' \
	'data-view="callers"' 'data-layout="icicle"' 'data-notes="A &lt;note&gt;"' \
	'>malloc (30 cycles'; do
	grep -qF "$said" all.svg || fail "no $said"
done
# Callers first: malloc, and parse, that called it, on it; the root on top.
rows=$(grep -o '<title>[a-z]* (' all.svg | cut -c8- | tr -d '\n')
[ "$rows" = 'all (malloc (parse (main (reply (main (' ] || fail "rows: $rows"
y=$(grep -o ' y="[0-9]*"' all.svg | tr -dc '0-9\n' | sort -n | uniq | wc -l)
[ "$y" -gt 4 ] || fail "no rows"
for colors in hot mem io wakeup chain java js perl python rust red green blue \
	aqua yellow purple orange module kind; do
	"$HEAPFLAME" flame --colors $colors x.folded >$colors.svg
	if command -v xmllint >/dev/null; then
		xmllint --noout $colors.svg || fail "--colors $colors"
	fi
done
! cmp -s hot.svg blue.svg || fail "blue is hot"
expect_usage()
{
	local status=0
	"$HEAPFLAME" flame x.folded "$@" >/dev/null 2>said || status=$?
	[ $status -eq 2 ] || fail "$*: status $status"
}
expect_usage --minwidth 3x
expect_usage --minwidth -1
expect_usage --colors lava
grep -q 'there are hot, mem' said || fail "it says '$(cat said)'"
