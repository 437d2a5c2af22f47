# SPDX-License-Identifier: Apache-2.0
"""covered.py INTERVAL RUNS METRIC...: how often do the intervals that `report
--json` prints hold what `churn` says that it did, in so many seeded runs?

Each site (flat), its callers (cum of main) and the total are looked at. Of a
metric all together must be held in 90 to 99 % of the runs, and each by itself
in 86 at least: of 120 runs an honest one falls below that once in 10,000."""
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

import hf

COLUMNS = {"alloc_space": 0, "alloc_objects": 1,
           "inuse_space": 2, "inuse_objects": 3}


def one_run(interval, seed, metrics):
    """(metric, site) -> (truth, low, high)."""
    folder = tempfile.mkdtemp(dir=".")
    env = dict(os.environ, LD_PRELOAD=os.environ["LIBHEAPFLAME"],
               HEAPFLAME_PREFIX=os.path.abspath(folder) + "/h",
               HEAPFLAME_SAMPLE=interval, HEAPFLAME_SEED=str(seed))
    said = subprocess.run([os.environ["PROGS"] + "/churn"], env=env, check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    dumps = [os.path.join(folder, f) for f in os.listdir(folder)]
    if len(dumps) != 1:
        hf.fail("dumps of run %d: %s" % (seed, dumps))
    found = {}
    for metric in metrics:
        answer = hf.report(dumps, metric)
        for line in said.splitlines():
            _, site, *figures = line.split()
            truth = int(figures[COLUMNS[metric]])
            if truth > 0:
                look(found, answer, metric, site, truth)
    shutil.rmtree(folder)
    return found


def look(found, answer, metric, site, truth):
    if site == "total":
        v = answer["total"]
        # All that main and what it called took.
        main = next(r["cum"] for r in answer["rows"] if r["function"] == "main")
        found[metric, "main"] = (truth, main["low"], main["high"])
    else:
        v = next((r["flat"] for r in answer["rows"] if r["function"] == site),
                 {"low": 0, "high": 0})
    found[metric, site] = (truth, v["low"], v["high"])


def main(interval, runs, *metrics):
    runs = int(runs)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda seed: one_run(interval, seed, metrics),
                              range(1, runs + 1)))
    wrong = 0
    for metric in metrics:
        all_held, sites = 0, [key for key in found[0] if key[0] == metric]
        for key in sites:
            held = sum(low <= truth <= high
                       for truth, low, high in (run[key] for run in found))
            all_held += held
            wrong += held < 0.86 * runs
            print("%-13s %-9s held in %3d of %d runs" % (*key, held, runs))
        share = 100.0 * all_held / len(sites) / runs
        wrong += not 90 <= share <= 99
        print("%-13s together  %.1f %%" % (metric, share))
    if wrong:
        hf.fail("%d series or metrics are not what they should be" % wrong)


main(*sys.argv[1:])
