#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a folded file of two columns (difffolded.pl, inferno-diff-folded) becomes
# the picture of its difference: widths are the second column, a colour is what
# flamegraph.pl has for the same delta, --negate changes its sign; what else is
# made of the file stays as it was.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

"$PYTHON" - >two.folded <<'END'
import random
random.seed(7)
names = ["main", "parse", "f<int>", "a b", "reply", "x_[k]", "gc"]
for i in range(400):
    stack = ["main"] + random.choices(names, k=random.randint(1, 6))
    before, after = random.randint(0, 900), random.randint(0, 900)
    print(";".join(stack), before * (i % 3 > 0), after * (i % 5 > 0))
print("main;only 7 0")
print("main;new 0 9")
END

# held FILE.svg two.folded [--negate]: as flamegraph.pl draws these, frame by frame
held()
{
	xmllint --noout "$1" || fail "$1 is no XML"
	"$PYTHON" - "$@" <<'END' || fail "$*"
import collections, re, sys
import xml.etree.ElementTree as tree
SVG = "{http://www.w3.org/2000/svg}"
negate = "--negate" in sys.argv

# The rule: a width is the second column's sum. What a line has more or less is
# its leaf's delta; a frame's is here that of all on it.
width, old, own = (collections.Counter() for _ in range(3))
for line in open(sys.argv[2], encoding="utf-8"):
    stack, before, after = line.rstrip("\n").rsplit(" ", 2)
    path = tuple(re.sub(r"_\[.\]$", "", name) for name in stack.split(";"))
    own[path] += int(after) - int(before)
    for depth in range(len(path) + 1):
        width[path[:depth]] += int(after)
        old[path[:depth]] += int(before)

group = [g for g in tree.parse(sys.argv[1]).getroot().iter(SVG + "g")
         if g.get("class", "").startswith("hf-frames")][0]
rows = collections.defaultdict(list)
for rect in group.iter(SVG + "rect"):
    if rect.get("class") != "hf-grown":
        start = int(rect.get("data-x"))
        title = rect.find(SVG + "title")
        rows[float(rect.get("y"))].append(
            (start, start + int(rect.get("data-w")), rect.get("class"),
             None if title is None else title.text))
rows = [sorted(rows[y]) for y in sorted(rows, reverse=True)]
panel = "before (" if negate else "now ("
level = {(): [r for r in rows[1] if r[3].startswith(panel)][0]}
seen = 0
for row in rows[2:]:
    above, level = level, {}
    for path, (low, high, _, _) in above.items():
        for frame in row:
            if low <= frame[0] and frame[1] <= high and frame[3]:
                level[path + (frame[3].split(" (before ")[0],)] = frame
    for path, (low, high, style, title) in level.items():
        delta = width[path] - old[path]
        assert high - low == width[path], (path, high - low, width[path])
        was, now = old[path], width[path]
        if negate:
            delta, was, now = -delta, now, was
        assert f" (before {was:,} samples, now {now:,} samples: " in title, title
        small = abs(delta) < .02 * max(was, now)
        sign = "hf-same" if small else "hf-g" if delta > 0 else "hf-s"
        assert style.startswith(sign), (path, style, delta)
        assert delta == 0 or f"{delta:+,}" in title, title
        if not small and not any(p[:len(path)] == path and p != path for p in own):
            # A leaf: flamegraph.pl's own red and blue.
            assert (own[path] > 0) == (style.startswith("hf-g") != negate)
        seen += 1
expected = sum(1 for path in width if path and width[path])
assert seen > .8 * expected, (seen, expected)
END
}

"$HEAPFLAME" flame --minwidth 0.00001 --width 30000 two.folded >x.svg
held x.svg two.folded
"$HEAPFLAME" flame --negate --minwidth 0.00001 --width 30000 two.folded >neg.svg
held neg.svg two.folded --negate
grep -q '>before (before ' neg.svg || fail 'no panel of what was'
grep -q '>new and grown (before ' neg.svg || fail 'no panel of what came'

# The picture that diff draws of the same in two files.
sed -n 's/ [0-9]*$//p' two.folded >old.folded
sed 's/ [0-9]* \([0-9]*\)$/ \1/' two.folded >new.folded
frames() { grep -o '^<rect .*<title>.*</title>' "$1"; }
for negate in '' --negate; do
	# shellcheck disable=SC2086 # none or one
	"$HEAPFLAME" diff $negate old.folded new.folded -o diff.svg
	# shellcheck disable=SC2086
	"$HEAPFLAME" flame $negate two.folded -o flame.svg
	cmp <(frames diff.svg) <(frames flame.svg) || fail "diff $negate"
done
[ "$(frames flame.svg | wc -l)" -gt 20 ] || fail 'nothing drawn'

# Both ways: of the file the other way round, negated, what is less has the width.
awk '{ n = $(NF - 1); m = $NF; sub(/ [0-9]+ [0-9]+$/, ""); print $0, m, n }' \
	two.folded >round.folded
"$HEAPFLAME" flame --negate round.folded --minwidth 0.00001 --width 30000 >round.svg
held round.svg round.folded --negate

# Callers: of what holds memory on each side, and then who called it.
printf '%s\n' 'a;alloc 100 0' 'b;alloc 60 90' 'c;alloc 0 30' >calls.folded
"$HEAPFLAME" flame --reverse calls.folded >calls.svg
xmllint --noout calls.svg || fail 'callers'
for frame in 'now (before 160 samples, now 120 samples: -40, -25.0%)' \
	'alloc (before 160 samples, now 120 samples: -40, -25.0%)' \
	'b (before 60 samples, now 90 samples: +30, +50.0%)' \
	'gone and shrunk (before 100 samples, now 0 samples: -100, gone)' \
	'alloc (before 100 samples, now 0 samples: -100, gone)' \
	'a (before 100 samples, now 0 samples: -100, gone)'; do
	grep -qF ">$frame<" calls.svg || fail "no $frame: $(grep -o '<title>[^<]*' calls.svg)"
done
grep -q 'data-view="callers"' calls.svg || fail 'the page shows other ones'
"$HEAPFLAME" diff --reverse <(echo 'a;alloc 4') <(echo 'b;alloc 5') -o calls.svg
grep -qF '>alloc (before 4 samples, now 5 samples: +1, +25.0%)<' calls.svg ||
	fail 'diff --reverse'

# What else is made of it is as it was.
"$HEAPFLAME" convert --to folded two.folded >again.folded
[ "$(awk '{ n += $NF } END { print n }' again.folded)" = \
	"$(awk '{ n += $NF } END { print n }' two.folded)" ] || fail 'convert'
! grep -q ' [0-9]* [0-9]*$' again.folded || fail 'convert writes two columns'
"$HEAPFLAME" report two.folded >shown
grep -q samples shown || fail "$(cat shown)"
for metric in samples samples_before; do
	"$HEAPFLAME" flame --metric $metric two.folded >plain.svg
	! grep -q 'data-diff' plain.svg || fail "--metric $metric is a difference"
done
"$HEAPFLAME" flame --negate old.folded >plain.svg || fail '--negate of one column'
! grep -q 'data-diff' plain.svg || fail 'one column is a difference'
"$HEAPFLAME" flame --countname bytes - <two.folded >stdin.svg
grep -q '<desc>bytes: .* first column → second column' stdin.svg ||
	fail "$(grep '<desc' stdin.svg)"
echo 'main;gone 5 0' | "$HEAPFLAME" flame - >gone.svg
grep -q '>gone (before 5 samples, now 0 samples: -5, gone)' gone.svg ||
	fail 'all of it is gone'
status=0
"$HEAPFLAME" diff --negate old.folded new.folded >/dev/null 2>said || status=$?
[ $status -eq 2 ] || fail "--negate without a picture: $(cat said)"
