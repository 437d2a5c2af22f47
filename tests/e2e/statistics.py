# SPDX-License-Identifier: Apache-2.0
"""statistics.py INTERVAL RUNS LOW HIGH METRIC...: is the sampling unbiased, and
are the intervals that are printed honest?

Runs `churn`, whose truth is the same each time, that often with one seed each,
and compares what the reports say: for each site and metric the mean of the
estimates must lie within 3 standard errors of the truth; the share of 95 %
intervals that hold the truth must lie between LOW and HIGH percent.

Of some thirty series judged at 3 standard errors one is off by chance in every
tenth sitting. So what was wrong is looked at once more, on as many new runs
alone: a bias is there again, chance is not."""
import math
import os
import shutil
import subprocess
import sys

import hf

CHURN = os.path.join(os.environ["PROGS"], "churn")
COLUMNS = {"alloc_space": 0, "alloc_objects": 1,
           "inuse_space": 2, "inuse_objects": 3}


def one_run(interval, seed):
    """The program's own words, and its final dump."""
    shutil.rmtree("dumps", ignore_errors=True)
    env = dict(os.environ, LD_PRELOAD=os.environ["LIBHEAPFLAME"],
               HEAPFLAME_PREFIX=os.path.abspath("dumps/h"),
               HEAPFLAME_SAMPLE=interval, HEAPFLAME_SEED=str(seed))
    said = subprocess.run([CHURN], env=env, stdout=subprocess.PIPE, check=True)
    finals = [f for f in os.listdir("dumps") if f.endswith(".f.heap")]
    if len(finals) != 1:
        hf.fail("dumps of run %d: %s" % (seed, os.listdir("dumps")))
    truth = {}
    for line in said.stdout.decode().splitlines():
        _, site, *figures = line.split()
        truth[site] = [int(f) for f in figures[:4]]
    return truth, os.path.join("dumps", finals[0])


def intervals(answer):
    """Function -> (value, low, high); rows of one name happen once here."""
    found = {"total": answer["total"]}
    for row in answer["rows"]:
        found[row["function"]] = row["flat"]
    return {name: (v["value"], v["low"], v["high"])
            for name, v in found.items()}


class Series:
    """One site and metric over all runs."""

    def __init__(self, truth):
        self.truth, self.values, self.held = truth, [], 0

    def add(self, value, low, high):
        if not low <= value <= high:
            hf.fail("%d is not in its interval [%d, %d]" % (value, low, high))
        self.values.append(value)
        self.held += low <= self.truth <= high

    def mean_error(self):
        """Distance of the mean from the truth, in standard errors."""
        n = len(self.values)
        mean = sum(self.values) / n
        var = sum((v - mean) ** 2 for v in self.values) / (n - 1)
        off = mean - self.truth
        return off / math.sqrt(var / n) if var else (0 if off == 0 else 99)


def collect(interval, seeds, metrics):
    series = {}
    for seed in seeds:
        truth, dump = one_run(interval, seed)
        for metric in metrics:
            found = intervals(hf.report([dump], metric))
            for site, figures in truth.items():
                wanted = figures[COLUMNS[metric]]
                if wanted == 0:
                    continue
                one = series.setdefault((metric, site), Series(wanted))
                # Nothing sampled: no row. Its interval says nothing of the
                # truth; docs/SAMPLING.md gives the limit for that case.
                one.add(*found.get(site, (0, 0, 0)))
    return series


def judge(series, runs, low, high):
    """The series that are off, all of them printed."""
    wrong = set()
    for (metric, site), one in sorted(series.items()):
        error, held = one.mean_error(), 100.0 * one.held / runs
        bad = abs(error) > 3 or (site == "total" and not low <= held <= high)
        if bad:
            wrong.add((metric, site))
        print("%-13s %-9s truth %10d  mean %12.1f  off %+5.2f s.e.  "
              "interval holds %5.1f %%%s" %
              (metric, site, one.truth, sum(one.values) / runs, error, held,
               "   <-- wrong" if bad else ""))
    return wrong


def main(interval, runs, low, high, *metrics):
    runs, low, high = int(runs), float(low), float(high)
    series = collect(interval, range(1, runs + 1), metrics)
    wrong = judge(series, runs, low, high)
    print("N = %s, %d runs: %d of %d series wrong" %
          (interval, runs, len(wrong), len(series)))
    if wrong:
        again = collect(interval, range(runs + 1, 2 * runs + 1),
                        sorted({metric for metric, _ in wrong}))
        again = judge({k: v for k, v in again.items() if k in wrong},
                      runs, low, high)
        print("again, on new runs: %d of these %d wrong" %
              (len(again), len(wrong)))
        if again:
            sys.exit(1)


main(*sys.argv[1:])
