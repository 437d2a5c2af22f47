# SPDX-License-Identifier: Apache-2.0
"""A program whose threads allocate at our word, controlled from outside."""
import os
import subprocess
import time

import hf


class Controlled:
    def __init__(self, folder, threads=4, **options):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        environ = dict(os.environ,
                       LD_PRELOAD=os.environ["LIBHEAPFLAME"],
                       HEAPFLAME_PREFIX=os.path.join(folder, "h"))
        for name, value in options.items():
            environ["HEAPFLAME_" + name] = str(value)
        self.process = subprocess.Popen(
            [os.path.join(os.environ["PROGS"], "controlled"), str(threads)],
            env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self.process.pid
        self.rest()  # it has come to main()

    def say(self, word):
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def go(self):
        """Until it has a state: made at the first sample, by a helper."""
        self.say("go")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with open("/proc/%d/maps" % self.pid) as f:
                if ".live" in f.read():
                    return
            time.sleep(0.001)
        hf.fail("no state after 20 s")

    def rest(self):
        """Bytes and objects so far, least and most bytes while active."""
        return [int(n) for n in self.say("rest")]

    def ctl(self, *words, answer="done"):
        began = time.monotonic()
        got = hf.run(hf.HEAPFLAME, "ctl", str(self.pid), *words)
        if answer and not got.startswith(answer):
            hf.fail("ctl %s: %r, not %s" % (" ".join(words), got, answer))
        self.seconds = time.monotonic() - began
        return got

    def end(self):
        """Its final dump."""
        self.process.stdin.close()
        if self.process.wait(60) != 0:
            hf.fail("it ended with %d" % self.process.returncode)
        dumps = [f for f in os.listdir(self.folder) if f.endswith(".f.heap")]
        if len(dumps) != 1:
            hf.fail("final dumps: %s" % dumps)
        return os.path.join(self.folder, dumps[0])


def worth(files, metric, function="one_block", options=()):
    """Estimate, low, high of what that function allocated."""
    for row in hf.report(files, metric, *options)["rows"]:
        if row["function"] == function:
            flat = row["flat"]
            return flat["value"], flat["low"], flat["high"]
    return 0, 0, 0
