#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: the picture of a difference holds to the byte what diff --json says: what
# grew, shrank, vanished and is new has its colour and its width, parents have
# the change of all that stands on them, --significant greys chance, names stay
# text, and the same input gives the same bytes.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# draw NAME OPTION...: NAME.svg and NAME.txt, its frames, held against the JSON.
draw()
{
	local name=$1 significant=
	shift

	[ "$1" = --significant ] && significant=$1 && shift
	# shellcheck disable=SC2086 # none or one
	"$HEAPFLAME" diff $significant -o "$name.svg" \
		--minwidth 0.00001 "$@" 2>said ||
		fail "$*: $(cat said)"
	"$HEAPFLAME" diff --json --stacks "$@" >"$name.json" || fail "$*: json"
	xmllint --noout "$name.svg" || fail "$name.svg is no XML"
	"$PYTHON" "$SRC/tests/e2e/pictured.py" "$name.svg" "$name.json" \
		--stacks >"$name.txt" || fail "pictured.py $name"
}

# frame NAME PANEL FUNCTION CLASS: it is there, and looks like that.
frame()
{
	grep -qP "^$2\t\Q$3\E\t$4\t" "$1.txt" ||
		fail "$1: no $2 $3 $4: $(cat "$1.txt")"
}

# one FOLDER SAMPLE KIND...: a run of growth_kinds.
one()
{
	local folder=$1 sample=$2

	shift 2
	shim HEAPFLAME_SAMPLE="$sample" "$PROGS/growth_kinds" 40 40 0 "$@" \
		>"$folder.txt"
	mv dumps "$folder"
	rm -f "$folder"/*.m*.heap
}

one old 1 steady=900000 cache=400000
one new 1 steady=300000 leak=9000
draw exact --metric inuse_space old new
frame exact now by_leak hf-g4
frame exact now by_steady hf-s3
frame exact gone by_steady hf-s3
frame exact gone by_cache hf-s4
! grep -q $'^now\tby_cache\t' exact.txt || fail 'what vanished is now there'
rsvg-convert -o exact.png exact.svg || fail 'rsvg-convert'
"$HEAPFLAME" diff -o again.svg --minwidth 0.00001 --metric inuse_space old new
cmp exact.svg again.svg || fail 'other bytes'

# A function whose callees went has their change, though its own is none.
printf '%s\n' 'main;f;a 100' 'main;f;b 900' 'main;g 50' >before.folded
printf '%s\n' 'main;f;a 100' 'main;g 55' 'main;<b>"&;x 40' >after.folded
draw sums --countname bytes before.folded after.folded
frame sums now f hf-s3
frame sums now a hf-same
frame sums now g hf-g1
frame sums now '<b>"&' hf-g4
frame sums gone b hf-s4
grep -qP '^now\tf\thf-s3\t100\tbefore 1000 B, now 100 B: -900 B, -90.0%$' \
	sums.txt || fail "$(cat sums.txt)"

# Both ways the panels change places; of one and the same there is one panel.
draw back --countname bytes after.folded before.folded
frame back now b hf-g4
frame back gone x hf-s4
draw same --countname bytes after.folded after.folded
[ "$(cut -f1,3 same.txt | sort -u)" = $'now\thf-same' ] || fail "$(cat same.txt)"

# Sampled runs of the same program: what differs is chance, and grey if wanted.
one left 4096 load=2000000 steady=300000
one right 4096 load=2000000 steady=300000 leak=9000
draw plain --metric inuse_space left right
draw grey --significant --metric inuse_space left right
frame grey now by_leak hf-g4
cut -f1,2,4- plain.txt >a
cut -f1,2,4- grey.txt >b
cmp a b || fail 'other figures with --significant'
! grep -q hf-chance plain.txt || fail 'grey, and not wanted'

# Names that try to be markup, in names, titles and notes.
printf '%s\n' 'main;<script>alert(1)</script> 10' 'main;]]></metadata> 9' \
	$'main;\x01\xff\xe2\x80\xae 8' >bad.folded
printf '%s\n' 'main;" onload="alert(2) 10' >worse.folded
for way in 'bad worse' 'worse bad'; do
	# shellcheck disable=SC2086 # two words
	set -- $way
	draw hostile "$1.folded" "$2.folded"
	"$HEAPFLAME" diff -o hostile.svg --title '</title><script>' --notes \
		'"><b>' "$1.folded" "$2.folded" || fail "$way"
	xmllint --noout hostile.svg || fail "$way: no XML"
	[ "$(grep -c '<script' hostile.svg)" -eq 1 ] || fail "$way: a script"
done

# Usage.
for words in '-o x.svg --json' '--title x' '-o x.svg --minwidth x'; do
	status=0
	# shellcheck disable=SC2086 # several words
	"$HEAPFLAME" diff $words before.folded after.folded >/dev/null \
		2>said || status=$?
	[ $status -eq 2 ] || fail "$words: $(cat said)"
done
[ ! -e x.svg ] || fail 'written nevertheless'
