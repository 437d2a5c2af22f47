# SPDX-License-Identifier: Apache-2.0
"""What the python parts of the scenarios share: the analyzer's JSON, and a
second reading of dumps that owes nothing to the analyzer."""
import json
import math
import os
import re
import subprocess
import sys

HEAPFLAME = os.environ["HEAPFLAME"]


def fail(text):
    sys.exit("FAILED: " + text)


def run(*args):
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        fail("exit %d: %s\n%s" % (done.returncode, " ".join(args),
                                  done.stderr.decode("utf-8", "replace")))
    return done.stdout.decode("utf-8")


def report(files, metric, *options):
    return json.loads(run(HEAPFLAME, "report", "--json", "--metric", metric,
                          *options, *files))


def leaks(files):
    return json.loads(run(HEAPFLAME, "leaks", "--json", "--top", "0",
                          "--show-known", *files))


def flat(answer):
    """Function -> value, summed over the rows of that name."""
    sums = {}
    for row in answer["rows"]:
        name = row["function"]
        sums[name] = sums.get(name, 0) + row["flat"]["value"]
    return sums


class Stack:
    def __init__(self, addresses):
        self.addresses = addresses
        self.pairs = {}   # "t*" -> (n1, s1, n2, s2)
        self.figures = {}  # key -> [numbers], of the `# s` line


class Dump:
    """A dump as docs/FORMAT.md describes it, line by line."""

    T_LINE = re.compile(r"^\s*(t\*|t\d+): (\d+): (\d+) \[(\d+): (\d+)\]")

    def __init__(self, path):
        self.header = {}   # key -> list of value lists
        self.stacks = []
        self.live = []
        self.totals = None
        self.ended = False
        self.maps = []
        with open(path, encoding="utf-8", errors="surrogateescape",
                  newline="\n") as f:
            first = f.readline()
            if not first.startswith("heap_v2/"):
                fail(path + " does not begin with heap_v2/")
            self.interval = int(first[len("heap_v2/"):])
            for line in f:
                self.line(line.rstrip("\n"))

    def line(self, line):
        here = self.stacks[-1] if self.stacks else None
        if line.startswith("@"):
            self.stacks.append(Stack([int(a, 16) for a in line.split()[1:]]))
        elif self.T_LINE.match(line):
            m = self.T_LINE.match(line)
            numbers = tuple(int(m.group(i)) for i in (2, 3, 4, 5))
            if here:
                here.pairs[m.group(1)] = numbers
            elif m.group(1) == "t*":
                self.totals = numbers
        elif line.startswith("# s "):
            for part in line.split()[3:]:
                key, _, values = part.partition("=")
                here.figures[key] = [float(v) if re.match(r"^[-+0-9.e]+$", v)
                                     else v for v in values.split(",")]
        elif line.startswith("# l "):
            self.live.append(line.split()[2:])
        elif line == "# end":
            self.ended = True
        elif line.startswith("# "):
            key, *values = line[2:].split(" ")
            self.header.setdefault(key, []).append(values)
        elif re.match(r"^[0-9a-f]+-[0-9a-f]+ ", line):
            self.maps.append(line)

    def place(self, address):
        """What the maps say of it: (path, offset in the file)."""
        for line in self.maps:
            span, _, offset, _, _, *path = line.split(None, 5)
            start, end = (int(a, 16) for a in span.split("-"))
            if start <= address < end:
                return " ".join(path), address - start + int(offset, 16)
        return "", address

    def get(self, key, place=0):
        return self.header[key][0][place]

    def sum(self, key, place):
        """Over all stacks, a figure of the `# s` lines: sum("l", 1)."""
        return sum(s.figures[key][place] for s in self.stacks
                   if key in s.figures)


def unbias(n, s, interval):
    """What jeprof makes of a pair of figures of a t line."""
    if n == 0 or s == 0:
        return n, s
    f = 1 / -math.expm1(-(s / n) / interval)
    return n * f, s * f
