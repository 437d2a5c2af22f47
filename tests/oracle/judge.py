# SPDX-License-Identifier: Apache-2.0
"""Adds up reports of the oracle and holds them to what is promised.

usage: judge.py LEAST_COMPARED LEAST_IDENTICAL_PERCENT REPORT...

At most 0.01 % may differ without an explanation, of all and whatever else.
Every distinct difference is listed by cause; the unexplained ones whole.
"""
import collections
import sys

least, percent, paths = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
total = collections.Counter()
causes = collections.Counter()
places = collections.defaultdict(collections.Counter)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = f.read().splitlines()
    own = collections.Counter()
    for i, line in enumerate(lines):
        word = line.split(" ", 2)
        if line.startswith("differ "):
            cause, rest = line.split(": ", 1)[1].split(", after ")
            common = int(rest.split()[0])
            # after the head and the line "cfi": the last frame in common
            last = lines[i + 1 + common] if common else "\t\tno frame"
            where = last.strip().split("+")[0]
            places[cause][where] += int(word[1].rstrip(":"))
        elif word[0] in ("explained", "unexplained"):
            causes[word[2]] += int(word[1])
            own[word[0]] += int(word[1])
        elif word[0] in ("compared", "identical", "skipped"):
            own[word[0]] += int(word[1])
    if own["unexplained"]:
        print("\n".join(lines[:2000]))
    if own["compared"] != sum(own[k] for k in
                              ("identical", "explained", "unexplained")):
        sys.exit("%s: its sums are wrong" % path)
    total.update(own)


for path in paths:
    read(path)
compared = total["compared"]
share = 100 * total["identical"] / compared if compared else 0
print("%d reports: %d stacks compared, %.4f %% identical, %d unexplained, "
      "%d skipped" % (len(paths), compared, share, total["unexplained"],
                      total["skipped"]))
for cause, count in causes.most_common():
    if count:
        print("  %8d  %s: %s" % (count, cause, ", ".join(
            "%s (%d)" % p for p in places[cause].most_common(8))))
if compared < least:
    sys.exit("FAILED: only %d stacks compared, not %d" % (compared, least))
if share < percent:
    sys.exit("FAILED: %.4f %% identical, not %g" % (share, percent))
if total["unexplained"] > compared / 10000:
    sys.exit("FAILED: %d unexplained" % total["unexplained"])
