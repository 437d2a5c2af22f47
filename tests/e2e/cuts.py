# SPDX-License-Identifier: Apache-2.0
"""cuts.py DUMP STEP: the dump cut off at every STEPth byte. Each piece must
give either one line of error and exit 1, or a report of what stands before
the cut, said to be cut off; never a crash, never more than the whole holds."""
import concurrent.futures
import json
import os
import subprocess
import sys

import hf


def report(piece, place):
    done = subprocess.run(
        [hf.HEAPFLAME, "report", "--json", "--metric", "alloc_space", piece],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    said = done.stderr.decode("utf-8", "replace").splitlines()
    lines = [l for l in said if l.startswith("heapflame: ")]
    errors = [l for l in lines if "warning: " not in l]
    if done.returncode == 1:
        if len(errors) != 1 or done.stdout:
            hf.fail("cut at %d: %s" % (place, said))
        return None
    if done.returncode != 0:
        hf.fail("cut at %d: exit %d, %s" % (place, done.returncode, said))
    if not lines:
        return "silent", json.loads(done.stdout)["total"]["value"]
    return "said", json.loads(done.stdout)["total"]["value"]


def main(dump, step):
    data = open(dump, "rb").read()
    end = data.index(b"\n# end\n") + len(b"\n# end")
    whole = hf.report([dump], "alloc_space")["total"]["value"]
    os.mkdir("cuts")
    seen = {"error": 0, "said": 0, "silent": 0}

    def one(place):
        piece = "cuts/%d.heap" % place
        with open(piece, "wb") as f:
            f.write(data[:place])
        answer = report(piece, place)
        os.unlink(piece)
        return place, answer

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for place, answer in pool.map(one, range(0, len(data), int(step))):
            if answer is None:
                seen["error"] += 1
                continue
            seen[answer[0]] += 1
            if answer[0] == "silent" and place < end:
                hf.fail("cut at %d, not said to be cut off" % place)
            if answer[1] > whole:
                hf.fail("cut at %d: %d of %d bytes" % (place, answer[1], whole))
            if answer[1] != whole and place >= end:
                hf.fail("cut behind the end: %d, not %d" % (answer[1], whole))
    print("whole %d bytes of file; %s" % (len(data), seen))
    if not seen["said"] or not seen["error"]:
        hf.fail("a kind of answer never happened: %s" % seen)


main(*sys.argv[1:])
