# SPDX-License-Identifier: Apache-2.0
"""truth.py EXPECTATIONS FILE...: do report and leaks say to the byte what the
program itself said that it did? Only for dumps of SAMPLE=1."""
import re
import sys

import hf

METRICS = ["alloc_space", "alloc_objects", "inuse_space", "inuse_objects",
           "peak_space", "peak_objects"]


def expectations(path):
    """Site -> {metric: figure}, of the `expect` lines."""
    sites = {}
    with open(path) as f:
        for line in f:
            word, name, *figures = line.split()
            if word == "expect":
                sites[name] = {m: int(v) for m, v in zip(METRICS, figures)
                               if v != "-"}
    if not sites:
        hf.fail(path + ": the program said nothing")
    return sites


def constructors(answer):
    """What the constructors of libraries took, which no program knows of:
    libstdc++'s pool, in the loader's name, and some of tcmalloc's own."""
    return sum(row["flat"]["value"] for row in answer["rows"]
               if re.search(r"/(ld-|libstdc\+\+|libtcmalloc)[^/]*$",
                            row["module"] or ""))


class Checker:
    def __init__(self, sites, files):
        self.sites, self.files = sites, files
        self.compared, self.wrong = 0, 0

    def equal(self, what, got, wanted):
        self.compared += 1
        if got != wanted:
            self.wrong += 1
            print("%s: %s, the truth is %s" % (what, got, wanted))

    def metric(self, metric):
        answer = hf.report(self.files, metric)
        total = answer["total"]
        got = hf.flat(answer)
        self.equal(metric + " low and high",
                   [total["low"], total["high"]], [total["value"]] * 2)
        self.equal(metric + " rows", sum(got.values()), total["value"])
        got["total"] = total["value"] - constructors(answer)
        for site, truth in self.sites.items():
            if metric in truth:
                self.equal("%s %s" % (metric, site), got.get(site, 0),
                           truth[metric])
        for name in got:
            if name.startswith("by_") and name not in self.sites and \
                    set(self.sites) != {"total"}:
                self.equal("%s %s" % (metric, name), got[name], "no such site")
        if metric.endswith("_space"):
            self.objects_beside(answer, metric)

    def objects_beside(self, answer, metric):
        """The objects that a row of bytes shows are the right ones too."""
        beside = {}
        for row in answer["rows"]:
            name = row["function"]
            beside[name] = beside.get(name, 0) + row["flat"]["objects"]
        other = metric.replace("_space", "_objects")
        for site, truth in self.sites.items():
            if site in beside and truth.get(metric) and other in truth:
                self.equal("objects beside %s %s" % (metric, site),
                           beside[site], truth[other])

    def leaks(self):
        got = {}
        for leak in hf.leaks(self.files)["leaks"]:
            names = [frame if isinstance(frame, str) else frame["function"]
                     for frame in leak["stack"]]
            site = next((n for n in names if n in self.sites), None)
            b, o = got.get(site, (0, 0))
            got[site] = (b + leak["bytes"], o + leak["objects"])
        for site, truth in self.sites.items():
            if site != "total" and truth.get("inuse_space", 0) > 0:
                self.equal("leaks " + site, got.get(site),
                           (truth["inuse_space"], truth["inuse_objects"]))
            elif site != "total" and truth.get("inuse_space") == 0:
                self.equal("leaks " + site, got.get(site, (0, 0))[0], 0)


def main(expected, *files):
    sites = expectations(expected)
    checker = Checker(sites, files)
    for metric in METRICS:
        if any(metric in truth for truth in sites.values()):
            checker.metric(metric)
    checker.leaks()
    print("%d figures compared, %d wrong" % (checker.compared, checker.wrong))
    if checker.wrong:
        sys.exit(1)


main(*sys.argv[1:])
