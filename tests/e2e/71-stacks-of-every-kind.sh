#!/bin/bash
# Goal: coroutines, alternate signal stacks, the smallest threads and endless
# recursion are walked without a crash by each back-end and counted exactly; a
# stack longer than DEPTH keeps its innermost frames and says so; the back-ends
# agree. A constructor that the loader calls ends at the loader's entry, which
# has no tables, and is whole.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for unwind in cfi libunwind fp; do
	rm -rf dumps
	exact HEAPFLAME_UNWIND=$unwind "$PROGS/host_stacks" >expected ||
		fail "UNWIND=$unwind: exit $?"
	dump=$(dump_of dumps)
	# A stack without a name of ours is no site; only fp may have such.
	[ $unwind = fp ] ||
		"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$dump"
	"$PYTHON" - "$dump" $unwind expected <<'END'
import sys, hf
d = hf.Dump(sys.argv[1])
if d.get("unwind") != sys.argv[2]:
    hf.fail("%s was asked for, %s used" % (sys.argv[2], d.get("unwind")))
deep = [s for s in d.stacks if len(s.addresses) >= 120]
# Built without frame pointers, these stacks are short ones to fp.
if sys.argv[2] != "fp" and (not deep or
                            any("x" not in s.figures for s in deep)):
    hf.fail("%s: deep stacks: %d, marked: %d" % (sys.argv[2], len(deep),
            sum("x" in s.figures for s in deep)))
if max(len(s.addresses) for s in d.stacks) > 128:
    hf.fail("deeper than DEPTH")
lines = [l.split() for l in open(sys.argv[3])]
truth = sum(int(l[2]) for l in lines)
got = d.sum("a", 1)
if not truth <= got <= truth + 100000:
    hf.fail("%s: %d bytes, the truth is %d and some" % (sys.argv[2], got, truth))
END
done

for program in truth_family truth_new; do
	for unwind in cfi libunwind; do
		rm -rf dumps
		exact HEAPFLAME_UNWIND=$unwind "$PROGS/$program" >/dev/null
		"$HEAPFLAME" convert --to folded -o $unwind.folded \
			--metric alloc_space "$(dump_of dumps)"
	done
	# What libstdc++'s constructor takes comes too early for libunwind.
	sed -i -E '/^(\[truncated\];)?(\[ld-|_dl_start_user|_dl_init|call_init)/d' \
		cfi.folded
	diff cfi.folded libunwind.folded || fail "$program: they disagree"
done

rm -rf dumps
exact HEAPFLAME_DEPTH=3 "$PROGS/host_stacks" >/dev/null
"$PYTHON" - "$(dump_of dumps)" <<'END'
import sys, hf
d = hf.Dump(sys.argv[1])
if max(len(s.addresses) for s in d.stacks) != 3:
    hf.fail("DEPTH=3 is not kept")
END

need gcc
cat >constructor.c <<'END'
#include <stdlib.h>
void *volatile kept;
__attribute__((constructor)) static void made(void) { kept = malloc(54321); }
END
gcc -O1 -shared -fPIC -o constructor.so constructor.c
rm -rf dumps
# Of two libraries that need nothing, the loader starts the later one first.
env LD_PRELOAD="$PWD/constructor.so $LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
	HEAPFLAME_PREFIX="$PWD/dumps/h" "$PROGS/truth_libc" >/dev/null
"$PYTHON" - "$(dump_of dumps)" <<'END'
import sys, hf
d = hf.Dump(sys.argv[1])
ours = [s for s in d.stacks if s.figures.get("a", [0, 0])[1] == 54321]
if len(ours) != 1:
    hf.fail("%d stacks of the constructor" % len(ours))
if len(ours[0].addresses) < 3 or "x" in ours[0].figures:
    hf.fail("cut off: %r" % ours[0].figures)
END
