#!/bin/bash
# Goal: DUMP_KEEP and DUMP_LIMIT hold for the folder; of a long series the
# first, the one at the peak and the last stay, and those in between are spread
# over the whole run.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

series()
{
	rm -rf dumps
	exact HEAPFLAME_DUMP_BYTES=1M HEAPFLAME_DUMP_SECONDS=0 "$@" \
		"$PROGS/ticker" 60
}

series HEAPFLAME_DUMP_KEEP=1000
"$PYTHON" - <<'END'
import glob, json, hf
seen = {}
for path in glob.glob("dumps/*.heap"):
    d = hf.Dump(path)
    reason = d.header["reason"][0]
    seen[int(reason[2])] = (int(d.sum("l", 1)), reason[0])
seqs = sorted(seen)
if len(seqs) < 40 or seqs != list(range(seqs[0], seqs[0] + len(seqs))):
    hf.fail("60 MiB by 1 MiB gave %s" % seqs)
if seen[seqs[-1]][1] != "f" or any(seen[s][1] != "i" for s in seqs[:-1]):
    hf.fail("kinds: %s" % seen)
peak = max(seqs, key=lambda s: seen[s][0])
json.dump([seqs[0], peak, seqs[-1]], open("wanted", "w"))
END

series HEAPFLAME_DUMP_KEEP=8
"$PYTHON" - <<'END'
import glob, json, hf
first, peak, last = json.load(open("wanted"))
seqs = sorted(int(p.split(".")[-3]) for p in glob.glob("dumps/*.heap"))
if len(seqs) > 8 or len(seqs) < 4:
    hf.fail("DUMP_KEEP=8 left %d files" % len(seqs))
for one in first, last:
    if one not in seqs:
        hf.fail("%d is not among %s" % (one, seqs))
# Two runs may differ by a step in where the helper came to be.
if not any(abs(s - peak) <= 1 for s in seqs):
    hf.fail("the peak, %d, is not among %s" % (peak, seqs))
widest = max(b - a for a, b in zip(seqs, seqs[1:]))
if widest > (last - first) / 2:
    hf.fail("%s is not spread over %d to %d" % (seqs, first, last))
END

series HEAPFLAME_DUMP_LIMIT=300K
bytes=$(cat dumps/*.heap | wc -c)
[ "$bytes" -le $((300 * 1024)) ] || fail "DUMP_LIMIT=300K: $bytes bytes"
[ -n "$(echo dumps/*.f.heap)" ] || fail "the last dump is gone"
[ "$(count dumps/*)" -ge 2 ] || fail "DUMP_LIMIT left $(ls dumps)"
[ -z "$(echo dumps/*.tmp)" ] || fail ".tmp left"

# By time: one a second, and none while nothing is sampled.
rm -rf dumps
exact HEAPFLAME_DUMP_SECONDS=1 "$PROGS/ticker" 10 330
timed=(dumps/*.t*.heap)
case ${#timed[@]} in
2 | 3 | 4) ;;
*) fail "3.3 s at DUMP_SECONDS=1: ${#timed[@]} dumps" ;;
esac
