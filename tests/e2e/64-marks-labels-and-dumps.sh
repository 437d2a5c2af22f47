#!/bin/bash
# Goal: the C API does what include/heapflame.h says, from C, C++, python and by
# name; every byte of a phase and of a label is there, and none of before the
# start; programs that use it run as well without the profiler.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need gcc g++
"$PROGS/api_phases" >alone
diff - alone <<'END'
start -2
active 0
mark -2
mark -2
dump -2
rate -2
stop -2
active 0
errno 4711
END

exact HEAPFLAME_ACTIVE=0 "$PROGS/api_phases" >profiled
diff - profiled <<'END'
start 0
active 1
mark 0
mark 0
dump 0
rate 0
stop 0
active 0
errno 4711
END
[ "$(count dumps/*.m0.heap)" -eq 1 ] || fail "no dump on request: $(ls dumps)"
"$PYTHON" - "$(dump_of dumps)" <<'END'
import sys, urllib.parse, hf
d = hf.Dump(sys.argv[1])
def unquote(word):
    return urllib.parse.unquote(word)
names = {(n[0], int(n[1])): unquote(n[2]) for n in d.header["name"]}
phases = {int(p[0]): p for p in d.header["phase"]}
if [unquote(phases[i][4]) for i in (1, 2)] != ["case 1", "../case/2\n"]:
    hf.fail("phases: %s" % phases)
if "-" in (phases[1][2], phases[2][2]) or phases[1][2] != phases[2][1]:
    hf.fail("phases do not end where the next begins: %s" % phases)

sums = {}
for s in d.stacks:
    f = s.figures
    key = (int(f.get("h", [0])[0]),
           names.get(("t", int(f.get("t", [0])[0]))),
           names.get(("l", int(f.get("b", [0])[0]))))
    size = int(f["z"][0]), int(f["z"][1])
    if size[0] == size[1] and size[0] in (100, 200, 300, 400, 64, 32, 16):
        if size[0] in sums:
            hf.fail("two stacks of %d bytes" % size[0])
        sums[size[0]] = key, [int(float(v)) for v in f["a"][:2]], \
            [int(float(v)) for v in f["d"][:2]], \
            [int(float(v)) for v in f.get("l", [0, 0])[:2]], \
            int(float(f["q"][0]))
wanted = {
    # phase, thread, label; allocated, at the phase's end, now; its peak
    200: ((1, "api_phases", None), [1000, 200000], [500, 100000],
          [300, 60000], 100000),
    300: ((2, "api_phases", None), [1000, 300000], [500, 150000],
          [500, 150000], 150000),
    64: ((2, "worker", "tenant=a"), [100, 6400], [50, 3200], [50, 3200], 3200),
    32: ((2, "worker", "tenant=b; or <c>"), [50, 1600], [25, 800], [25, 800],
         800),
    16: ((2, "worker", None), [20, 320], [10, 160], [10, 160], 160),
}
if sums != wanted:
    hf.fail("\n%s\nis not\n%s" % (sums, wanted))
END

# Where there are too many the rest is one, and says so; marks are refused.
rm -rf dumps
exact "$PROGS/api_phases" 1100 1030 >many
grep -qx 'failed 6' many || fail "1,030 marks: $(cat many)"
[ "$(grep -c '^# name l ' "$(dump_of dumps)")" -eq 1024 ] ||
	fail "$(grep -c '^# name l ' dumps/*.f.heap) labels"
grep -qx '# name l 1024 \[other%20labels\]' dumps/*.f.heap || fail "no others"
[ "$(grep -c '^# phase ' dumps/*.f.heap)" -eq 1024 ] || fail "not 1024 phases"

# The examples, as their heads say; without the profiler, too.
examples=$SRC/docs/examples
strict=(-Wall -Wextra -Werror -pedantic "-I$SRC/include")
gcc -O2 "${strict[@]}" -o phases "$examples/phases.c"
g++ -O2 "${strict[@]}" -o tenants "$examples/tenants.cc"
gcc -O2 -Wall -Wextra -Werror -no-pie -fno-pie -o by_name \
	"$examples/by_name.c" -ldl
for example in ./phases ./tenants ./by_name "$PYTHON $examples/phases.py"; do
	rm -rf dumps
	# shellcheck disable=SC2086 # words are meant
	$example || fail "$example without the profiler"
	# shellcheck disable=SC2086
	exact PYTHONMALLOC=malloc $example || fail "$example with it"
	grep -qE '^# (phase 1|name l 1) ' "$(dump_of dumps)" ||
		fail "$example: neither phase nor label"
done
