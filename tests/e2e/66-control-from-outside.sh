#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# start, stop, rate from outside while four threads allocate: the totals are
# those of the active time, and its phases add up to it. A program that allocates nothing says so, and one
# that is stopped altogether still has its status and a dump; a pending order is done when
# it goes on. Nothing is left of a program that nobody woke.
. "$SRC/tests/e2e/lib.sh"
"$PYTHON" - <<'END'
import os, signal, subprocess, time
import hf
from control import Controlled, worth

# Every allocation: exact while active, from the first allocation of any thread
# on; four threads may have a block each in flight at each switch.
p = Controlled("exact", SAMPLE=1, ACTIVE=0)
p.go()
time.sleep(0.1)
p.rest()
for i in range(20):
    p.go()
    p.ctl("start")
    time.sleep(0.01)
    p.ctl("stop")
    if i % 5 == 0:
        p.rest()
_, _, least, most = p.rest()
dump = p.end()
value, _, _ = worth([dump], "alloc_space")
slack = 20 * 2 * 4 * 2048
if not (least - slack <= value <= most + slack and least > 10 * slack):
    hf.fail("exact: %d, not in %d to %d" % (value, least, most))

# Sampled: within the error, switching and changing N all the while.
p = Controlled("sampled", SAMPLE="4K", ACTIVE=0)
p.go()
for i in range(30):
    p.ctl("start")
    p.ctl("rate", ("1K", "16K", "4K")[i % 3])
    time.sleep(0.01)
    p.ctl("stop")
    time.sleep(0.005)
_, _, least, most = p.rest()
dump = p.end()
value, low, high = worth([dump], "alloc_space")
half = (high - low) / 2
print("sampled: %d of %d to %d, error %d" % (value, least, most, half))
# 95 %, so three times as much is never seen.
if not least - 3 * half <= value <= most + 3 * half:
    hf.fail("sampled: %d +- %d, not in %d to %d" % (value, half, least, most))
if half > value / 20:
    hf.fail("the error is too wide to tell: %d of %d" % (half, value))

# Phases add up to the whole, and what lives at their ends does not come twice.
p = Controlled("phases", SAMPLE=1, ACTIVE=0)
p.ctl("mark", "one", answer="pending")
p.go()
time.sleep(0.05)
p.ctl("start")
names = ["one", "two", "three", "four"]
for name in names[1:]:
    time.sleep(0.05)
    p.ctl("mark", name)
time.sleep(0.05)
p.ctl("stop")
_, _, least, most = p.rest()
dump = p.end()
whole, _, _ = worth([dump], "alloc_space")
parts = [worth([dump], "alloc_space", options=["--phase", n])[0] for n in names]
# A block in flight at the stop, in each thread, comes after the last phase.
if not 0 <= whole - sum(parts) <= 4 * 2048 or min(parts) < whole / 100:
    hf.fail("phases %s, the whole %d" % (parts, whole))
slack = 2 * 4 * 2048
if not least - slack <= whole <= most + slack:
    hf.fail("phases: %d, not in %d to %d" % (whole, least, most))
held = [worth([dump], "inuse_space", options=["--phase", n])[0] for n in names]
if not 0 < max(held) <= 4 * 256 * 2048:
    hf.fail("the ends of phases hold %s" % held)

# A dump is the state as it is, of the same process as its own: the final one
# counts. It can be had of one that is stopped altogether.
p = Controlled(os.path.abspath("dumped"), SAMPLE="4K")
p.go()
p.ctl("mark", "a b/c")
time.sleep(0.1)
p.rest()
os.kill(p.pid, signal.SIGSTOP)
os.rmdir("dumped")  # as long as it has made no dump there is none
made = p.ctl("dump", answer=None).strip()
if os.path.dirname(made) != os.path.abspath("dumped"):
    hf.fail("the dump is at %s" % made)
for metric in ("alloc_space", "inuse_space", "peak_space", "temp_objects"):
    of_state = hf.report([str(p.pid)], metric)
    of_dump = hf.report([made], metric)
    for part in ("total", "rows", "samples", "interval_min"):
        if of_state[part] != of_dump[part]:
            hf.fail("%s %s: %s of the state, %s of the dump" % (
                metric, part, of_state[part], of_dump[part]))
if hf.report([made], "alloc_space")["total"]["value"] == 0:
    hf.fail("there is nothing in the dump")
if worth([made], "alloc_space", options=["--phase", "a b/c"])[0] == 0:
    hf.fail("the dump has lost the phase")
os.kill(p.pid, signal.SIGCONT)
dump = p.end()
if worth(["dumped"], "alloc_space") != worth([dump], "alloc_space"):
    hf.fail("the dump and the final one are two processes: %s" % (
        os.listdir("dumped")))

# At rest.
p = Controlled("idle", ACTIVE=0)
p.ctl("status", answer="controlled, pid %d: dormant" % p.pid)
for command in ["report"], ["info", "--why"]:
    said = subprocess.run([os.environ["HEAPFLAME"], *command, str(p.pid)],
                          capture_output=True, text=True).stdout
    if "is dormant" not in said or "peak_space shows" in said or "=1 " in said:
        hf.fail("%s of a dormant one: %s" % (command, said))
p.ctl("start", answer="pending")
if "pending   'start'" not in p.ctl("status", answer=None):
    hf.fail("status does not tell of the pending start")
p.ctl("stop", answer="pending")   # takes it back
p.ctl("start", answer="pending")
p.go()
for _ in range(100):
    if "active" in p.ctl("status", answer=None):
        break
else:
    hf.fail("the pending start was never done")
os.kill(p.pid, signal.SIGSTOP)
# Its main thread has to run once before all of them stop.
while {open("/proc/%d/task/%s/stat" % (p.pid, task)).read().rsplit(")")[1][1]
       for task in os.listdir("/proc/%d/task" % p.pid)} != {"T"}:
    time.sleep(0.01)
p.ctl("status", answer="controlled, pid %d: active" % p.pid)
p.ctl("mark", "while stopped", answer="pending")
os.kill(p.pid, signal.SIGCONT)
time.sleep(0.2)
if "'while stopped'" not in p.ctl("status", answer=None):
    hf.fail("the pending mark was never done")
p.rest()
p.end()

# Nobody wakes it: no file, nowhere.
p = Controlled("asleep", ACTIVE=0, SAMPLE="4K", LIVE=os.path.abspath("asleep"))
p.go()
time.sleep(0.1)
p.rest()
if not [f for f in os.listdir("asleep") if f.endswith(".live")]:
    hf.fail("a dormant program has no state to be woken by")
p.process.stdin.close()
p.process.wait(60)
if os.listdir("asleep"):
    hf.fail("left behind by one that slept: %s" % os.listdir("asleep"))
END

# Whom it can't ask, it names, and why.
sleep 30 &
plain=$!
expect_error 1 'no libheapflame\.so' "$HEAPFLAME" ctl $plain status
kill $plain
expect_error 1 'there is no process 99999999' \
	"$HEAPFLAME" ctl 99999999 status
expect_error 2 'PID comes first' "$HEAPFLAME" ctl
expect_error 2 "nothing that ctl knows" "$HEAPFLAME" ctl $$ destroy
expect_error 2 "'mark' wants a NAME" "$HEAPFLAME" ctl $$ mark
expect_error 2 "rate wants a size" "$HEAPFLAME" ctl $$ rate 0
expect_error 1 'is no live state' "$HEAPFLAME" ctl "$0" status

# The killed one's state can be read, and is told nothing any more.
mkdir live
env HEAPFLAME_LIVE="$PWD/live" LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_ACTIVE=0 \
	sleep 30 &
slept=$!
until compgen -G 'live/*.live' >/dev/null; do sleep 0.05; done
"$HEAPFLAME" ctl $slept status | has ': dormant'
kill -9 $slept
wait $slept || true
expect_error 1 'has ended' "$HEAPFLAME" ctl live/*.live start
"$HEAPFLAME" ctl live/*.live status | has 'has ended'
