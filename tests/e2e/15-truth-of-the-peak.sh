#!/bin/bash
# Goal: a program that rose, fell, rose less and freed everything shows the
# first hump as its peak, to the byte and by site, and peak_space is what
# report chooses by itself.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/truth_peak" >expected
dump=$(dump_of dumps)
"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$dump"
"$HEAPFLAME" report --json "$dump" >default.json
"$PYTHON" - <<'END'
import json, hf
metric = json.load(open("default.json"))["metric"]
if metric != "peak_space":
    hf.fail("the default of an ended process is " + metric)
END
