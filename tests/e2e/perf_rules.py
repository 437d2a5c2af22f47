# SPDX-License-Identifier: Apache-2.0
"""Folds the text of perf script on stdin: the rules that people's folding
script goes by, with all its annotations, written down for the tests."""
import re
import sys
from collections import Counter

EVENT = re.compile(r"^(\S.+?)\s+(\d+)/*(\d+)*\s+")
NAME = re.compile(r":\s*(\d+)*\s+(\S+):\s*$")
FRAME = re.compile(r"^\s*(\w+)\s*(.+) \((.*)\)")


def tidy(name, command):
    name = name.replace(";", ":")
    if not re.search(r"\.\(.*\)\.", name):
        name = re.sub(r"\((?!anonymous namespace\)).*", "", name)
    name = name.replace('"', "").replace("'", "")
    if command == "java" and "/" in name:
        name = re.sub("^L", "", name)
    return name


def functions(symbol, module, command):
    found = []
    for name in symbol.split("->"):
        if name == "[unknown]":
            known = module if module != "[unknown]" else "unknown"
            name = "[%s]" % known.split("/")[-1]
        name = tidy(name, command)
        if found:
            name += "_[i]"
        elif re.search(r"^\[|vmlinux$", module) and "unknown" not in module:
            name += "_[k]"
        elif re.search(r"/tmp/perf-\d+\.map", module):
            name += "_[j]"
        found.append(name)
    return found


stacks = Counter()
stack, command, period, wanted, only = [], None, 1, False, None
for line in sys.stdin.read().split("\n") + [""]:
    if line.startswith("#"):
        continue
    if not line:
        if command is not None and wanted:
            stacks[";".join([command.replace(" ", "_")] + stack)] += period
        stack, command = [], None
        continue
    event = EVENT.match(line)
    if event:
        command, name = event.group(1), NAME.search(line)
        period = int(name.group(1) or 1) if name else 1
        if name and only is None:
            only = name.group(2)
        wanted = not name or name.group(2) == only
        continue
    frame = FRAME.match(line)
    if frame and command is not None:
        symbol = re.sub(r"\+0x[\da-f]+$", "", frame.group(2))
        if not symbol.startswith("("):
            stack = functions(symbol, frame.group(3), command) + stack
for line in sorted("%s %d" % item for item in stacks.items()):
    print(line)
