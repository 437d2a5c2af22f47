# SPDX-License-Identifier: Apache-2.0
"""Writes files that were made to hurt, and watches what reading them costs."""

import io
import os
import resource
import subprocess
import sys
import tarfile

HEAPFLAME = os.environ["HEAPFLAME"]
HEAD = "v 10400 3\nX ./a\nI 1000 1\n"


def cost(path):
    """Seconds of work, and bytes at most, of a report and of a flame graph."""
    seconds = most = 0
    for command in (["report"], ["flame", "-o", "/dev/null"]):
        child = subprocess.Popen([HEAPFLAME, *command, path],
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE)
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            sys.exit(f"{path}: exit {child.returncode}: {said[-500:]}")
        most = max(most, usage.ru_maxrss * 1024)
        seconds += usage.ru_utime + usage.ru_stime
    return seconds, most


def made(make, name, count):
    """The path; in a process of its own, for what is spawned from a large
    process counts as large, too."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, make(name, count).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as path:
        os.wait()
        return path.read()


def check(name, make, count):
    """Four times as much of it takes at most some ten times as long."""
    times = []
    for factor in (1, 4):
        path = made(make, name, count * factor)
        seconds, most = cost(path)
        size = os.path.getsize(path)
        allowed = 10 * size + (64 << 20)
        print(f"{name} x{factor}: {size} bytes, {seconds:.1f} s, "
              f"{most >> 20} of {allowed >> 20} MiB")
        if most > allowed:
            sys.exit(f"{name}: {most} bytes of memory for {size}")
        times.append(seconds)
        os.unlink(path)
    if times[1] > 10 * times[0] + 2:
        sys.exit(f"{name}: {times[0]:.1f} s, then {times[1]:.1f} s")


def text(lines):
    def make(name, count):
        with open(name, "w", encoding="ascii") as file:
            file.write(HEAD)
            file.writelines(lines(count))
        return name
    return make


def strings(count):
    yield from (f"s {len(hex(i)) - 2:x} {i:x}\n" for i in range(count))


def addresses(count):
    yield "s 1 f\n"
    yield from (f"i {i:x} 0 1 0 {i:x}\n" for i in range(count))


def chain(count):
    """Each trace hangs below the one before, and each allocates."""
    yield "i 1 0\n"
    yield from (f"t 1 {i:x}\na 1 {i + 1:x}\n+ {i:x}\n" for i in range(count))


def flat(count):
    """As many short stacks as there can be."""
    yield "s 1 f\n"
    yield from (f"i {i + 1:x} 0 1 0 {i:x}\nt {i + 1:x} 0\na 1 {i + 1:x}\n"
                f"+ {i:x}\n" for i in range(count))


def inlined(count):
    """Traces of an address with 300 functions."""
    yield "s 1 f\n"
    yield "i 1 0" + "".join(f" 1 0 {i:x}" for i in range(300)) + "\n"
    yield from (f"t 1 {i:x}\na 1 {i + 1:x}\n+ {i:x}\n" for i in range(count))


def times(count):
    yield from (f"c {i:x}\n" for i in range(count))


def modules(count):
    yield "m 1 -\n"
    yield from (f"m 1 x {i:x}000 0 800\n" for i in range(count))
    yield from (f"t {i:x}010 0\n+ 1 {i + 1:x} {i + 1:x}\n"
                for i in range(count))


def blocks(count):
    yield "m 1 -\nt 5 0\n"
    yield from (f"+ 1 1 {i + 1:x}\n" for i in range(count))


def packed(lines):
    def make(name, count):
        plain = text(lines)(name, count)
        subprocess.run(["zstd", "-q", "-f", "--rm", plain], check=True)
        return plain + ".zst"
    return make


def bundle(symbols, dump):
    def make(name, count):
        with tarfile.open(name, "w", format=tarfile.USTAR_FORMAT) as tar:
            for member, data in (
                    ("heapflame-bundle",
                     "heapflame-bundle 1\ndump - 5 - h.heap\n"),
                    ("symbols.zst", "".join(symbols(count))),
                    ("dumps/1/h.heap", "".join(dump(count)))):
                info = tarfile.TarInfo(member)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data.encode()))
        return name
    return make


def many_names(count):
    yield "m - - - -\n"
    for i in range(count):
        yield f"f {i:x} - n\nl {i:x} {i} 0\n"


def deep_names(_):
    yield "m - - - -\nf f - n\nl 1" + " 0 1" * 256 + "\n"


def small_dump(_):
    yield "heap_v2/1\n  t*: 1: 1 [0: 0]\n@ 0x1\n  t*: 1: 1 [0: 0]\n"
    yield "\nMAPPED_LIBRARIES:\n"


def wide_dump(count):
    yield "heap_v2/1\n  t*: 1: 1 [0: 0]\n"
    for i in range(count):
        yield "@" + 3 * " 0x0000000000000001" + f" 0x{i + 2:016x}\n"
        yield "  t*: 1: 8 [0: 0]\n"
    yield "\nMAPPED_LIBRARIES:\n"


resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
check("strings", text(strings), 300000)
check("addresses", text(addresses), 300000)
check("chain", text(chain), 100000)
check("flat", text(flat), 100000)
check("flat.packed", packed(flat), 100000)
check("strings.packed", packed(strings), 300000)
check("inlined", text(inlined), 50000)
check("times", text(times), 500000)
check("modules", text(modules), 30000)
check("blocks", text(blocks), 300000)
check("names", bundle(many_names, small_dump), 200000)
check("deep", bundle(deep_names, wide_dump), 20000)
