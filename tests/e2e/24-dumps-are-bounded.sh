#!/bin/bash
# Goal: DUMP_KEEP and DUMP_LIMIT hold for the folder; of a long series the
# first, the one at the peak and the last stay, and those in between are spread
# over the whole run.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# A dump that is due while another is being written waits: hence the pauses.
series()
{
	rm -rf dumps
	exact HEAPFLAME_DUMP_BYTES=1M HEAPFLAME_DUMP_SECONDS=0 "$@" \
		"$PROGS/ticker" 60 25
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
json.dump([seqs[0], seqs[-1], max(v[0] for v in seen.values())],
          open("wanted", "w"))
END

series HEAPFLAME_DUMP_KEEP=8
"$PYTHON" - <<'END'
import glob, json, hf
first, last, highest = json.load(open("wanted"))
live = {int(p.split(".")[-3]): hf.Dump(p).sum("l", 1)
        for p in glob.glob("dumps/*.heap")}
seqs = sorted(live)
if len(seqs) > 8 or len(seqs) < 4:
    hf.fail("DUMP_KEEP=8 left %d files" % len(seqs))
if seqs[0] != first or seqs[-1] < 40:
    hf.fail("%s do not begin with %d or are not to the end" % (seqs, first))
if not glob.glob("dumps/*.f.heap"):
    hf.fail("the final one is gone")
# Three blocks of a MiB beside the highest moment is the same dump or the next.
if max(live.values()) < highest - 3 * 2**20:
    hf.fail("the peak, %d bytes, is not among %s" % (highest, live))
widest = max(b - a for a, b in zip(seqs, seqs[1:]))
if widest > (seqs[-1] - first) / 2:
    hf.fail("%s is not spread over the run" % seqs)
END

series HEAPFLAME_DUMP_LIMIT=8M
bytes=$(cat dumps/*.heap | wc -c)
[ "$bytes" -le $((8 << 20)) ] || fail "DUMP_LIMIT=8M: $bytes bytes"
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
