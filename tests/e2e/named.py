# SPDX-License-Identifier: Apache-2.0
"""named.py SHARE FORBIDDEN FILE...: at least SHARE percent of the bytes are
charged to functions with a name, and none of the first five rows, by
alloc_space and by peak_space, is an allocation wrapper (matches FORBIDDEN).
(What is left live at exit is too little to judge by.)"""
import re
import sys

import hf


def check(metric, share, forbidden, files):
    rows = hf.report(files, metric)["rows"]
    total = sum(row["flat"]["value"] for row in rows)
    named = sum(row["flat"]["value"] for row in rows
                if not row["function"].startswith("["))
    if total <= 0:
        hf.fail(metric + ": nothing in " + " ".join(files))
    print("%s: %.2f %% of %d bytes named" % (metric, 100.0 * named / total,
                                             total))
    rows.sort(key=lambda row: -row["flat"]["value"])
    for row in rows[:5]:
        print("  %12d %s  via %s" % (row["flat"]["value"], row["function"],
                                     row["via"]))
        if re.search(forbidden, row["function"]):
            hf.fail("an allocation wrapper is charged: " + row["function"])
    if 100.0 * named < float(share) * total:
        for row in [r for r in rows if r["function"].startswith("[")][:8]:
            print("  no name: %12d %s" % (row["flat"]["value"],
                                          row["function"]))
        hf.fail("less than %s %% are named" % share)


def main(share, forbidden, *files):
    for metric in "alloc_space", "peak_space":
        check(metric, share, forbidden, files)


main(*sys.argv[1:])
