# SPDX-License-Identifier: Apache-2.0
"""
A page of `heapflame html`, judged: `paged.py [--last] PAGE [REPORT.json]`. It is whole
and balanced, loads nothing, its scripts' data are JSON, and its figures are
those of `report --json`. Prints what it has, for the scenario to look at:
sections, rows of tables, graphs and timelines; --last: the last graph's text.
"""
import json
import re
import sys
from html.parser import HTMLParser

import hf

VOID = {"meta", "br", "input", "link", "img", "hr"}
TAGS = {"html", "head", "meta", "title", "style", "body", "header", "h1", "h2",
        "h3", "p", "dl", "div", "dt", "dd", "span", "main", "section", "ul",
        "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td",
        "i", "b", "a", "code", "details", "summary", "pre", "figure",
        "figcaption", "output", "button", "script", "footer", "svg", "g",
        "rect", "text", "path"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.wrong = [], [], []
        self.sections, self.rows, self.values = [], {}, {}
        self.scripts, self.buttons, self.table = [], 0, None
        self.row, self.text, self.policy = None, "", ""
        self.cell = None
        self.names, self.via = [], []

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        # An SVG has a title for each frame.
        if tag not in TAGS:
            self.wrong.append("<%s>" % tag)
        for key, value in attributes:
            if key.startswith("on") or key in ("src", "srcset", "data"):
                self.wrong.append("%s=%r" % (key, value))
            if key == "href" and not value.startswith("#"):
                self.wrong.append("href=%r" % value)
            if key == "style" and "url" in value:
                self.wrong.append("style=%r" % value)
        if "id" in of:
            self.ids.append(of["id"])
            if "data-v" in of:
                self.values[of["id"]] = int(of["data-v"])
        if of.get("http-equiv") == "Content-Security-Policy":
            self.policy = of["content"]
        if tag == "section":
            self.sections.append(of["id"])
        if tag == "table":
            self.table = self.rows.setdefault(of["id"], [])
        if tag == "tr" and self.table is not None:
            self.row = []
        if tag == "td":
            self.row.append(int(of["data-v"]) if "data-v" in of else None)
            self.text, self.cell = "", of.get("class")
        if tag == "script":
            self.scripts.append([of, ""])
        self.buttons += (tag == "button" and
                         of.get("class", "").split()[:1] == ["dump"])
        if tag == "a" and of.get("class") == "fn":
            self.text = ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append("</%s> closes something else" % tag)
        if tag == "tr" and self.row:
            self.table.append(self.row)
        if tag == "td" and self.cell == "t via":
            self.via.append(self.text)
        if tag == "a":
            self.names.append(self.text)

    def handle_data(self, data):
        self.text += data
        if self.open and self.open[-1] == "script":
            self.scripts[-1][1] += data


def check_shape(page, text):
    if page.wrong or page.open:
        hf.fail("%s; open: %s" % (page.wrong[:5], page.open))
    if len(set(page.ids)) != len(page.ids):
        hf.fail("an id stands twice: %r" % page.ids)
    if "default-src 'none'" not in page.policy or "eval" in page.policy:
        hf.fail("policy: %r" % page.policy)
    bad = re.search(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]", text)
    if bad:
        hf.fail("%r near %r" % (bad.group(), text[bad.start() - 40:][:80]))


def graphs_of(page):
    data = [s for of, s in page.scripts if of.get("id") == "r-graphs"]
    store = json.loads(data[0])
    texts = []
    for runs in store["texts"]:
        lines = []
        for first, count in zip(runs[::2], runs[1::2]):
            part = store["lines"][first:first + count]
            if len(part) != count:
                hf.fail("lines %d to %d are not there" % (first, first + count))
            lines += part
        texts.append("\n".join(lines))
    for text in texts:
        if not text.startswith("<?xml") or not text.endswith("</svg>\n"):
            hf.fail("no whole SVG: %r ... %r" % (text[:40], text[-40:]))
    return texts


def check_figures(page, report):
    rows = page.rows["r-top"]
    flat = sum(r[0] for r in rows) + page.values.get("r-top-rest", 0)
    total = report["total"]["value"]
    if flat != total:
        hf.fail("functions add up to %d, report has %d" % (flat, total))
    theirs = {(r["function"], r["flat"]["value"], r["cum"]["value"])
              for r in report["rows"]}
    ours = {(n, r[0], r[2]) for n, r in zip(page.names, rows)}
    if not ours <= theirs:
        hf.fail("not in the report: %r" % sorted(ours - theirs)[:3])
    if "r-top-rest" not in page.values and len(rows) != len(theirs):
        hf.fail("%d functions, not %d" % (len(rows), len(theirs)))


def check_via(page, report):
    def cell(names):
        return ", ".join(names[:3] + ["..."] * (len(names) > 3))
    theirs = {(r["function"], r["flat"]["value"], cell(r["via"]))
              for r in report["rows"]}
    rows = page.rows["r-top"]
    ours = list(zip(page.names, [r[0] for r in rows],
                    page.via or [""] * len(rows)))
    if not theirs.issuperset(ours) or page.via and not any(page.via):
        hf.fail("wrappers: %r" % sorted(set(ours) - theirs)[:3])


def main():
    last = sys.argv[1] == "--last"
    if last:
        del sys.argv[1]
    text = open(sys.argv[1], encoding="utf-8").read()
    page = Page()
    page.feed(text)
    page.close()
    check_shape(page, text)
    texts = graphs_of(page)
    for of, script in page.scripts:
        if of.get("class") == "r-points":
            points = json.loads(script)["points"]
            times = [p[0] for p in points]
            if times != sorted(times) or len(points) < 2:
                hf.fail("times: %r" % times)
    if len(sys.argv) > 2:
        report = json.load(open(sys.argv[2]))
        check_figures(page, report)
        check_via(page, report)
    if last:
        sys.stdout.write(texts[-1])
        return
    print("sections", *page.sections)
    print("graphs", len(texts))
    for i, svg in enumerate(texts):
        print("graph", i, re.search("<desc>(.*)</desc>", svg).group(1))
    print("dumps", page.buttons)
    print("timelines", sum(of.get("class") == "r-points"
                           for of, _ in page.scripts))
    for name, rows in page.rows.items():
        print("rows", name, len(rows))
    for name, value in page.values.items():
        print("value", name, value)


main()
