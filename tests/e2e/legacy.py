# SPDX-License-Identifier: Apache-2.0
"""legacy.py EXE FILE TOOL...: the totals of a gperftools text as we, jeprof,
google-pprof and `go tool pprof` have them; each tool that is named must agree
to a byte, or an object, a stack."""
import re
import subprocess
import sys

import hf

METRICS = ["inuse_space", "inuse_objects", "alloc_space", "alloc_objects"]


def said(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=200)
    if done.returncode:
        hf.fail("%s: %s" % (command, done.stderr.decode()))
    return done.stdout.decode("utf-8", "replace")


def perl_total(tool, exe, path, metric):
    show = ["--show_bytes"] if metric.endswith("space") else []
    text = said(tool, "--text", "--" + metric, *show, exe, path)
    return int(re.search(r"^Total: (-?\d+)", text, re.M).group(1))


def perl_collapsed(tool, exe, path, metric):
    text = said(tool, "--collapsed", "--" + metric, exe, path)
    return sum(int(line.rpartition(" ")[2]) for line in text.splitlines()
               if re.search(r" -?\d+$", line))


def go_totals(path):
    """metric -> sum over the samples that `-raw` lists."""
    lines = said("go", "tool", "pprof", "-raw", path).splitlines()
    at = lines.index("Samples:") + 1
    names = [re.sub(r"^(objects|space)$", r"inuse_\1", word.split("/")[0])
             for word in lines[at].replace("[dflt]", "").split()]
    sums = dict.fromkeys(names, 0)
    for line in lines[at + 1:]:
        m = re.match(r"^\s*(-?\d+(?:\s+-?\d+)*): ", line)
        if m:
            for name, value in zip(names, m.group(1).split()):
                sums[name] += int(value)
        if line.startswith("Locations"):
            break
    return sums


def main(exe, path, *tools):
    stacks = sum(" @ 0x" in line for line in open(path))
    by_go = go_totals(path) if "go" in tools else {}
    checked = 0
    for metric in METRICS:
        # A file whose two pairs are one knows nothing of what was freed.
        done = subprocess.run([hf.HEAPFLAME, "convert", "--to", "folded",
                               "-o", "-", "--metric", metric, path],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            if metric.startswith("inuse"):
                hf.fail(done.stderr.decode())
            continue
        ours = sum(int(line.rpartition(b" ")[2])
                   for line in done.stdout.splitlines())
        theirs = {}
        for tool in tools:
            if tool == "go":
                theirs["go"] = by_go[metric]
            else:
                theirs[tool] = perl_total(tool, exe, path, metric)
                theirs[tool + " --collapsed"] = \
                    perl_collapsed(tool, exe, path, metric)
        print("%s %s: ours %d, %s" % (path, metric, ours, theirs))
        if ours <= 0:
            hf.fail("nothing there: the comparison shows nothing")
        for tool, value in theirs.items():
            checked += 1
            if abs(value - ours) > stacks:
                hf.fail("%s says %d" % (tool, value))
    if not checked:
        hf.fail("nothing was compared")


main(*sys.argv[1:])
