# SPDX-License-Identifier: Apache-2.0
"""Reads the picture of a difference (its static part) and holds it against
heapflame diff --json of the same.

  pictured.py FILE.svg DIFF.json
Prints a line a frame that has a title: panel, name, class, width, words.
"""
import json
import sys
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"


def frames(root):
    (group,) = [g for g in root.iter(SVG + "g")
                if g.get("class", "").startswith("hf-frames")]
    rows = {}
    for rect in group.iter(SVG + "rect"):
        if rect.get("class") == "hf-grown":
            continue
        title = rect.find(SVG + "title")
        start = int(rect.get("data-x"))
        rows.setdefault(float(rect.get("y")), []).append(
            (start, start + int(rect.get("data-w")), rect.get("class"),
             title.text if title is not None else ""))
    return [sorted(rows[y]) for y in sorted(rows, reverse=True)]


def check_rows(rows):
    for below, row in zip(rows, rows[1:]):
        end = -1
        for start, stop, _, title in row:
            assert start >= end, ("overlaps", title)
            end = stop
            assert any(b[0] <= start and stop <= b[1] for b in below), \
                ("outside its parent", title)


def main():
    svg = tree.parse(sys.argv[1]).getroot()
    said = json.load(open(sys.argv[2], encoding="utf-8"))
    before, after = said["total"]["before"], said["total"]["after"]
    before, after = before["value"], after["value"]
    rows = frames(svg)
    check_rows(rows)
    (whole,) = rows[0]
    panels = {p[3].split(" (before")[0]: p for p in rows[1]}
    now, gone = panels.pop("now", None), panels.pop("gone and shrunk", None)
    # Too narrow for a title.
    gone = gone or panels.pop("", None)
    assert not panels, panels
    held = [now[1] - now[0] if now else 0, gone[1] - gone[0] if gone else 0]
    assert held[0] == after, (held, after)
    assert sum(held) == whole[1] - whole[0]
    # What came is what the panels differ by: gone - came = before - after.
    assert held[1] >= before - after, (held, before)
    if "--stacks" in sys.argv:
        values = [r["delta"]["value"] for r in said["rows"]]
        assert held[1] == -sum(v for v in values if v < 0), held
        assert sum(values) == after - before
    for row in rows:
        for start, stop, style, title in row:
            panel = "now" if now and start < now[1] and start >= now[0] \
                else "gone"
            if title:
                name, _, words = title.rpartition(" (")
                print(panel, name, style, stop - start, words.rstrip(")"),
                      sep="\t")


main()
