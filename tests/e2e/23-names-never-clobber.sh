#!/bin/bash
# Goal: no file that exists is opened for writing or replaced, though every
# name that a process could take is there already; no .tmp is left; the file's
# name and the id in it agree.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

mkdir dumps
# The child waits until its pid's names are taken for all of the next half second.
"$PYTHON" - <<'END'
import glob, os, time, hf
go_r, go_w = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(go_w)
    os.read(go_r, 1)
    os.close(go_r)
    os.environ.update(LD_PRELOAD=os.environ["LIBHEAPFLAME"],
                      HEAPFLAME_SAMPLE="1",
                      HEAPFLAME_DUMP_KEEP="100000",
                      HEAPFLAME_PREFIX=os.path.abspath("dumps/h"))
    os.execv(os.environ["PROGS"] + "/truth_peak", ["truth_peak"])
now = int(time.time() * 1000)
taken = ["dumps/h.%d-%x.%d.f.heap" % (pid, ms, seq)
         for ms in range(now, now + 500) for seq in (0, 1)]
for name in taken:
    with open(name, "w") as f:
        f.write(name)
os.write(go_w, b"x")
if os.waitpid(pid, 0)[1]:
    hf.fail("the program failed")
if time.time() * 1000 > now + 450:
    print("too slow: the names may not have been in the way")
for name in taken:
    if open(name).read() != name:
        hf.fail(name + " was overwritten")
new = [f for f in glob.glob("dumps/*") if f not in taken]
if len(new) != 1 or not new[0].endswith(".f.heap"):
    hf.fail("new files: %s" % new)
if ".%s." % hf.Dump(new[0]).get("id") not in new[0]:
    hf.fail("%s holds the id %s" % (new[0], hf.Dump(new[0]).get("id")))
END

# Also where the name is a link that leads elsewhere: nothing is written there.
echo precious >precious
mkdir other
ln -s "$PWD/precious" other/h.tmp
exact HEAPFLAME_PREFIX="$PWD/other/h" "$PROGS/truth_family" >/dev/null
[ "$(cat precious)" = precious ] || fail "a link was followed"
[ -z "$(echo dumps/*.tmp)" ] || fail ".tmp left"

# A file size limit, hit in the middle of a dump: the host goes on, and neither
# half a dump nor a .tmp stays behind under a name that readers would take.
mkdir small
status=0
(
	ulimit -f 1
	shim HEAPFLAME_SAMPLE=1 HEAPFLAME_PREFIX="$PWD/small/h" \
		"$PROGS/truth_new"
) | cat >said || status=$?
[ $status -eq 0 ] || fail "killed by its file size limit: $status"
grep -q by_map said || fail "the host did not get to its end"
[ -z "$(ls small)" ] || fail "left behind: $(ls small)"
