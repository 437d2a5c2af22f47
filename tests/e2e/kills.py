# SPDX-License-Identifier: Apache-2.0
"""kills.py ROUNDS [WAY...]: ends tests/progs/killed so many times at random
moments, in each WAY (by default by SIGKILL), and holds its live state against
the truth that it has noted itself."""
import glob
import os
import random
import signal
import struct
import subprocess
import sys
import time

import hf

THREADS = 4
LARGEST = 100000
HOARDED = 1 << 20
LIVE = os.path.join(os.environ["HEAPFLAME_LIVE"], "kills.%d" % os.getpid())
ENDS = {"kill": -signal.SIGKILL, "abort": -signal.SIGABRT,
        "segv": -signal.SIGSEGV, "_exit": 3, "exit_group": 4,
        "limit": -signal.SIGABRT, "hoard": -signal.SIGKILL}


def truth():
    """(lowest, highest) live bytes, and the same of all that was allocated."""
    with open("log", "rb") as f:
        data = f.read()
    low = high = least = most = 0
    for at in range(0, len(data), 128):
        begun, _, done, _, free_begun, _, free_done, _ = struct.unpack_from(
            "8Q", data, at)
        low += done - free_begun
        high += begun - free_done
        least += done
        most += begun
    return low, high, least, most


def ours(state, metric):
    answer = hf.report([state], metric, "--top", "0")
    return answer, sum(value for name, value in hf.flat(answer).items()
                       if name.startswith("take_"))


def hold(way, what, got, low, high, answer):
    """The figure of the sites by their names. Bytes that were counted and have
    no name are another fault than bytes that were not."""
    if low <= got <= high:
        return
    named = sum(row["flat"]["value"] for row in answer["rows"]
                if row["module"])
    hf.fail("%s: %d bytes %s, the truth is %d to %d; of %d in the state "
            "%d are of known modules; lost: %s; %d samples"
            % (way, got, what, low, high, answer["total"]["value"], named,
               answer["lost"], answer["samples"]))


def start(way, seed):
    env = dict(os.environ, LD_PRELOAD=os.environ["LIBHEAPFLAME"],
               HEAPFLAME_SAMPLE="1", HEAPFLAME_DUMP_SECONDS="0",
               HEAPFLAME_LIVE=LIVE, HEAPFLAME_PREFIX=os.getcwd() + "/d/h")
    ms = 0 if way == "kill" else seed.randrange(1, 120)
    return subprocess.Popen(
        [os.environ["PROGS"] + "/killed", "log",
         "wait" if way == "kill" else way, str(ms)], env=env,
        stderr=subprocess.DEVNULL, preexec_fn=preexec(way))


def preexec(way):
    if way != "hoard":
        return None
    group = os.environ["KILLS_CGROUP"]

    def enter():
        with open(group + "/cgroup.procs", "w") as f:
            f.write("0")
    return enter


def one(way, seed):
    for old in glob.glob(LIVE + "/*"):
        os.unlink(old)
    with open("log", "wb"):
        pass
    program = start(way, seed)
    if way == "kill":
        # Its log, or the first block of a thread, and then any moment.
        has_begun = seed.choice((lambda: os.path.getsize("log"),
                                 lambda: truth()[3]))
        while not has_begun() and program.poll() is None:
            time.sleep(0.001)
        time.sleep(seed.random() ** 2 * 0.15)
        program.kill()
    status = program.wait(timeout=60)
    if status != ENDS[way]:
        hf.fail("%s: ended with %d" % (way, status))
    # Of this very one: the helper of one that was killed as soon as it began
    # may have been at its state still.
    states = glob.glob("%s/killed.%d-*.live" % (LIVE, program.pid))
    return check(way, states) if states else check_nothing(way)


def check_nothing(way):
    """Killed before the state was there: before main, or soon after."""
    low = truth()[0]
    if low > 0:
        hf.fail("%s: no state, but %d bytes were live" % (way, low))
    return False


def check(way, states):
    if len(states) != 1:
        hf.fail("%s: %s" % (way, states))
    with open(states[0], "rb") as f:
        if f.read(8) != b"heapflam":
            return check_nothing(way)
    low, high, least, most = truth()
    bound = THREADS * LARGEST + (HOARDED if way in ("limit", "hoard") else 0)
    if high - low > bound:
        hf.fail("%s: the log is wrong" % way)
    answer, live = ours(states[0], "inuse_space")
    state = answer["processes"][0]["state"]
    if state != "killed":
        hf.fail("%s: the state is said to be of one %s" % (way, state))
    hold(way, "live", live, low, high, answer)
    answer, allocated = ours(states[0], "alloc_space")
    hold(way, "allocated", allocated, least, most, answer)
    return live > 0


def main():
    rounds = int(sys.argv[1])
    seed = random.Random(int(os.environ.get("KILLS_SEED", "1")))
    os.makedirs(LIVE, exist_ok=True)
    for way in sys.argv[2:] or ["kill"]:
        found = sum(one(way, seed) for _ in range(rounds))
        print("%s: %d of %d states held blocks" % (way, found, rounds))
        if found < rounds * 0.6:
            hf.fail("%s: only %d of %d" % (way, found, rounds))


main()
