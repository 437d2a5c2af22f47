#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout: 60
# record: exactly what was allocated in the window and nothing before or after
# it, what of that still lives, a picture of it; ended early by Ctrl-C or by the
# program's end. A dormant program is woken and sleeps again; one in another
# pid namespace is found.
. "$SRC/tests/e2e/lib.sh"
need xmllint
"$PYTHON" - <<'END'
import re, subprocess, time
import hf
from control import Controlled

def recorded(text, name, part):
    """Bytes beside that function in the first or second table."""
    table = text.split("still live at the end")[part]
    found = re.search(r"^ *(\d+) .* %s " % name, table, re.M)
    return int(found.group(1)) if found else 0

p = Controlled("exact", SAMPLE=1)
p.go()
time.sleep(0.1)
before = p.rest()[0]
record = subprocess.Popen(
    [hf.HEAPFLAME, "record", "--for", "2500ms", "--bytes", "-o", "exact.svg",
     str(p.pid)], stdout=subprocess.PIPE, text=True)
time.sleep(1)
p.go()
time.sleep(0.1)
after = p.rest()[0]
text = record.communicate()[0]
p.go()
p.rest()
p.end()
got = recorded(text, "one_block", 0)
if record.returncode != 0 or got != after - before or got == 0:
    hf.fail("%d, not %d in the window:\n%s" % (got, after - before, text))
END
xmllint --noout exact.svg

# started [VAR=VALUE]...: tests/progs/sites as $pid, until descriptor 9 is shut
started()
{
	rm -f in && mkfifo in
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/h" \
		HEAPFLAME_SAMPLE=1 "$@" "$PROGS/sites" <in &
	pid=$!
	exec 9>in
	until "$HEAPFLAME" ctl $pid status >status.txt 2>&1; do
		sleep 0.05
		kill -0 $pid
	done
}
ended()
{
	exec 9>&-
	wait $pid
}

# What was there before is in neither table, what was freed not in the second;
# one block may be in flight when the window ends.
started HEAPFLAME_ACTIVE=1
until "$HEAPFLAME" report "$pid" | has -w grows; do sleep 0.05; done
"$HEAPFLAME" record --for 500ms "$pid" >text.txt
xmllint --noout "record.sites.$pid.svg"
sed '/still live/,$d' text.txt >allocated.txt
sed '1,/still live/d' text.txt >live.txt
for name in churns grows; do
	grep -qw "$name" allocated.txt ||
		fail "not what was allocated: $(cat text.txt)"
done
grep -qw grows live.txt || fail "not what still lives: $(cat text.txt)"
if grep -qw keeps text.txt ||
	grep -w churns live.txt | has -v '1000 B  *[0-9.]*%  *1000 B .* 1 churns '; then
	fail "of before the window, or freed in it: $(cat text.txt)"
fi

# Ctrl-C, and the program's end.
"$HEAPFLAME" record --for 1h -o early.svg "$pid" >text.txt 9>&- &
recorder=$!
sleep 0.7
kill -TERM $recorder
wait $recorder || fail "an interrupted record fails"
xmllint --noout early.svg
grep -qw grows text.txt
"$HEAPFLAME" record --for 1h -o end.svg "$pid" >text.txt 2>err.txt 9>&- &
recorder=$!
sleep 0.7
ended
wait $recorder || fail "record fails when the program ends"
grep -q 'the program has ended' err.txt
grep -qw grows text.txt
xmllint --noout end.svg

# Dormant: twice, and asleep before, between and after.
started HEAPFLAME_ACTIVE=0
for _ in 1 2; do
	grep -q ': dormant' status.txt || fail "awake: $(cat status.txt)"
	"$HEAPFLAME" record --for 300ms -o d.svg "$pid" >text.txt
	grep -qw churns text.txt && grep -qw grows text.txt
	sed '1,/still live/d' text.txt | has -w grows ||
		fail "nothing lives: $(cat text.txt)"
	"$HEAPFLAME" ctl $pid status >status.txt
done
ended

# Another pid namespace: it is pid 1 in there.
if unshare --fork --pid --mount-proc true 2>/dev/null; then
	rm -f in && mkfifo in
	unshare --fork --pid --mount-proc env LD_PRELOAD="$LIBHEAPFLAME" \
		HEAPFLAME_PREFIX="$PWD/c" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_LIVE="$PWD" "$PROGS/sites" <in &
	outer=$!
	exec 9>in
	inner=
	until [ -n "$inner" ] && "$HEAPFLAME" ctl "$inner" status >status.txt 2>&1
	do
		sleep 0.1
		kill -0 $outer
		read -r inner <"/proc/$outer/task/$outer/children" || :
	done
	"$HEAPFLAME" record --for 300ms -o c.svg "$inner" >text.txt
	grep -qw grows text.txt || fail "in a container: $(cat text.txt)"
	"$HEAPFLAME" ctl "$inner" mark there | has -x 'done'
	exec 9>&-
	wait $outer
fi

expect_error 2 'which process' "$HEAPFLAME" record
expect_error 2 '30s, 500ms, 5m' "$HEAPFLAME" record --for ever $$
expect_error 2 'no peak' "$HEAPFLAME" record --metric peak_space $$
