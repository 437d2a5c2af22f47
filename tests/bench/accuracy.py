# SPDX-License-Identifier: Apache-2.0
"""accuracy.py OUT DOCUMENT: interval x overhead x error, on real programs.

Each program runs with every allocation counted, which is the truth, then RUNS
times at each N with a seed of its own. For its ten top stacks, those that hold
1 % or more, by bytes allocated and by bytes at the peak: how far from the truth
is what `heapflame convert --to json` says, how often does the 95 % interval hold
it. What it costs is counted in instructions (valgrind), so that no figure here
depends on the machine. The part of DOCUMENT between the marks is written anew.
JOBS (the processors): so many at a time.
PROGRAMS (all): such as "perl jq"; of the others what an earlier run has left in
OUT is used. QUICK=1: two runs at each N, and the document goes to standard
output."""
import concurrent.futures
import datetime
import glob
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

import accuracy_programs

QUICK = bool(os.environ.get("QUICK"))
RUNS = 2 if QUICK else 20
JOBS = int(os.environ.get("JOBS", os.cpu_count()))
TOP, LEAST = 10, 0.01
SAMPLES = ["1", "64K", "128K", "512K", "2M", "auto"]
NAMES = {"1": "1", "64K": "64 KiB", "128K": "128 KiB", "512K": "512 KiB",
         "2M": "2 MiB", "auto": "auto"}
METRICS = ["alloc_space", "peak_space"]
BYTES = {"64K": 1 << 16, "128K": 1 << 17, "512K": 1 << 19, "2M": 1 << 21}
BINS = [1, 3, 5, 10, 20, 50, 100, 300, 1e9]
BEGIN, END = "<!-- make accuracy: begin -->", "<!-- make accuracy: end -->"


class Stacks:
    """One dump: metric -> {stack: (value, low, high)}; a stack is its return
    addresses as modules and offsets. Rows without a stack are left out."""

    def __init__(self, dump):
        said = subprocess.run(
            [os.environ["HEAPFLAME"], "convert", "--to", "json", "-o", "-",
             dump], stdout=subprocess.PIPE, check=True)
        profile = json.loads(said.stdout)
        places = [(profile["modules"][where["module"]]["path"],
                   where["offset"]) for where in profile["locations"]]
        self.of = {metric: {} for metric in METRICS}
        self.total = {m["name"]: m["total"]["value"]
                      for m in profile["metrics"]}
        self.samples = sum(row["samples"] for row in profile["rows"])
        for row in profile["rows"]:
            stack = tuple(places[i] for i in
                          profile["stacks"][row["stack"]]["locations"])
            for metric in METRICS:
                v = row["values"].get(metric)
                if stack and v and v["value"] > 0:
                    self.add(metric, stack, v)

    def add(self, metric, stack, v):
        if stack in self.of[metric]:
            sys.exit("two rows of one stack: intervals can't be added")
        value = v["value"]
        low, high = v["low"], v["high"]
        # null: nothing in the dump has an error, so this can't be judged.
        known = low is not None
        self.of[metric][stack] = (value, low if known else value,
                                  high if known else value)


def shim(folder, sample, seed):
    """The environment; with memory for every block of N = 1."""
    return {"LD_PRELOAD": os.environ["LIBHEAPFLAME"],
            "HEAPFLAME_SAMPLE": sample, "HEAPFLAME_SEED": str(seed),
            "HEAPFLAME_MEMORY": "512M", "HEAPFLAME_DUMP_SECONDS": "0",
            "HEAPFLAME_PREFIX": os.path.abspath(folder) + "/h"}


def profiled(program, sample, seed):
    folder = tempfile.mkdtemp(dir=".")
    program.run([], shim(folder, sample, seed))
    finals = glob.glob(folder + "/*.f.heap")
    if len(finals) != 1:
        sys.exit("%d final dumps of %s" % (len(finals), program.name))
    stacks = Stacks(finals[0])
    shutil.rmtree(folder)
    return stacks


def instructions(program, sample):
    """All that the program executes, as its own processor would; None: plain.
    The helper that writes the dump is a process apart and is counted in."""
    folder = tempfile.mkdtemp(dir=".")
    program.run(["valgrind", "--tool=cachegrind", "--cache-sim=no",
                 "--cachegrind-out-file=%s/count.%%p" % folder],
                shim(folder, sample, 1) if sample else {})
    count = 0
    for name in glob.glob(folder + "/count.*"):
        with open(name, encoding="utf-8") as f:
            count += sum(int(line.split()[1]) for line in f
                         if line.startswith("summary:"))
    shutil.rmtree(folder)
    return count


class Cell:
    """One program, one N, one metric: over all runs and top stacks."""

    def __init__(self):
        self.errors, self.held, self.unseen = [], 0, 0

    def add(self, truth, found):
        value, low, high = found
        self.errors.append(abs(value - truth) / truth)
        self.held += low <= truth <= high
        self.unseen += value == 0

    def p95(self):
        ordered = sorted(self.errors)
        return ordered[math.ceil(0.95 * len(ordered)) - 1]

    def texts(self):
        n = len(self.errors)
        return ["%.1f %%" % (100 * self.p95()),
                "%.1f %%" % (100 * self.held / n),
                "%.1f %%" % (100 * self.unseen / n)]


class Truth:
    def __init__(self, exact):
        self.top, self.total, self.off = {}, exact[0].total, 0.0
        for metric in METRICS:
            stacks = {s: v[0] for s, v in exact[0].of[metric].items()
                      if v[0] >= LEAST * self.total[metric]}
            top = sorted(stacks, key=lambda s: (-stacks[s], s))[:TOP]
            self.top[metric] = {}
            for stack in top:
                values = [e.of[metric].get(stack, (0,))[0] for e in exact]
                mean = sum(values) / len(values)
                self.top[metric][stack] = mean
                self.off = max(self.off, *(abs(v - mean) / mean
                                           for v in values))


def measured(program, pool):
    """Everything of one program: (truth, N -> instructions, N -> metric ->
    cell, N -> samples, [(expected samples, cell)])."""
    exact = list(pool.map(lambda _: profiled(program, "1", 1), range(3)))
    truth = Truth(exact)
    counts = {s: pool.submit(instructions, program, s)
              for s in [None] + SAMPLES}
    cells, samples, by_size = {}, {}, []
    for sample in SAMPLES[1:]:
        cells[sample] = {metric: Cell() for metric in METRICS}
        runs = list(pool.map(lambda seed, s=sample: profiled(program, s, seed),
                             range(1, RUNS + 1)))
        samples[sample] = sum(r.samples for r in runs) / len(runs)
        for metric in METRICS:
            for stack, true in truth.top[metric].items():
                for run in runs:
                    found = run.of[metric].get(stack, (0, 0, 0))
                    cells[sample][metric].add(true, found)
                    if sample in BYTES and metric == "alloc_space":
                        by_size.append((true / BYTES[sample], true, found))
    return truth, {s: c.result() for s, c in counts.items()}, cells, \
        samples, by_size


def mib(value):
    return "%.1f" % (value / (1 << 20))


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def head_of(program, truth, counts):
    tops = ", ".join("%s MiB %s, %d stacks of %s to %s" % (
        mib(truth.total[m]), "allocated" if m == "alloc_space" else "at the peak",
        len(truth.top[m]), mib(max(truth.top[m].values())),
        mib(min(truth.top[m].values()))) for m in METRICS)
    repeats = "the same in each run" if truth.off == 0 else \
        "its stacks within %.2g %% of their mean in three runs" % \
        (100 * truth.off)
    return ["", "### %s %s" % (program.name, program.version), "",
            "%s. %s; %s. %.2f billion instructions." % (
                program.does[0].upper() + program.does[1:], tops, repeats,
                counts[None] / 1e9), ""]


def table_of(truth, counts, cells, samples):
    lines = [row("N", "instructions", "samples", "alloc: p95 error", "held",
                 "unseen", "peak: p95 error", "held", "unseen"),
             "|" + "---|" * 9]
    for s in SAMPLES:
        ratio = "x %.3f" % (counts[s] / counts[None])
        if s == "1":
            lines.append(row("1", ratio, "all", *["0", "100 %", "0"] * 2))
        else:
            lines.append(row(NAMES[s], ratio, "{:,.0f}".format(samples[s]),
                             *cells[s][METRICS[0]].texts(),
                             *cells[s][METRICS[1]].texts()))
    return lines


def expected_error(lam):
    """95 % of Poisson counts of that mean are within this share of it."""
    off = sorted((abs(k - lam) / lam, math.exp(
        k * math.log(lam) - lam - math.lgamma(k + 1)))
        for k in range(int(lam + 20 * math.sqrt(lam) + 30)))
    sum_ = 0.0
    for error, p in off:
        sum_ += p
        if sum_ >= 0.95:
            return error
    return off[-1][0]


def sizes_table(by_size):
    lines = ["", "### All programs, by what a stack holds", "",
             row("a stack of", "stacks x runs", "p95 error",
                 "of a Poisson count", "held", "unseen"), "|" + "---|" * 6]
    for low, high in zip(BINS, BINS[1:]):
        cell, sizes = Cell(), []
        for size, truth, found in by_size:
            if low <= size < high:
                cell.add(truth, found)
                sizes.append(size)
        if not sizes:
            continue
        middle = sorted(sizes)[len(sizes) // 2]
        name = "%g to %g N" % (low, high) if high < 1e9 else \
            "%g N and more" % low
        p95, held, unseen = cell.texts()
        lines.append(row(name, "{:,}".format(len(sizes)), p95, "%.1f %%" %
                         (100 * expected_error(middle)), held, unseen))
    return lines


def measure(program, pool, kept):
    """Its part of the document, and what the first table is made of, into a
    file of `kept`, from which the whole is put together."""
    print("%s: %s" % (datetime.datetime.now().strftime("%T"), program.name),
          file=sys.stderr, flush=True)
    truth, counts, cells, samples, by_size = measured(program, pool)
    lines = head_of(program, truth, counts)
    lines += table_of(truth, counts, cells, samples)
    with open(kept + program.name, "w", encoding="utf-8") as f:
        json.dump({"lines": lines, "by_size": by_size}, f)


def generated(pool, kept):
    programs = accuracy_programs.programs()
    chosen = os.environ.get("PROGRAMS", "").split()
    for program in programs:
        if not chosen or program.name in chosen:
            measure(program, pool, kept)
    lines, by_size = [], []
    for program in programs:
        if os.path.exists(kept + program.name):
            with open(kept + program.name, encoding="utf-8") as f:
                part = json.load(f)
            lines += part["lines"]
            by_size += part["by_size"]
    when = "%s, %s, %d seeded runs of each program at each N." % (
        datetime.date.today(), debian(), RUNS)
    return "\n".join([BEGIN, when] + sizes_table(by_size) + lines + ["", END])


def debian():
    with open("/etc/os-release", encoding="utf-8") as f:
        return re.search('PRETTY_NAME="(.*)"', f.read()).group(1)


def main(out, document):
    os.environ["HEAPFLAME"] = os.path.abspath(out) + "/heapflame"
    os.environ["LIBHEAPFLAME"] = os.path.abspath(out) + "/libheapflame.so"
    document = os.path.abspath(document)
    kept = os.path.abspath(out) + "/accuracy%s/" % ("-quick" if QUICK else "")
    os.makedirs(kept, exist_ok=True)
    with open(document, encoding="utf-8") as f:
        text = f.read()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        os.chdir(folder)
        text = before + generated(pool, kept) + after
        os.chdir("/")
    if QUICK:
        print(text)
        return
    with open(document, "w", encoding="utf-8") as f:
        f.write(text)


main(*sys.argv[1:])
