#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: every sampled figure has its error, in text and JSON; what is not to be
# told from zero is marked, and grey on a terminal that knows colours.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# Some 64 samples of one function, 2 of another, at N = 64 KiB; which ones is
# seen in the JSON, not known before.
cat >some.c <<'END'
#include <stdlib.h>
static void *volatile sink;
__attribute__((noinline)) static void many(void)
{
	sink = malloc(1000);
}
__attribute__((noinline)) static void few(void)
{
	sink = malloc(1000);
}
int main(void)
{
	for (int i = 0; i < 4194; i++)
		many();
	for (int i = 0; i < 131; i++)
		few();
	return 0;
}
END
cc -g -O0 -fno-inline -o some some.c
# In one run of seven no sample is of few(), in others there are six.
for _ in {1..50}; do
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=64K ./some
	"$HEAPFLAME" report --json dumps >report.json
	"$HEAPFLAME" leaks --json dumps >leaks.json
	"$PYTHON" - <<'END' && break
import json, sys
rows = {r["function"]: r["flat"] for r in json.load(open("report.json"))["rows"]}
live = {l["stack"][0]: l for l in json.load(open("leaks.json"))["leaks"]}
for r in (rows, live):
    if "few" not in r or r["few"]["samples"] > 3 or r["many"]["samples"] < 10:
        sys.exit(1)
END
done

"$PYTHON" - <<'END' || fail 'JSON'
import json, sys

def value(v, key="value"):
    if not v["low"] <= v[key] <= v["high"]:
        sys.exit("outside of its interval: %s" % v)
    n, samples = v["effective_samples"], v["samples"]
    # Of one size, so all count the same.
    if v[key] and not (n and n <= samples and samples - n <= 1):
        sys.exit("samples: %s" % v)
    half = (v["high"] - v["low"]) / 2
    if v["significant"] != (v[key] != 0 and half < v[key]):
        sys.exit("significant: %s" % v)

report = json.load(open("report.json"))
value(report["total"])
for row in report["rows"]:
    value(row["flat"])
    value(row["cum"])
leaks = json.load(open("leaks.json"))
for leak in leaks["leaks"]:
    value(leak, "bytes")
rows = {r["function"]: r for r in report["rows"]}
if rows["few"]["flat"]["significant"] or not rows["many"]["flat"]["significant"]:
    sys.exit("few, and many: %s" % rows)
END

# In plain text marked and explained, without a colour.
"$HEAPFLAME" report dumps >report.txt
grep -E '± [0-9.]+ \? .* few ' report.txt || fail "$(cat report.txt)"
grep -E '± [0-9.]+ .* many ' report.txt | has -v '?' || fail "$(cat report.txt)"
grep -q '^?: not to be told from zero' report.txt || fail "$(cat report.txt)"
"$HEAPFLAME" report --tree dumps | has -E '\?.*few ' || fail 'the tree'
"$HEAPFLAME" leaks dumps >leaks.txt
grep -E '^    95 %: [0-9]+ to [0-9]+ byte\(s\), [1-3] samples? \(\? not to be told' \
	leaks.txt || fail "$(cat leaks.txt)"
escape=$(printf '\033')
! grep -q "$escape" report.txt leaks.txt || fail 'a colour in a file'

# On a terminal it is grey, all of the row; not where that is not wanted.
# on_terminal VAR=VALUE... COMMAND: its output, as the terminal got it
on_terminal()
{
	script -qec "env -u NO_COLOR TERM=xterm $* 2>/dev/null" /dev/null </dev/null >terminal.txt
}
grey="$escape\[90m"
on_terminal "'$HEAPFLAME'" report dumps
grep -q "${grey}few$escape\[0m" terminal.txt || fail "$(cat -v terminal.txt)"
grep -w many terminal.txt | has -v "$escape" || fail "$(cat -v terminal.txt)"
on_terminal "'$HEAPFLAME'" leaks dumps
grep -q "^${grey}Direct leak of" terminal.txt || fail "$(cat -v terminal.txt)"
[ "$(grep -c "$grey" terminal.txt)" -eq 1 ] || fail "$(cat -v terminal.txt)"
for plain in 'NO_COLOR=1' 'TERM=dumb' 'TERM='; do
	on_terminal "$plain" "'$HEAPFLAME'" report dumps
	grep -qw few terminal.txt || fail "$plain: $(cat terminal.txt)"
	! grep -q "$escape" terminal.txt || fail "$plain: $(cat -v terminal.txt)"
done
on_terminal "'$HEAPFLAME'" report --color never dumps
! grep -q "$escape" terminal.txt || fail "never: $(cat -v terminal.txt)"
for command in report leaks; do
	"$HEAPFLAME" $command --color always dumps | has "$grey" || fail always
	# Of a file it is asked for by name alone.
	"$HEAPFLAME" $command -o out.txt dumps
	! grep -q "$escape" out.txt || fail "$command -o"
done
expect_error 2 "--color is auto, always or never, not 'red'" \
	"$HEAPFLAME" report --color red dumps

# Exact figures have none of it.
rm -rf dumps
exact ./some
"$HEAPFLAME" report --color always dumps >report.txt
! grep -qE "$escape|±|samples|\?:" report.txt || fail "$(cat report.txt)"
"$HEAPFLAME" report --json dumps | "$PYTHON" -c '
import json, sys
for r in json.load(sys.stdin)["rows"]:
    f = r["flat"]
    assert f["effective_samples"] is None, f
    assert f["significant"] == (f["value"] > 0), f
    assert f["low"] == f["value"] == f["high"], f'
