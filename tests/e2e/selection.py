# SPDX-License-Identifier: Apache-2.0
"""selection.py same METRIC FILE [OPTION]...: report, folded, flame and, of what
is live, leaks give the same total under these options; prints it.
selection.py jeprof EXE DUMP [BASE]: beside jeprof's --focus, --ignore,
--exclude, --retain and --base."""
import json
import re
import subprocess
import sys

import hf


def folded_lines(metric, files, *options):
    text = hf.run(hf.HEAPFLAME, "convert", "--to", "folded", "--metric",
                  metric, "-o", "-", *options, *files)
    return [line.rpartition(" ") for line in text.splitlines()]


def folded(metric, files, *options):
    return sum(int(line[2]) for line in folded_lines(metric, files, *options))


def flame(metric, files, *options):
    svg = hf.run(hf.HEAPFLAME, "flame", "--metric", metric, "-o", "-",
                 *options, *files)
    root = re.search(r'<g class="hf-root"[^>]* data-w="(\d+)"|'
                     r'<[^>]*class="hf-root[^>]*data-w="(\d+)"', svg)
    return int(next(g for g in root.groups() if g)) if root else 0


def leaks(files, *options):
    answer = json.loads(hf.run(hf.HEAPFLAME, "leaks", "--json", "--top", "0",
                               "--show-known", *options, *files))
    rows = sum(leak["bytes"] for leak in answer["leaks"])
    if rows != answer["total"]["value"]:
        hf.fail("leaks add up to %d, not %d" % (rows,
                                                answer["total"]["value"]))
    return rows


def same(metric, file, *options):
    answer = hf.report([file], metric, *options)
    total = answer["total"]["value"]
    selection = answer["selection"]
    grown = total - (selection["shrunk"] or 0)
    rows = sum(row["flat"]["value"] for row in answer["rows"])
    if rows != total:
        hf.fail("rows add up to %d, not %d" % (rows, total))
    compared = selection["base_total"] is not None
    # Each of them is rounded for itself.
    if compared and abs(total - selection["selected"] +
                        selection["base_total"]) > 2:
        hf.fail("%d is not %d less %d" % (total, selection["selected"],
                                          selection["base_total"]))
    if not compared and total != selection["selected"]:
        hf.fail("%d selected, %d shown" % (selection["selected"], total))
    others = {"folded": folded(metric, [file], *options),
              "flame": flame(metric, [file], *options)}
    if metric == "inuse_space":
        others["leaks"] = leaks([file], *options)
    if compared:
        # What cannot be negative leaves out what shrank: the same stacks.
        grown = others["folded"]
        if grown < max(total, 0):
            hf.fail("%d grown, %d in all" % (grown, total))
    for name, other in others.items():
        if other != grown:
            hf.fail("%s %s: report %d, %s %d" % (metric, options, grown, name,
                                                 other))
    print(total)


def jeprof(metric, exe, dump, *options):
    done = subprocess.run(["jeprof", "--collapsed", "--" + metric, *options,
                           exe, dump], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=200)
    if done.returncode:
        hf.fail("jeprof %s: %s" % (options, done.stderr.decode()))
    lines = [line.rpartition(" ") for line in
             done.stdout.decode("utf-8", "replace").splitlines()
             if re.search(r" -?\d+$", line)]
    return sum(int(line[2]) for line in lines), len(lines)


def beside_jeprof(exe, dump, base=None):
    everything = folded("alloc_space", [dump])
    for metric in "inuse_space", "alloc_space":
        for options in (["--focus=ring"], ["--focus=small|large"],
                        ["--ignore=ring"], ["--focus=main", "--ignore=sm"],
                        ["--exclude=^main$"], ["--retain=large"],
                        ["--focus=no_such_function"]):
            # One address of theirs is one frame: names alone are looked at.
            theirs, stacks = jeprof(metric, exe, dump, *options)
            ours = folded(metric, [dump], *options)
            print("%s %s: ours %d, jeprof %d" % (metric, " ".join(options),
                                                 ours, theirs))
            if abs(theirs - ours) > stacks:
                hf.fail("more than a byte a stack off")
            if options == ["--focus=small|large"] and \
                    not 0 < ours < everything:
                hf.fail("it selects nothing, or all")
        if not base:
            continue
        answer = hf.report([dump], metric, "--base=" + base)
        ours = answer["total"]["value"]
        theirs, stacks = jeprof(metric, exe, dump, "--base=" + base)
        print("%s less the base: ours %d, jeprof %d" % (metric, ours, theirs))
        if abs(theirs - ours) > 2 * stacks + 2:
            hf.fail("more than a byte a stack off")


if __name__ == "__main__":
    {"same": same, "jeprof": beside_jeprof}[sys.argv[1]](*sys.argv[2:])
