# SPDX-License-Identifier: Apache-2.0
"""Profiles of pprof's in the open: a decoder and an encoder of our own, and
the rules of the strictest readers.

usage: pprofs.py strict FILE          complains of what Parca or Pyroscope refuse
       pprofs.py totals FILE          "type total" a line
       pprofs.py raw FILE             the same, as `go tool pprof -raw` has it
       pprofs.py make KIND FILE [N]   a file of a certain kind, see KINDS
"""
import gzip
import random
import re
import subprocess
import sys


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def message(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def packed(field, values):
    return message(field, b"".join(map(varint, values)))


def fields(data):
    """(number, value) of each field; of bytes the value is bytes."""
    at = 0

    def take():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(data):
        tag = take()
        if tag & 7 == 0:
            yield tag >> 3, take()
        else:
            assert tag & 7 == 2, f"wire type {tag & 7}"
            length = take()
            assert at + length <= len(data), "cut off"
            yield tag >> 3, data[at:at + length]
            at += length


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def numbers(data):
    at, out = 0, []
    while at < len(data):
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                break
        out.append(value)
    return out


class Profile:
    """As it lies in the file; ids are not resolved."""

    def __init__(self, path):
        data = open(path, "rb").read()
        self.packed = data[:2] == b"\x1f\x8b"
        if self.packed:
            assert data[4:8] == bytes(4), "gzip has a time: not the same twice"
            data = gzip.decompress(data)
        self.types, self.samples, self.mappings = [], [], []
        self.locations, self.functions, self.raw = [], [], []
        self.scalars, self.comments = {}, []
        self.period_type = None
        for field, value in fields(data):
            if field == 1:
                self.types.append(dict(fields(value)))
            elif field == 2:
                self.samples.append(self.sample(value))
            elif field in (3, 5):
                (self.mappings if field == 3 else self.functions).append(
                    dict(fields(value)))
            elif field == 4:
                lines = [dict(fields(v)) for n, v in fields(value) if n == 4]
                self.locations.append((dict(
                    f for f in fields(value) if f[0] != 4), lines))
            elif field == 6:
                self.raw.append(value)
            elif field == 11:
                self.period_type = dict(fields(value))
            elif field == 13:
                self.comments.append(value)
            else:
                self.scalars[field] = value

    @staticmethod
    def sample(data):
        out = {"ids": [], "values": [], "labels": []}
        for field, value in fields(data):
            if field == 3:
                out["labels"].append(dict(fields(value)))
            else:
                out["ids" if field == 1 else "values"] += (
                    numbers(value) if isinstance(value, bytes) else [value])
        out["values"] = [signed(v) for v in out["values"]]
        return out

    def text(self, index):
        return self.raw[index].decode("utf-8")

    def type_names(self):
        return [self.text(t.get(1, 0)) for t in self.types]

    def totals(self):
        sums = [0] * len(self.types)
        for sample in self.samples:
            for i, value in enumerate(sample["values"]):
                sums[i] += value
        return dict(zip(self.type_names(), sums))


def strict(path):
    p = Profile(path)

    def need(true, what):
        if not true:
            raise SystemExit(f"{path}: {what}")
    need(p.packed, "not gzip")
    need(p.raw and p.raw[0] == b"", "string 0 is not empty")
    need(len(set(p.raw)) == len(p.raw), "a string is there twice")
    strings = range(len(p.raw))
    for i in strings:
        text = p.text(i)  # raises where it is no UTF-8
        need(not re.search(r"[\x00-\x1f\x7f]", text), f"control in {text!r}")
    for what, list_ in (("mapping", p.mappings), ("function", p.functions),
                        ("location", [l for l, _ in p.locations])):
        for i, one in enumerate(list_):
            need(one.get(1) == i + 1, f"{what} ids are not 1, 2, 3, ...")
    for t in p.types + [p.period_type or {}]:
        name, unit = p.text(t.get(1, 0)), p.text(t.get(2, 0))
        need("-" not in name and "-" not in unit, f"type {name}/{unit}")
    need(p.types, "no type of sample")
    need(p.text(p.scalars.get(14, 0)) in p.type_names(), "default type")
    for m in p.mappings:
        need(m[2] < m[3], "an empty mapping")
        need(m.get(5, 0) in strings and m.get(6, 0) in strings, "mapping text")
        need(re.fullmatch("([0-9a-f]{2})*", p.text(m.get(6, 0))), "build-id")
    for f in p.functions:
        need(f.get(2, 0) != 0, "a function without a name")
        need(all(f.get(k, 0) in strings for k in (2, 3, 4)), "function text")
    for l, lines in p.locations:
        mapping = l.get(2, 0)
        need(mapping <= len(p.mappings), "a mapping that is not there")
        if mapping:
            m = p.mappings[mapping - 1]
            need(m[2] <= l.get(3, 0) < m[3], "an address outside its mapping")
            need(bool(lines) == bool(m.get(7, 0)), "has_functions lies")
        else:
            need(lines, "neither a mapping nor a name")
        for line in lines:
            need(1 <= line[1] <= len(p.functions), "a function of no id")
    seen = set()
    for s in p.samples:
        need(len(s["values"]) == len(p.types), "values and types")
        need(any(s["values"]), "a sample of nothing")
        need(s["ids"], "a sample without a stack")
        need(all(1 <= i <= len(p.locations) for i in s["ids"]), "location id")
        for label in s["labels"]:
            need(label.get(1, 0) != 0, "a label without a key")
            need(all(label.get(k, 0) in strings for k in (1, 2, 4)), "label")
        key = (tuple(s["ids"]), repr(sorted(map(repr, s["labels"]))))
        need(key not in seen, "the same stack twice")
        seen.add(key)
    need(p.scalars.get(10, 0) == 0, "a duration of what is a level")
    return p


def raw(path):
    """Sums of what `go tool pprof` reads out of a file, a type each."""
    out = subprocess.run(
        ["go", "tool", "pprof", "-symbolize=none", "-raw", path],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
        timeout=120).stdout.decode()
    lines = iter(out.splitlines())
    for line in lines:
        if line == "Samples:":
            break
    names = [t.split("/")[0] for t in next(lines).split()]
    sums = [0] * len(names)
    for line in lines:
        if line == "Locations":
            break
        if re.match(r"[-0-9 ]+:", line):
            for i, value in enumerate(line.split(":")[0].split()):
                sums[i] += int(value)
    return dict(zip(names, sums))


# Files of a certain kind: bytes, plain.

def head(types=(("inuse_space", "bytes"),), extra=()):
    """Types and their strings; returns the message and the table so far."""
    table = [""]

    def index(text):
        if text not in table:
            table.append(text)
        return table.index(text)
    out = b"".join(message(1, number(1, index(t)) + number(2, index(u)))
                   for t, u in types)
    for text in extra:
        index(text)
    return out, table


def tables(table):
    return b"".join(message(6, s.encode("utf-8", "surrogateescape"))
                    for s in table)


def large(n):
    """n samples of 20 frames, of 20,000 locations, four values each."""
    rnd = random.Random(1)
    out, table = head((("alloc_objects", "count"), ("alloc_space", "bytes"),
                       ("inuse_objects", "count"), ("inuse_space", "bytes")))
    parts = [out]
    base = [rnd.randrange(1, 20001) for _ in range(20)]
    for i in range(n):
        depth = rnd.randrange(4, 20)
        ids = [rnd.randrange(1, 20001) for _ in range(20 - depth)]
        values = [7, 7 * 4096, i % 3, i % 3 * 4096]
        parts.append(message(2, packed(1, ids + base[20 - depth:]) +
                             packed(2, values)))
    first = len(table)
    for i in range(20000):
        parts.append(message(4, number(1, i + 1) + number(3, 0x1000 + i) +
                             message(4, number(1, i // 4 + 1) +
                                     number(2, i % 500))))
    for i in range(5000):
        table.append(f"some::function_{i}")
        parts.append(message(5, number(1, i + 1) + number(2, first + i)))
    return b"".join(parts) + tables(table)


def empty_messages(n):
    """Nothing but messages of two bytes."""
    out, table = head()
    return out + tables(table) + b"\x32\x00" * n


def empty_samples(n):
    """Samples without a stack, of one byte each."""
    out, table = head()
    return out + tables(table) + message(2, packed(2, [1])) * n


def short_stacks(n):
    """Each stack another one, of two or three locations with short names."""
    out, table = head()
    parts = [out]
    for i in range(127):
        table.append(f"f{i}")
        parts.append(message(5, number(1, i + 1) + number(2, 3 + i)))
        parts.append(message(4, number(1, i + 1) + message(
            4, number(1, i + 1))))
    for i in range(n):
        ids = [1 + i % 127, 1 + i // 127 % 127, 1 + i // 127 // 127 % 127]
        parts.append(message(2, packed(1, ids) + packed(2, [1])))
    return b"".join(parts) + tables(table)


def many_ids(n):
    """Locations with ids far apart, each used once."""
    rnd = random.Random(2)
    out, table = head()
    ids = [rnd.getrandbits(63) | 1 for _ in range(n)]
    parts = [out, tables(table)]
    for i in ids:
        parts.append(message(4, number(1, i) + number(3, i)))
        parts.append(message(2, packed(1, [i]) + packed(2, [1])))
    return b"".join(parts)


def deep_labels(n):
    """Samples of as many empty labels as fit."""
    out, table = head()
    one = message(2, packed(2, [1]) + b"\x1a\x00" * 200000)
    return out + tables(table) + one * max(1, n // len(one))


def long_labels(n):
    """Each sample another pair of two long texts."""
    out, table = head()
    first = len(table)
    table += ["k" * 5000 + str(i) for i in range(100)]
    parts = [out, tables(table)]
    for i in range(n):
        parts.append(message(2, packed(2, [1]) + message(
            3, number(1, first + i % 100) + number(2, first + i // 100 % 100))))
    return b"".join(parts)


def inlined(n):
    """A location of thousands of lines in each of many stacks."""
    out, table = head(extra=["f"])
    parts = [out, tables(table), message(5, number(1, 1) + number(2, 3))]
    parts.append(message(4, number(1, 1) + b"".join(
        message(4, number(1, 1) + number(2, i + 1)) for i in range(20000))))
    for i in range(2, 128):
        parts.append(message(4, number(1, i) + number(3, i)))
    for i in range(n):
        ids = [1, 2 + i % 126, 2 + i // 126 % 126, 1]
        parts.append(message(2, packed(1, ids) + packed(2, [1])))
    return b"".join(parts)


def long_varints(n):
    """Numbers of ten bytes wherever one may stand."""
    out, table = head()
    wide = b"\x80" * 9 + b"\x00"
    parts = [out, tables(table), message(4, number(1, 5) + b"\x18" + wide)]
    one = message(2, message(1, b"\x85" + b"\x80" * 8 + b"\x00") + packed(
        2, [-1]))
    return b"".join(parts) + (one + b"\x48" + wide) * n


KINDS = {f.__name__: f for f in (
    large, empty_messages, empty_samples, short_stacks, many_ids, deep_labels,
    long_labels, inlined, long_varints)}


def main():
    what, path = sys.argv[1], sys.argv[-1]
    if what == "strict":
        for path in sys.argv[2:]:
            strict(path)
    elif what in ("totals", "raw"):
        sums = raw(path) if what == "raw" else Profile(path).totals()
        for name, total in sorted(sums.items()):
            print(name, total)
    else:
        with open(sys.argv[3], "wb") as out:
            out.write(KINDS[sys.argv[2]](int(sys.argv[4])))


if __name__ == "__main__":
    main()
