#!/bin/bash
# Goal: SAMPLE=auto starts at 8 KiB and doubles N as samples pile up, says each
# N in the dump and in `info`, and the totals stay within their error: thinning
# what was sampled before is unbiased.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for i in 1 2 3 4 5 6 7 8; do
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=auto HEAPFLAME_SEED=$i "$PROGS/churn" 40 >expected
	mkdir "$i" && mv dumps/*.f.heap "$i/" && mv expected "$i/"
done
"$PYTHON" - <<'END'
import glob, math, hf
offs = []
for i in range(1, 9):
    path = glob.glob("%d/*.f.heap" % i)[0]
    dump = hf.Dump(path)
    intervals = [int(v[1]) for v in dump.header["interval"]]
    if intervals[0] != 8192 or len(intervals) < 2:
        hf.fail("intervals %s: from 8192 upwards was wanted" % intervals)
    if any(b != 2 * a for a, b in zip(intervals, intervals[1:])):
        hf.fail("intervals %s: not doubled" % intervals)
    if dump.interval != intervals[-1]:
        hf.fail("header says %d" % dump.interval)
    for l in open("%d/expected" % i):
        if l.startswith("expect total"):
            truth = [int(v) for v in l.split()[2:6]]
    for column, metric in ((0, "alloc_space"), (2, "inuse_space")):
        answer = hf.report([path], metric)
        t = answer["total"]
        # Half the interval is about 2 standard deviations.
        sd = (t["high"] - t["low"]) / 3.92
        offs.append((t["value"] - truth[column]) / sd)
        print(i, metric, intervals[-1], t, truth[column])
        if answer["interval_min"] != 8192 or \
                answer["interval_max"] != intervals[-1]:
            hf.fail("report: interval_min, interval_max")
    if str(intervals[-1] // 1024) not in hf.run(hf.HEAPFLAME, "info", path):
        hf.fail("info does not say %d KiB" % (intervals[-1] // 1024))
if max(abs(o) for o in offs) > 4 or abs(sum(offs)) / len(offs) > 1.2:
    hf.fail("off by %s standard deviations" % offs)
END
