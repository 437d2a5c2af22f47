#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Phases of a Python program, by ctypes. The profiler sees what the
interpreter and its modules allocate in C.

    PYTHONMALLOC=malloc heapflame run --sample 4K --each-phase graphs ./phases.py
"""
import ctypes

_program = ctypes.CDLL(None)


def heapflame(function, *arguments):
    """Calls heapflame_<function>; -2 if the profiler is not there."""
    try:
        call = getattr(_program, "heapflame_" + function)
    except AttributeError:
        return -2
    return call(*arguments)


def main():
    kept = []
    for count in (1000, 2000, 5000):
        heapflame("mark", f"{count} lists".encode())
        kept.append([[i] * 10 for i in range(count)])
    heapflame("stop")
    return sum(len(k) for k in kept)


if __name__ == "__main__":
    main()
