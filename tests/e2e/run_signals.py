# SPDX-License-Identifier: Apache-2.0
"""Signals through `heapflame run`, by kill and from a terminal (a pty).

usage: run_signals.py HEAPFLAME; exits 0 if all is as it should be.
"""
import os
import pty
import re
import select
import signal
import sys
import time

HEAPFLAME = sys.argv[1]

# Counts what it gets; ends at SIGTERM, saying what there was.
VICTIM = r'''
import os, signal, sys, time
got = {}
def note(number, frame):
    got[number] = got.get(number, 0) + 1
    os.write(1, b"got %d\n" % number)
for number in (1, 2, 3, 10, 12, 15, 18, 28):
    signal.signal(number, note)
signal.alarm(60)  # whatever happens to the test
os.write(1, b"ready %d\n" % os.getpid())
while 15 not in got:
    time.sleep(0.01)  # pause() would sleep through one that came just before
os.write(1, b"all %s.\n" % ",".join(
    "%d:%d" % pair for pair in sorted(got.items())).encode())
sys.exit(9)
'''


class Terminal:
    """A program on a pty of its own, and all that it has written so far."""

    def __init__(self, argv):
        self.text = ""
        self.seen = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(argv[0], argv)

    def wait_for(self, pattern, seconds=20):
        """The next match of the pattern, or an end of the whole test."""
        end = time.monotonic() + seconds
        while True:
            match = re.search(pattern, self.text[self.seen:])
            if match:
                self.seen += match.end()
                return match
            left = end - time.monotonic()
            if left <= 0 or not self.read(left):
                sys.exit("no %r after:\n%s" % (pattern, self.text))

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def send(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        """The exit status, once it is gone."""
        while self.read(20):
            pass
        status = os.waitpid(self.pid, 0)[1]
        return os.waitstatus_to_exitcode(status)


def check(condition, what, terminal):
    if not condition:
        sys.exit("%s; it wrote:\n%s" % (what, terminal.text))


def victim(prefix=()):
    return list(prefix) + [HEAPFLAME, "run", sys.executable, "-c", VICTIM]


def signals_by_kill():
    t = Terminal(victim())
    t.wait_for(r"ready \d+")
    for number in (1, 2, 3, 10, 12, 28):
        os.kill(t.pid, number)
        t.wait_for("got %d\r" % number)
    os.kill(t.pid, signal.SIGTERM)
    t.wait_for(r"all 1:1,2:1,3:1,10:1,12:1,15:1,28:1\.")
    check(t.end() == 9, "status was not passed on", t)


def keys_of_the_terminal():
    t = Terminal(victim())
    t.wait_for(r"ready \d+")
    for key, number in (("\x03", 2), ("\x1c", 3), ("\x03", 2)):
        t.send(key)
        t.wait_for("got %d\r" % number)
        time.sleep(0.2)  # a second one would come now
    # What the terminal sent does not stand for what is sent to us alone.
    os.kill(t.pid, signal.SIGINT)
    t.wait_for("got 2\r")
    os.kill(t.pid, signal.SIGTERM)
    t.wait_for(r"all 2:3,3:1,15:1\.")
    check(t.end() == 9, "status was not passed on", t)


def signals_to_the_group():
    """As `kill %1` of a shell does it; also mixed with others."""
    t = Terminal(victim())
    t.wait_for(r"ready \d+")
    for _ in range(10):
        for number in (1, 10, 12):
            os.killpg(t.pid, number)
            t.wait_for("got %d\r" % number)
            time.sleep(0.05)  # two of a kind that wait are one
            os.kill(t.pid, number)
            t.wait_for("got %d\r" % number)
    os.killpg(t.pid, signal.SIGINT)
    os.killpg(t.pid, signal.SIGQUIT)
    t.wait_for("got 3\r")
    time.sleep(0.3)
    os.kill(t.pid, signal.SIGTERM)
    t.wait_for(r"all 1:20,2:1,3:1,10:20,12:20,15:1\.")
    check(t.end() == 9, "status was not passed on", t)


def death_by_ctrl_c():
    t = Terminal([HEAPFLAME, "run", "sh", "-c", "echo ready; sleep 30"])
    t.wait_for("ready")
    time.sleep(0.2)
    t.send("\x03")
    t.wait_for("was killed by signal 2 ")
    check(t.end() == 130, "128 + 2 was not the status", t)


def kill_0_ends():
    """A program that signals its whole group is not signalled for ever."""
    script = ("n=0; trap 'n=$((n+1)); [ $n -gt 5 ] || kill -HUP 0' HUP; "
              "kill -HUP 0; sleep 0.5; echo count=$n")
    t = Terminal([HEAPFLAME, "run", "sh", "-c", script])
    n = int(t.wait_for(r"count=(\d+)")[1])
    check(t.end() == 0, "the program did not end well", t)
    check(n >= 1, "the signal did not arrive", t)


def job_control():
    t = Terminal(["bash", "--norc", "--noprofile", "-i"])
    t.send("PS1='$ '; HISTFILE=\n")
    t.send(" ".join([HEAPFLAME, "run", sys.executable, "victim.py"]) + "\n")
    t.wait_for(r"ready \d+")
    t.send("\x1a")
    t.wait_for("Stopped")
    t.send("fg\n")
    t.wait_for("got 18\r")
    t.send("\x03")
    t.wait_for("got 2\r")
    t.send("\x1a")
    t.wait_for("Stopped")
    t.send("bg\n")
    t.wait_for("got 18\r")
    t.send("jobs\n")
    t.wait_for("Running")
    t.send("kill %1\n")
    t.wait_for(r"all 2:1,15:1,18:2\.")
    t.wait_for("ended with status 9")
    t.send("exit 0\n")
    check(t.end() == 0, "bash", t)


with open("victim.py", "w", encoding="utf-8") as f:
    f.write(VICTIM)
for test in (signals_by_kill, keys_of_the_terminal, signals_to_the_group,
             death_by_ctrl_c, kill_0_ends, job_control):
    print(test.__name__, flush=True)
    test()
