#!/bin/bash
# Goal: a fork child frees inherited blocks and allocates its own: its file
# carries its own id and says what it did itself, inherited blocks stand apart,
# and the parent's figures do not move.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

exact "$PROGS/truth_fork" parent child
finals=(dumps/*.f.heap)
[ ${#finals[@]} -eq 2 ] || fail "not two final dumps: $(ls dumps)"
for dump in "${finals[@]}"; do
	if grep -q '^# parent ' "$dump"; then
		child_dump=$dump
	else
		parent_dump=$dump
	fi
done
"$PYTHON" "$SRC/tests/e2e/truth.py" parent "$parent_dump"
"$PYTHON" "$SRC/tests/e2e/truth.py" child "$child_dump"

"$PYTHON" - "$parent_dump" "$child_dump" child <<'END'
import os, sys, hf
parent, child = hf.Dump(sys.argv[1]), hf.Dump(sys.argv[2])
ids = parent.get("id"), child.get("id")
if ids[0] == ids[1] or child.get("parent") != ids[0]:
    hf.fail("ids %s, parent of the child %s" % (ids, child.get("parent")))
for path, id in zip(sys.argv[1:], ids):
    if ".%s." % id not in os.path.basename(path):
        hf.fail("%s carries another id than %s" % (path, id))
wanted = [l.split()[1:] for l in open(sys.argv[3]) if l.startswith("inher")][0]
got = ["%d" % child.sum("i", 1), "%d" % child.sum("i", 2)]
if got != wanted:
    hf.fail("inherited %s, the truth is %s" % (got, wanted))
if parent.sum("i", 1):
    hf.fail("the parent inherited something")
END

# Both together: own blocks of both, and the inherited ones only once.
cat parent child >both
awk '$1 == "expect" && $2 == "total" { b += $5; o += $6 }
	END { print "expect total - -", b, o }' both >total
"$PYTHON" "$SRC/tests/e2e/truth.py" total "${finals[@]}"
