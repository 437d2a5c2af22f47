# SPDX-License-Identifier: Apache-2.0
"""diffs.py cancel BASE NEW TRUTH: two dumps of one process beside a second
reading of their live samples, and of what the program said.
diffs.py runs BASE NEW BEFORE AFTER: exact dumps of two runs beside what each
program said of itself.
diffs.py sums FILE: a heapflame-diff/1 that adds up.
diffs.py jeprof EXE BASE NEW: beside jeprof --base.
diffs.py pprof BASE NEW: beside go tool pprof -diff_base, of pprof's files."""
import json
import math
import re
import subprocess
import sys

import hf


def diff(*args):
    text = hf.run(hf.HEAPFLAME, "diff", "--json", *args)
    answer = json.loads(text, parse_float=lambda x: hf.fail("a fraction " + x))
    check(answer)
    return answer


def check_figure(f):
    for key in "before", "after", "delta":
        v = f[key]
        if v["low"] is None:
            continue
        if not v["low"] <= v["value"] <= v["high"]:
            hf.fail("%r" % v)
    if f["delta"]["value"] != f["after"]["value"] - f["before"]["value"]:
        hf.fail("delta of %r" % f)
    before, after = f["before"]["value"], f["after"]["value"]
    status = ("same" if before == after else "new" if before == 0 else
              "vanished" if after == 0 else
              "grown" if after > before else "shrunk")
    if f["status"] != status:
        hf.fail("%s, not %s: %r" % (f["status"], status, f))
    if f["significant"] is None:
        return
    zero = f["delta"]["low"] <= 0 <= f["delta"]["high"]
    if f["significant"] and zero and min(-f["delta"]["low"],
                                         f["delta"]["high"]) > 0.5:
        hf.fail("significant: %r" % f)
    if f["certain"] and not f["significant"]:
        hf.fail("certain: %r" % f)


def check(answer):
    if answer["schema"] != "heapflame-diff/1":
        hf.fail(answer["schema"])
    check_figure(answer["total"])
    for row in answer["rows"]:
        check_figure(row)
        if "cum" in row:
            check_figure(row["cum"])
    for key in "before", "after", "delta":
        rows = sum(row[key]["value"] for row in answer["rows"])
        if rows != answer["total"][key]["value"]:
            hf.fail("%s: rows add up to %d, not %d" %
                    (key, rows, answer["total"][key]["value"]))


def flat(answer):
    return {row["function"]: row for row in answer["rows"]}


def weights(dump):
    """Of live samples: id -> (bytes, variance)."""
    n = [int(v[1]) for v in dump.header["interval"]]
    answer = {}
    for words in dump.live:
        size, interval = int(words[2]), n[int(words[3])]
        p = -math.expm1(-(size + 1) / interval) if interval > 1 else 1
        answer[words[0]] = size / p, (size / p) ** 2 * (1 - p)
    return answer


def half(v):
    return (v["high"] - v["low"]) / 2


def cancel(base, new, truth):
    before, after = weights(hf.Dump(base)), weights(hf.Dump(new))
    came = [after[i] for i in after if i not in before]
    went = [before[i] for i in before if i not in after]
    answer = diff(base, new, "--bytes")
    total = answer["total"]["delta"]
    wanted = sum(w for w, _ in came) - sum(w for w, _ in went)
    if abs(total["value"] - wanted) > 2:
        hf.fail("%d, live samples say %.1f" % (total["value"], wanted))
    if answer["shared"] != {"processes": 1, "cancelled": 1, "bounded": 0,
                            "apart": 0, "thinned": 0}:
        hf.fail("%r" % answer["shared"])
    sigma = math.sqrt(sum(v for _, v in came + went))
    if not 0.9 * 1.96 * sigma < half(total) < 1.2 * 1.96 * sigma:
        hf.fail("error %.0f, 1.96 sigma are %.0f" % (half(total),
                                                     1.96 * sigma))
    added = 1.96 * math.sqrt(sum(v for _, v in list(before.values()) +
                                 list(after.values())))
    print("error %.0f, added it would be %.0f: %.1f times as much" %
          (half(total), added, added / half(total)))
    if added < 2 * half(total):
        hf.fail("hardly anything cancels")
    rows = flat(answer)
    held = 0
    for line in open(truth):
        _, name, first, last, _ = line.split()
        v, change = rows[name]["delta"], int(last) - int(first)
        held += v["low"] <= change <= v["high"]
        print("%-10s %9d, said %9d in %d .. %d" % (name, change, v["value"],
                                                 v["low"], v["high"]))
        if name == "by_load" and (v["low"], v["high"]) != (0, 0):
            hf.fail("what stays as it is has an error")
        if name == "by_leak" and not rows[name]["certain"]:
            hf.fail("the leak may be chance")
    # 95 % each; the dump is asked for while nothing else goes on.
    if held < 3:
        hf.fail("only %d intervals hold the truth" % held)


def said(path):
    return {line.split()[1]: int(line.split()[3]) for line in open(path)}


def runs(base, new, before, after):
    before, after = said(before), said(after)
    answer = diff(base, new, "--metric", "inuse_space")
    rows = flat(answer)
    for name in set(before) | set(after):
        row = rows[name]
        for key, sides in ("before", before), ("after", after):
            if row[key]["value"] != sides.get(name, 0):
                hf.fail("%s %s: %r, not %d" % (name, key, row[key],
                                               sides.get(name, 0)))
        changed = before.get(name, 0) != after.get(name, 0)
        if row["certain"] != changed or half(row["delta"]) != 0:
            hf.fail("exact, and yet %r" % row)
    print(" ".join("%s:%s" % (n, rows[n]["status"])
                   for n in sorted(set(before) | set(after))))


def sums(path):
    check(json.load(open(path)))


def beside_jeprof(exe, base, new):
    for metric in "inuse_space", "alloc_space":
        answer = diff(base, new, "--metric", metric)
        done = subprocess.run(["jeprof", "--text", "--show_bytes",
                               "--" + metric, "--base=" + base, exe, new],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        found = re.search(r"^Total: (-?\d+) B", done.stdout.decode(), re.M)
        if not found:
            hf.fail("jeprof: " + done.stderr.decode()[-300:])
        theirs, ours = int(found.group(1)), answer["total"]["delta"]["value"]
        print("%s: ours %d, jeprof %d" % (metric, ours, theirs))
        if abs(theirs - ours) > 4 * len(answer["rows"]) + 4:
            hf.fail("more than some bytes a stack off")


def beside_pprof(base, new):
    text = hf.run("go", "tool", "pprof", "-symbolize=none", "-top",
                  "-nodecount=0", "-nodefraction=0", "-edgefraction=0",
                  "-unit=B", "-sample_index=inuse_space", "-diff_base", base,
                  new)
    theirs = {}
    for line in text.splitlines():
        m = re.match(r"\s*(-?[\d.]+)B?\s+\S+%\s+\S+%\s+(-?[\d.]+)B?\s+\S+%\s+"
                     r"(.+)$", line)
        if m:
            name = m.group(3).replace(" (inline)", "")
            theirs[name] = (round(float(m.group(1))), round(float(m.group(2))))
    if len(theirs) < 3:
        hf.fail("pprof says nothing: " + text)
    rows = flat(diff(base, new, "--metric", "inuse_space", "--no-wrappers"))
    for name, (own, cum) in theirs.items():
        row = rows.get(name)
        if not row:
            hf.fail("no row %r beside pprof's" % name)
        if (row["delta"]["value"], row["cum"]["delta"]["value"]) != (own, cum):
            hf.fail("%s: %r, pprof %d %d" % (name, row, own, cum))
    print("%d functions as pprof has them" % len(theirs))


if __name__ == "__main__":
    {"cancel": cancel, "runs": runs, "sums": sums, "jeprof": beside_jeprof,
     "pprof": beside_pprof}[sys.argv[1]](*sys.argv[2:])
