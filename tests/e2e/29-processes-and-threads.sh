#!/bin/bash
# Goal: in a tree of forks, vforks and execs each program that ran leaves one
# file of its own id, also two programs of one pid; FOLLOW chooses; a hundred
# threads at once, down to their destructors, are counted exactly.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/host_processes" >said
"$PYTHON" - <<'END'
import glob, hf
pids = sorted(int(l.split()[1]) for l in open("said"))
dumps = [hf.Dump(p) for p in glob.glob("dumps/*.f.heap")]
ids = [d.get("id") for d in dumps]
if len(set(ids)) != len(ids):
    hf.fail("an id twice: %s" % sorted(ids))
if sorted(int(i.split("-")[0]) for i in ids) != pids:
    hf.fail("files of %s, programs that ended: %s" % (sorted(ids), pids))
for d in dumps:
    parent = d.header.get("parent")
    if parent and parent[0][0].split("-")[0] == d.get("id").split("-")[0]:
        hf.fail("a process is its own parent: " + d.get("id"))
# 8 children of 200 bytes, 8 of 300, the vforked and the exec'd one of 100.
got = sorted(round(sum(s.figures["a"][1] for s in d.stacks
                       if s.figures.get("a", [0])[0] == 2000)) for d in dumps)
if got != [200000] * 2 + [400000] * 8 + [600000] * 8:
    hf.fail("own bytes of the processes: %s" % got)
answer = hf.report(glob.glob("dumps/*.f.heap"), "alloc_space")
if hf.flat(answer).get("by_process") != 200000 * 2 + 400000 * 8 + 600000 * 8:
    hf.fail("together: %s" % hf.flat(answer))
END

# FOLLOW: what was started counts always, here after its own exec; `none` leaves
# out all children, globs those that exec into something of another name.
for follow in none=1 'no*,such*=17' 'no*,host_*=18'; do
	rm -rf dumps
	exact HEAPFLAME_FOLLOW="${follow%=*}" "$PROGS/host_processes" >said
	[ "$(count dumps/*.f.heap)" -eq "${follow##*=}" ] ||
		fail "FOLLOW=$follow: $(count dumps/*.f.heap) files"
done

rm -rf dumps
exact "$PROGS/host_threads" >expected
"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
