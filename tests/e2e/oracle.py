# SPDX-License-Identifier: Apache-2.0
"""oracle.py DUMP...: is every name that the analyzer gives the right one?

Names the frames of a dump of SAMPLE=1 a second time, by what readelf says of
the symbol tables, and compares with `convert --to folded`, stack by stack and
byte by byte. A name holds inside [value, value + size) only; what has none is
[file+0xADDRESS]. Only for files without debug information, whose inlined
functions would be frames that symbol tables do not know."""
import bisect
import collections
import os
import re
import subprocess
import sys

import hf


def output(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, check=True,
                          stderr=subprocess.DEVNULL).stdout.decode(
                              "utf-8", "replace")


def demangled(names):
    done = subprocess.run(["c++filt", "-p"], input="\n".join(names).encode(),
                          stdout=subprocess.PIPE, check=True)
    return dict(zip(names, done.stdout.decode().split("\n")))


class Elf:
    def __init__(self, path):
        self.base = os.path.basename(path)
        self.loads = []
        for line in output("readelf", "-lW", path).splitlines():
            m = re.match(r"\s+LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)", line)
            if m:
                self.loads.append(tuple(int(g, 16) for g in m.groups()))
        if ".debug_info" in output("readelf", "-SW", path):
            hf.fail(path + " has debug information")
        self.symbols = sorted(self.read_symbols(path))
        self.starts = [s[0] for s in self.symbols]

    @staticmethod
    def read_symbols(path):
        found = set()
        for line in output("readelf", "-sW", path).splitlines():
            f = line.split()
            if len(f) < 8 or f[3] not in ("FUNC", "IFUNC", "NOTYPE") or \
                    not f[6].isdigit():
                continue
            size = int(f[2], 0)
            if size:
                found.add((int(f[1], 16), size, f[7].split("@")[0]))
        return found

    def address(self, offset):
        for start, virtual, size in self.loads:
            if start <= offset < start + size:
                return virtual + offset - start
        return None

    def names(self, address):
        """All names that cover the address; aliases are equally right."""
        found = []
        i = bisect.bisect_right(self.starts, address)
        for start, size, name in reversed(self.symbols[max(0, i - 64):i]):
            if start <= address < start + size:
                found.append(name)
        return found


class Modules:
    def __init__(self, dump):
        self.elves, self.segments = {}, []
        for values in dump.header["module"]:
            path = re.sub(r"%(..)", lambda m: chr(int(m.group(1), 16)),
                          values[4])
            first = int(values[1])
            last = 1 << 62 if values[2] == "-" else int(values[2])
            for segment in values[5:]:
                m = re.match(r"(\w+)-(\w+)@(\w+)$", segment)
                start, end, offset = (int(g, 16) for g in m.groups())
                self.segments.append((start, end, offset, first, last, path))

    def frame(self, address, epoch):
        for start, end, offset, first, last, path in self.segments:
            if start <= address < end and first <= epoch < last:
                if not os.path.exists(path):
                    return ["[" + os.path.basename(path)]
                elf = self.elves.setdefault(path, None) or Elf(path)
                self.elves[path] = elf
                place = elf.address(address - start + offset)
                return elf.names(place) or ["[%s+0x%x]" % (elf.base, place)]
        return ["["]


def expected_stacks(path):
    """[(bytes, [names of a frame, root first])]"""
    dump = hf.Dump(path)
    modules = Modules(dump)
    for stack in dump.stacks:
        bytes_ = round(stack.figures.get("a", [0, 0])[1])
        epoch = int(stack.figures.get("e", [0])[0])
        if bytes_ and stack.addresses:
            frames = [modules.frame(a - 1, epoch) for a in stack.addresses]
            yield bytes_, frames[::-1], "x" in stack.figures


def canonical(stacks):
    """Name -> one of all its aliases, everywhere the same."""
    names = sorted({n for _, frames, _ in stacks for f in frames for n in f})
    plain = demangled(names)
    parent = {plain[n]: plain[n] for n in names}

    def root(n):
        while parent.get(n, n) != n:
            n = parent[n]
        return n

    for _, frames, _ in stacks:
        for frame in frames:
            for other in frame[1:]:
                parent[root(plain[other])] = root(plain[frame[0]])
    return plain, root


def main(*paths):
    stacks = [s for path in paths for s in expected_stacks(path)]
    plain, root = canonical(stacks)
    wanted, got = collections.Counter(), collections.Counter()
    for bytes_, frames, _ in stacks:
        wanted[tuple(root(plain[f[0]]) for f in frames)] += bytes_
    folded = hf.run(hf.HEAPFLAME, "convert", "--to", "folded", "--metric",
                    "alloc_space", "-o", "-", *paths)
    for line in folded.splitlines():
        stack, _, value = line.rpartition(" ")
        names = [n for n in stack.split(";") if n != "[truncated]"]
        got[tuple(root(n) for n in names)] += int(value)
    wrong = [s for s in set(wanted) | set(got) if wanted[s] != got[s]]
    for s in sorted(wrong)[:10]:
        print("%d, the oracle says %d: %s" % (got[s], wanted[s], ";".join(s)))
    if wrong:
        hf.fail("%d of %d stacks differ" % (len(wrong), len(wanted)))
    named = sum(not f[0].startswith("[") for _, fs, _ in stacks for f in fs)
    print("%d stacks agree, %d frames with a name" % (len(wanted), named))
    if not named:
        hf.fail("no frame has a name")


main(*sys.argv[1:])
