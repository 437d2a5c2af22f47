# SPDX-License-Identifier: Apache-2.0
"""traced.py FOLDER: FOLDER.trace beside what report says of each dump in it."""

import collections
import glob
import json
import os
import subprocess
import sys

NUMBER = (int, float)


def report(path, metric):
    run = subprocess.run([os.environ["HEAPFLAME"], "report", "--json", "--top",
                          "0", "--metric", metric, path], check=True,
                         stdout=subprocess.PIPE)
    return json.loads(run.stdout)


def check_event(event):
    """The rules of the trace event format for the kinds that we write."""
    assert event["ph"] in ("C", "M", "X", "i"), event
    assert isinstance(event["name"], str) and event["name"], event
    assert isinstance(event["pid"], int) and 0 < event["pid"] < 2**31, event
    assert isinstance(event["tid"], int), event
    if event["ph"] == "M":
        assert event["name"] in ("process_name", "thread_name",
                                 "process_sort_index"), event
        assert list(event["args"]) == [
            "sort_index" if event["name"] == "process_sort_index" else "name"]
        return
    assert isinstance(event["ts"], NUMBER) and event["ts"] >= 0, event
    if event["ph"] == "C":
        assert event["args"], event
        for value in event["args"].values():
            assert isinstance(value, NUMBER) and value >= 0, event
    elif event["ph"] == "X":
        assert isinstance(event["dur"], NUMBER) and event["dur"] >= 0, event
    else:
        assert event["s"] in ("g", "p", "t"), event


def check_slices(events):
    """Slices of one thread lie within one another or apart."""
    threads = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            threads[event["pid"], event["tid"]].append(event)
    for slices in threads.values():
        ends = []
        for event in sorted(slices, key=lambda e: (e["ts"], -e["dur"])):
            while ends and ends[-1] <= event["ts"] + 1e-6:
                ends.pop()
            end = event["ts"] + event["dur"]
            assert not ends or end <= ends[-1] + 1e-6, event
            ends.append(end)


def check_dumps(folder, events):
    """Each dump is there once, with the figures that report has of it."""
    paths = glob.glob(os.path.join(folder, "*.heap"))
    marks = [e for e in events if e.get("cat") == "dump"]
    assert len(marks) == len(paths), (len(marks), paths)
    at = collections.defaultdict(dict)
    for event in events:
        if event["ph"] == "C":
            at[event["pid"], event["ts"]][event["name"]] = \
                event["args"]["bytes"]
    shown = [at[m["pid"], m["ts"]] for m in marks]
    for path in paths:
        live = report(path, "inuse_space")
        wanted = {"live": live["total"]["value"],
                  "allocated": report(path, "alloc_space")["total"]["value"],
                  "peak": report(path, "peak_space")["total"]["value"]}
        sums = collections.Counter()
        for row in live["rows"]:
            sums[row["function"]] += row["flat"]["value"]
        found = [s for s in shown
                 if all(s.get(k) == v for k, v in wanted.items())]
        assert found, (path, wanted, shown)
        for name, value in found[0].items():
            if name.startswith("live in ") and "stack" not in name:
                assert sums[name[8:]] == value, (name, value, sums)


def main(folder):
    with open(folder + ".trace", encoding="utf-8") as file:
        trace = json.load(file)
    events = trace["traceEvents"]
    for event in events:
        check_event(event)
    check_slices(events)
    names = [e["pid"] for e in events if e["name"] == "process_name"]
    assert len(names) == len(set(names)), "two processes of one pid"
    assert {e["pid"] for e in events} == set(names)
    # The trend goes forward.
    last = collections.defaultdict(float)
    for event in events:
        if event["ph"] == "C":
            key = event["pid"], event["name"]
            assert event["ts"] >= last[key], event
            last[key] = event["ts"]
    tracks = {e["name"] for e in events if e["ph"] == "C"}
    functions = {t for t in tracks if t.startswith("live in ")
                 and not t.startswith("live in stack ")}
    assert functions and len(functions) <= 10
    assert any(t.startswith("live in stack 1: ") for t in tracks)
    check_dumps(folder, events)


main(sys.argv[1])
