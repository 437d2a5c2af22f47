# SPDX-License-Identifier: Apache-2.0
"""interop.py ours|jemalloc EXE DUMP...: jeprof's totals beside ours.

ours: heapflame's own dumps; jeprof's --text and --collapsed must come within
1 % of what we say. jemalloc: real dumps of jemalloc; our totals must be
jeprof's to a byte a stack, and each stack's figures those of its formula."""
import collections
import re
import subprocess
import sys

import hf

METRICS = ["inuse_space", "inuse_objects", "alloc_space", "alloc_objects"]


def jeprof(exe, dump, metric, *options):
    done = subprocess.run(["jeprof", *options, "--" + metric, exe, dump],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=200)
    if done.returncode:
        hf.fail("jeprof %s: %s" % (dump, done.stderr.decode()))
    return done.stdout.decode("utf-8", "replace")


def jeprof_total(exe, dump, metric):
    # --show_bytes is for bytes only; objects are whole numbers as they are.
    show = ["--show_bytes"] if metric.endswith("space") else []
    text = jeprof(exe, dump, metric, "--text", *show)
    m = re.search(r"^Total: (-?\d+)", text, re.M)
    if not m:
        hf.fail("jeprof says no total: " + text[:300])
    return int(m.group(1))


def jeprof_collapsed(exe, dump, metric):
    text = jeprof(exe, dump, metric, "--collapsed")
    return sum(int(line.rpartition(" ")[2])
               for line in text.splitlines() if re.search(r" -?\d+$", line))


def one_sample(read):
    """The most objects that one sample stands for."""
    most = 1
    for stack in read.stacks:
        n, s = stack.pairs["t*"][2:]
        if n:
            most = max(most, hf.unbias(n, s, read.interval)[0] / n)
    return most


def compare_ours(exe, dump):
    read = hf.Dump(dump)
    for metric in METRICS:
        ours = hf.report([dump], metric)["total"]["value"]
        theirs = jeprof_total(exe, dump, metric)
        # jeprof names every address anew each time: bytes are enough here.
        folded = jeprof_collapsed(exe, dump, metric) \
            if metric.endswith("space") else theirs
        print("%s N=%d %s: ours %d, jeprof %d, collapsed %d" %
              (dump, read.interval, metric, ours, theirs, folded))
        if ours <= 0:
            hf.fail("nothing there: the comparison shows nothing")
        # The counts of a t line are whole samples; of small blocks one stands
        # for thousands. The bytes make up for it, the objects cannot.
        room = ours / 100
        if metric.endswith("objects"):
            room += one_sample(read)
        if abs(theirs - ours) > room:
            hf.fail("jeprof --text is more than 1 % off")
        # Whole numbers a stack: at most one object or byte each is lost.
        if abs(folded - ours) > room + len(read.stacks):
            hf.fail("jeprof --collapsed is more than 1 % off")


def scaled(dump):
    """Places in files -> the four figures, by jeprof's formula."""
    places = {a: dump.place(a) for s in dump.stacks for a in s.addresses}
    sums = collections.defaultdict(lambda: [0.0] * 4)
    for stack in dump.stacks:
        n1, s1, n2, s2 = stack.pairs["t*"]
        figures = (*hf.unbias(n1, s1, dump.interval),
                   *hf.unbias(n2, s2, dump.interval))
        row = sums[tuple(places[a] for a in stack.addresses)]
        for i, v in enumerate(figures):
            row[i] += v
    return sums


def compare_stacks(dump, read):
    """convert to heap_v2 and back to figures: the same, stack by stack. What
    rounding takes from one the next one gets, so each may be 2 off."""
    hf.run(hf.HEAPFLAME, "convert", "--to", "heap_v2", "-o", "again.heap",
           dump)
    want, got = scaled(read), scaled(hf.Dump("again.heap"))
    for places in set(want) | set(got):
        for w, g in zip(want.get(places, [0] * 4), got.get(places, [0] * 4)):
            if abs(w - g) > 2:
                hf.fail("%s: a stack of %f in %s is %f in ours" %
                        (places, w, dump, g))


def compare_jemalloc(exe, dump):
    read = hf.Dump(dump)
    accum = any(s.pairs["t*"][3] for s in read.stacks)
    for metric in METRICS:
        if metric.startswith("alloc") and not accum:
            continue
        ours = hf.report([dump], metric)["total"]["value"]
        theirs = jeprof_total(exe, dump, metric)
        if abs(ours - theirs) > max(1, len(read.stacks)):
            hf.fail("%s %s: ours %d, jeprof %d" % (dump, metric, ours, theirs))
    if not accum:
        done = subprocess.run([hf.HEAPFLAME, "report", "--metric",
                               "alloc_space", dump], stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE)
        if done.returncode != 1 or b"inuse_space" not in done.stderr:
            hf.fail("alloc_space of a dump without it: exit %d, %s" %
                    (done.returncode, done.stderr))
    compare_stacks(dump, read)
    print("%s: %d stacks agree%s" % (dump, len(read.stacks),
                                     "" if accum else ", no accum"))


def main(kind, exe, *dumps):
    if not dumps:
        hf.fail("no dump to compare")
    for dump in dumps:
        {"ours": compare_ours, "jemalloc": compare_jemalloc}[kind](exe, dump)


main(*sys.argv[1:])
