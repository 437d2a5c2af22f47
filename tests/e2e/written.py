# SPDX-License-Identifier: Apache-2.0
"""Holds INPUT.json and INPUT.speedscope against what `report` says of INPUT.

usage: written.py INPUT
"""
import json
import os
import subprocess
import sys


def report(name, *options):
    run = subprocess.run([os.environ["HEAPFLAME"], "report", "--json",
                          *options, name], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def check_json(name):
    with open(name + ".json", encoding="utf-8") as file:
        p = json.load(file)
    assert p["schema"] == "heapflame-profile/1", p["schema"]
    usual = report(name)
    assert p["default_metric"] == usual["metric"], p["default_metric"]
    for metric in p["metrics"]:
        said = report(name, "--metric", metric["name"])
        for key, value in metric["total"].items():
            assert value == said["total"][key], (metric, said["total"])
        assert metric["unit"] == said["unit"]
        assert p["processes"] == said["processes"]
        assert p["lost"] == said["lost"]
    for row in p["rows"]:
        stack = p["stacks"][row["stack"]]
        assert 0 <= row["process"] < len(p["processes"])
        if row["phase"] is not None:
            phases = p["processes"][row["process"]]["phases"]
            assert 0 <= row["phase"] < len(phases)
        for at in stack["locations"]:
            location = p["locations"][at]
            assert location["module"] is None or \
                p["modules"][location["module"]]["path"]
            assert location["frames"]
            for frame in location["frames"]:
                assert p["functions"][frame["function"]]["name"]
        for value in row["values"].values():
            if value["low"] is not None:
                assert value["low"] <= value["value"] <= value["high"], row
    # Rows are not rounded: together within one half of each total.
    for metric in p["metrics"]:
        rows = sum(r["values"].get(metric["name"], {"value": 0})["value"]
                   for r in p["rows"])
        assert abs(rows - metric["total"]["value"]) <= \
            1 + 1e-9 * abs(rows), (metric, rows)
    return p


def check_speedscope(name, p):
    with open(name + ".speedscope", encoding="utf-8") as file:
        s = json.load(file)
    names = [m["name"] for m in p["metrics"]]
    titles = [part["name"].split(",")[0] for part in s["profiles"]]
    assert titles == names, titles
    assert titles[s["activeProfileIndex"]] == p["default_metric"]
    for part, metric in zip(s["profiles"], p["metrics"]):
        assert part["startValue"] == 0
        assert len(part["samples"]) == len(part["weights"])
        assert min(part["weights"], default=1) > 0
        assert sum(part["weights"]) == part["endValue"]
        assert part["endValue"] == metric["total"]["value"], metric
        for sample in part["samples"]:
            assert all(0 <= f < len(s["shared"]["frames"]) for f in sample)


check_speedscope(sys.argv[1], check_json(sys.argv[1]))
