# SPDX-License-Identifier: Apache-2.0
"""oracle.py DUMP...: is every name that the analyzer gives the right one?

Names the frames of dumps of SAMPLE=1 a second time, by what readelf says of
the symbol tables, and compares with the stacks of `leaks --json`, byte by byte.
A name holds inside [value, value + size) only; what has none is
[file+0xSTART], where the unwind table lets its function begin. Frames in files with debug information are left out on both
sides: their inlined functions are frames that symbol tables do not know."""
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
        self.plain = not self.has_debug(path)
        self.symbols = sorted(self.read_symbols(path))
        self.starts = [s[0] for s in self.symbols]
        self.functions = (sorted(self.read_functions(path))
                          if self.plain else [])

    @staticmethod
    def has_debug(path):
        if ".debug_info" in output("readelf", "-SW", path):
            return True
        m = re.search(r"Build ID: (..)(\w+)", output("readelf", "-nW", path))
        return m and os.path.exists("/usr/lib/debug/.build-id/%s/%s.debug" %
                                    m.groups())

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

    @staticmethod
    def read_functions(path):
        """(start, end) of every function that can be unwound."""
        for line in output("readelf", "-W", "--debug-dump=frames",
                           path).splitlines():
            m = re.search(r" FDE cie=\w+ pc=(\w+)\.\.(\w+)$", line)
            if m:
                yield tuple(int(g, 16) for g in m.groups())

    def place(self, address):
        """What stands for a function without a name."""
        i = bisect.bisect_right(self.functions, (address, 1 << 64))
        if i and address < self.functions[i - 1][1]:
            return self.functions[i - 1][0]
        return address + 1

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

    def elf(self, path):
        if path not in self.elves:
            self.elves[path] = Elf(path) if os.path.exists(path) else None
        return self.elves[path]

    def is_plain(self, path):
        return path and self.elf(path) and self.elf(path).plain

    def frame(self, address, epoch):
        """(path, names) of a return address; None if it is left out."""
        for start, end, offset, first, last, path in self.segments:
            if start < address <= end and first <= epoch < last:
                if not self.is_plain(path):
                    return None
                elf = self.elf(path)
                place = elf.address(address - 1 - start + offset)
                return path, elf.names(place) or [
                    "[%s+0x%x]" % (elf.base, elf.place(place))]
        return None


def expected_stacks(path, modules_of):
    """(bytes, [(path, names)], leaf first), of what is live."""
    dump = hf.Dump(path)
    modules = modules_of[path] = Modules(dump)
    for stack in dump.stacks:
        bytes_ = round(stack.figures.get("l", [0, 0])[1])
        epoch = int(stack.figures.get("e", [0])[0])
        if bytes_:
            frames = [modules.frame(a, epoch) for a in stack.addresses]
            yield bytes_, [f for f in frames if f]


def canonical(stacks):
    """Name -> one of all its aliases, everywhere the same."""
    names = sorted({n for _, frames in stacks for _, f in frames for n in f})
    plain = demangled(names)
    parent = {}

    def root(n):
        while n in parent:
            n = parent[n]
        return n

    for _, frames in stacks:
        for _, aliases in frames:
            for other in aliases[1:]:
                a, b = root(plain[other]), root(plain[aliases[0]])
                if a != b:
                    parent[a] = b
    return plain, root


def main(path):
    modules_of = {}
    stacks = list(expected_stacks(path, modules_of))
    plain, root = canonical(stacks)
    wanted, got = collections.Counter(), collections.Counter()
    for bytes_, frames in stacks:
        wanted[tuple((m, root(plain[f[0]])) for m, f in frames)] += bytes_
    for leak in hf.leaks([path])["leaks"]:
        frames = [(f["module"], root(f["function"])) for f in leak["frames"]
                  if modules_of[path].is_plain(f["module"])]
        got[tuple(frames)] += leak["bytes"]
    wrong = [s for s in set(wanted) | set(got) if wanted[s] != got[s]]
    for s in sorted(wrong)[:6]:
        print("%d, the oracle says %d: %s" %
              (got[s], wanted[s], " < ".join(name for _, name in s)))
    if wrong:
        hf.fail("%d of %d stacks differ" % (len(wrong), len(wanted)))
    named = sum(not f[0].startswith("[") for _, fs in stacks for _, f in fs)
    unnamed = sum(len(fs) for _, fs in stacks) - named
    print("%d stacks agree; frames: %d named, %d not" %
          (len(wanted), named, unnamed))
    if named + unnamed < 2:
        hf.fail("no frame was compared")


main(*sys.argv[1:])
