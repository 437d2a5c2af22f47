# SPDX-License-Identifier: Apache-2.0
"""Holds what `growth --json --all-classes` says of functions against what they do.

grown.py FILE NAME=CLASS[|CLASS]...: of the stacks with a function of that name
the first one, which is the one that grows most, is of that class. `-` instead
of a class: there is no such stack.
"""
import json
import sys


def check_shape(growth):
    assert growth["schema"] == "heapflame-growth/1"
    assert sum(growth["classes"].values()) == growth["stacks_looked_at"]
    assert len(growth["stacks"]) == growth["stacks_looked_at"]
    linear = [s for s in growth["stacks"] if s["class"] == "linear growth"]
    assert growth["stacks"][:len(linear)] == linear, "linear ones are not first"
    rates = [s["bytes_an_hour"]["value"] for s in linear]
    assert rates == sorted(rates, reverse=True), rates
    for s in growth["stacks"]:
        for r in [s["growth"]] + [s["bytes_an_hour"]] * (s in linear):
            assert r["low"] <= r["value"] <= r["high"], s
        assert s["stack"][0] == s["frames"][0]["function"]
        assert s["process"] < len(growth["processes"])
    assert abs(sum(rates) - growth["together"]["bytes_an_hour"]["value"]) <= len(rates)


def main():
    with open(sys.argv[1]) as file:
        growth = json.load(file)
    check_shape(growth)
    wrong = []
    for argument in sys.argv[2:]:
        name, wanted = argument.split("=")
        found = [s["class"] for s in growth["stacks"] if name in s["stack"]]
        if (found or ["-"])[0] not in wanted.split("|"):
            wrong.append("%s: %s, not %s" % (name, (found or ["-"])[0], wanted))
    if wrong:
        sys.exit("; ".join(wrong))


main()
