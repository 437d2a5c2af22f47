#!/bin/bash
# Goal: `heapflame html` writes one page that any parser of HTML accepts, that
# loads nothing, whose functions are those of `report --json` to the byte, with
# a timeline of the dumps and a flame graph for moments of it, the same bytes
# each time; and a series of 100 dumps stays below 5 MB.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# page FILE INPUT [OPTION]...: writes and judges it; what it has is in FILE.has
page()
{
	local file=$1

	shift
	"$HEAPFLAME" html -o "$file" "$@"
	"$HEAPFLAME" report --json --top 0 "$@" >"$file.json"
	"$PYTHON" "$SRC/tests/e2e/paged.py" "$file" "$file.json" >"$file.has" ||
		fail "$*"
}
says()
{
	has -x -- "$2" <"$1.has" || fail "$1: no '$2' in: $(cat "$1.has")"
}

# A program that grows, with dumps on the way.
shim HEAPFLAME_SAMPLE=4096 HEAPFLAME_DUMP_KEEP=1000 "$PROGS/growth_kinds" 110 1 10 leak=20000 \
	cache=3000000 >/dev/null
mv dumps series
dumps=$(count series/*.heap)
[ "$dumps" -gt 100 ] || fail "only $dumps dumps"
page series.html series
says series.html 'sections reading memory timeline graph functions leaks growth runs quality'
says series.html 'timelines 1'
[ "$(wc -c <series.html)" -lt 5000000 ] || fail "too large"
graphs=$(sed -n 's/^graphs //p' series.html.has)
if [ "$graphs" -le 10 ] || [ "$graphs" -gt 25 ]; then
	fail "$graphs graphs"
fi
"$HEAPFLAME" growth --json series >growth.json
for class in linear plateau sawtooth; do
	[ "$(grep -c "\"class\":\"$class" growth.json)" -eq \
		"$(grep -c "<td class=\"t\">$class" series.html)" ] ||
		fail "not as many as growth says: $class"
done
"$HEAPFLAME" leaks --json --top 0 series >leaks.json
total=$(sed -n 's/^"total":{"value":\([0-9]*\),.*/\1/p' leaks.json)
says series.html "value r-leaks-total $total"
for kind in 'still accumulating' 'start-up, kept'; do
	[ "$(grep -c "\"kind\":\"$kind" leaks.json)" -eq \
		"$(grep -c "<td class=\"t age\">$kind" series.html)" ] ||
		fail "not as many as leaks says: $kind"
done
has '<td class="t age">still accumulating' <series.html || fail "no leak accumulates"

# Of what lives, 61 MiB were never touched: most of that is not in memory.
bar=$(sed -n 's/.*<i class="p0" style="flex-grow:\([0-9]*\)\..*/\1/p' series.html)
[ "$bar" -lt 90 ] || fail "$bar percent of resident memory live"

# The graph of the last dump is of what lives in the end.
lives=$("$HEAPFLAME" report --metric inuse_space series |
	sed -n '1s/.*: inuse_space \([0-9.]* [A-Za-z]*\) .*/\1/p')
sed -n '/^graph [1-9]/p' series.html.has | tail -n 1 >last
grep -qF "inuse_space: $lives " last || fail "not '$lives' but $(cat last)"

# Marks stand on the timeline; a title is the user's.
shim HEAPFLAME_SAMPLE=1024 "$PROGS/api_phases" >/dev/null
mv dumps marks
page marks.html marks
says marks.html 'timelines 1'
has 'class="mark" style="left:[0-9.]*%">case 1</span>' <marks.html ||
	fail "no mark on the timeline"
"$HEAPFLAME" html --title 'For <Ada>' -o titled.html marks
has '<h1>For &lt;Ada&gt;</h1>' <titled.html || fail "not its title"

# The selection is that of every view, and said.
page part.html marks --focus worker --metric alloc_space
has 'Only a part is shown: ' <part.html || fail "does not say that it is a part"
page by.html marks --by thread

# The difference: of itself nothing has changed.
"$HEAPFLAME" html --base marks -o same.html marks
"$PYTHON" "$SRC/tests/e2e/paged.py" same.html >same.html.has
says same.html 'value r-diff-total 0'
first=(series/*.m0.heap)
"$HEAPFLAME" html --base "${first[0]}" -o since.html series
"$PYTHON" "$SRC/tests/e2e/paged.py" since.html >since.html.has
"$HEAPFLAME" diff --json "${first[0]}" series >diff.json
change=$(sed -n 's/^"total":{.*"delta":{"value":\(-*[0-9]*\).*/\1/p' diff.json)
[ -n "$change" ] || fail "no total in: $(head -c 400 diff.json)"
says since.html "value r-diff-total $change"
# Its picture is that of `heapflame diff`, but for what the script throws away.
"$HEAPFLAME" diff "${first[0]}" series -o diff.svg
"$PYTHON" "$SRC/tests/e2e/paged.py" --last since.html >last.svg
sed '/^<g class="hf-frames/,/^<\/g>$/d' diff.svg | cmp - last.svg ||
	fail "another picture than diff's"
[ "$(wc -c <since.html)" -lt $(($(wc -c <series.html) + $(wc -c <diff.svg))) ] ||
	fail "the difference takes $(wc -c <since.html) bytes"

# Where nobody says where to: named after the dump, or in a run's folder.
"$HEAPFLAME" html marks 2>said >/dev/null
name=$(basename "$(dump_of marks)" .heap).html
grep -q "wrote '$name'" said || fail "$(cat said)"
cmp "$name" marks.html || fail "two runs, two pages"
"$HEAPFLAME" html marks | cmp - marks.html || fail "a pipe gets another page"
mkdir empty
(cd empty && "$HEAPFLAME" run -q "$PROGS/truth_family" >/dev/null 2>&1 &&
	"$HEAPFLAME" html >/dev/null 2>said &&
	grep -q "wrote 'heapflame.truth_family.[0-9]*/report.html'" said) ||
	fail "a run's folder: $(cat empty/said)"
expect_error 1 'cannot write' "$HEAPFLAME" html -o /no/such/folder/x.html marks
