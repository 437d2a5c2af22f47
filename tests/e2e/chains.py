# SPDX-License-Identifier: Apache-2.0
"""Addresses all over a program's code, for comparison with addr2line.

chains.py make PROGRAM COUNT: writes `addresses` (one a line, for addr2line) and
`addresses.heap`, a dump in which each is a stack of its own.
chains.py narrow PROGRAM COUNT: `narrow.heap`, all of them in 2% of the code.
chains.py compare PROGRAM LEAST: are functions, inlined calls and lines those
that `addr2line -i -f` says, for at least LEAST percent of the addresses?"""
import collections
import random
import re
import subprocess
import sys

BASE = 0x555555554000


def output(*args, **options):
    return subprocess.run(args, stdout=subprocess.PIPE, check=True,
                          **options).stdout.decode("utf-8", "replace")


def text_of(program):
    """Address, offset and size of .text."""
    m = re.search(r"\.text +PROGBITS +(\w+) (\w+) (\w+)",
                  output("readelf", "-SW", program))
    return [int(g, 16) for g in m.groups()]


def make(program, count, name="addresses", part=1):
    address, offset, size = text_of(program)
    random.seed(1)
    calls = random.sample(range(address, address + int(size * part) - 1), count)
    with open(name, "w") as f:
        f.writelines("%#x\n" % a for a in calls)
    with open(name + ".heap", "w") as f:
        f.write("heap_v2/1\n  t*: %d: %d [0: 0]\n" % (count, 64 * count))
        for a in calls:
            f.write("@ %#x\n  t*: 1: 64 [0: 0]\n" %
                    (BASE + a - address + offset + 1))
        f.write("\nMAPPED_LIBRARIES:\n%x-%x r-xp %08x 08:01 1 %s\n" %
                (BASE + offset, BASE + offset + size, offset, program))


def plain(name):
    """Without scopes, template arguments, parameters and clone suffixes."""
    name = re.sub(r"\.(constprop|isra|part|cold|lto_priv|llvm)\b.*", "", name)
    name = re.sub(r"\[abi:\w+\]|\[clone [^]]*\]", "", name)
    m = re.search(r"operator\s*([^\w\s][^\w\s]?|new|delete)(?![\w])[^:]*$", name)
    while True:
        shorter = re.sub(r"(?<!operator)<[^<>]*>|\([^()]*\)", "", name)
        if shorter == name:
            break
        name = shorter
    if m:
        return "operator" + m.group(1)
    return name.split("::")[-1].split(" ")[-1].strip()


def theirs(program):
    chains = collections.Counter()
    with open("addresses") as f:
        said = output("addr2line", "-a", "-i", "-f", "-e", program, stdin=f)
    names = output("c++filt", "-p", input=said.encode()).split("\n")
    for block in "\n".join(names).split("0x0")[1:]:
        lines = block.strip().split("\n")[1:]
        pairs = list(zip(lines[::2], lines[1::2]))
        # Without a line it is a guess: the last symbol before, at any distance.
        if pairs and line_of(pairs[0][1]) > 0:
            chains[tuple((plain(n), line_of(w)) for n, w in pairs)] += 1
    return chains


def line_of(where):
    m = re.match(r".*:(\d+)", where)
    return int(m.group(1)) if m else 0


def ours():
    import hf
    chains = collections.Counter()
    for row in hf.leaks(["addresses.heap"])["leaks"]:
        frames = row["frames"]
        if frames[0]["line"]:
            chains[tuple((plain(f["function"]), f["line"] or 0)
                         for f in frames)] += row["objects"]
    return chains


def compare(program, least):
    a, b = theirs(program), ours()
    same = sum((a & b).values())
    if sum(a.values()) < 100:
        sys.exit("FAILED: addr2line knows nothing")
    share = 100 * same / max(sum(a.values()), sum(b.values()))
    print("%d addresses here, %d there, %.2f%% equal" %
          (sum(b.values()), sum(a.values()), share))
    if share < least:
        for name, rest in (("only addr2line", a - b), ("only heapflame", b - a)):
            for chain, count in rest.most_common(5):
                print(name, count, chain)
        sys.exit("FAILED: other names or lines")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "narrow":
        make(sys.argv[2], int(sys.argv[3]), "narrow", 0.02)
    else:
        compare(sys.argv[2], float(sys.argv[3]))
