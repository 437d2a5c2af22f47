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

# Callers of what is more than in another file.
"$HEAPFLAME" flame --reverse --base <(echo 'main;reply 5') x.folded 2>/dev/null \
	>less.svg || fail '--reverse --base'
grep -qF '>reply (7 samples, ' less.svg || fail 'reply is not less'

# Those of scale: 42 samples are of 84, ten times; the rest has no frame.
"$HEAPFLAME" flame --factor 10 --total 84 x.folded >scale.svg 2>said
[ ! -s said ] || fail "--factor, --total: $(cat said)"
for said in '<desc>samples: 420 samples</desc>' '>all (840 samples, 100.00 %)' \
	'>main (420 samples, 50.00 %)' '>malloc (300 samples, 35.71 %)'; do
	grep -qF "$said" scale.svg || fail "no $said"
done
grep -q 'data-x="0" data-w="840"' scale.svg || fail 'the root is narrower'
"$HEAPFLAME" flame --reverse --total 84 x.folded >callers.svg
grep -qF '>malloc (30 samples, 35.71 %)' callers.svg || fail '--reverse --total'
"$HEAPFLAME" flame --total 41 x.folded 2>said | cmp - file.svg ||
	fail '--total of less'
grep -q 'there is more than that' said || fail "it says '$(cat said)'"
for n in 1e300 9e18; do
	"$HEAPFLAME" flame --total $n x.folded 2>said | cmp - file.svg || fail "$n"
done
echo 'a;b 3 4' >two.folded
"$HEAPFLAME" flame --factor 2 two.folded >two.svg
grep -qF '>b (before 6 samples, now 8 samples: ' two.svg || fail '--factor of two'

# Those of looks, in attributes and in the sheet for the page.
"$HEAPFLAME" flame --fonttype "Verdana, 'DejaVu Sans'" --fontsize 20 \
	--fontwidth 0.5 --bgcolors '#102030' x.folded >looks.svg
for said in 'font-size="20" font-family="Verdana, &#39;DejaVu Sans&#39;"' \
	"font-family:Verdana, 'DejaVu Sans'}" '.hf-view text{font-size:20px}' \
	'data-fontsize="20" data-fontwidth="0.5"' '.hf-app{--ground:#102030}' \
	'height="100%" fill="#102030"' '@media all {'; do
	grep -qF -- "$said" looks.svg || fail "no $said"
done
! grep -q prefers-color-scheme looks.svg || fail 'a ground of the system'
xmllint --noout looks.svg || fail 'looks'
heights=$(grep -o '<rect class="c[^>]* height="[0-9]*"' looks.svg |
	grep -o 'height="[0-9]*"' | sort -u)
[ "$heights" = 'height="24"' ] || fail "rows of $heights"
for ground in yellow blue green grey; do
	"$HEAPFLAME" flame --bgcolors $ground x.folded >ground.svg
	grep -q '@media not all {' ground.svg || fail "$ground"
done

# What has no meaning: the picture is drawn, and a line says why it is that one.
unheeded()
{
	local words=$1
	shift
	"$HEAPFLAME" flame "$@" x.folded 2>said >drawn.svg || fail "$*"
	cmp file.svg drawn.svg || fail "$*: another picture"
	if [ -n "$words" ]; then
		[ "$(wc -l <said)" -eq 1 ] || fail "$*: $(cat said)"
	fi
	[ "$words" ] || [ ! -s said ] || fail "$*: $(cat said)"
	grep -q -e "$words" said || [ -z "$words" ] || fail "$*: $(cat said)"
}
unheeded 'equal stacks are one' --flamechart
unheeded 'by name' --random
unheeded 'by name' --colordiffusion
unheeded 'is not read' --nameattr names.txt
unheeded 'in UTF-8' --encoding ISO-8859-1
unheeded '' --encoding UTF-8
unheeded '' --cp
unheeded '' --deterministic
unheeded '' --negate
echo 'main->rgb(1,2,3)' >palette.map
unheeded 'is not read' --cp
rm palette.map

expect_usage()
{
	local status=0
	"$HEAPFLAME" flame x.folded "$@" >/dev/null 2>said || status=$?
	[ $status -eq 2 ] || fail "$*: status $status"
}
expect_usage --minwidth 3x
expect_usage --minwidth -1
expect_usage --factor 0
expect_usage --factor x
expect_usage --bgcolors '#12345'
expect_usage --bgcolors '#12345g'
expect_usage --fonttype 'x}*{fill:url(//evil)'
expect_usage --fonttype ''
expect_usage --fontsize 1e9
expect_usage --colors lava
grep -q 'there are hot, mem' said || fail "it says '$(cat said)'"
