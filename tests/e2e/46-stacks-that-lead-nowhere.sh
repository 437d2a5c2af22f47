#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Frames without unwind tables, or with false ones, and a frame pointer into a
# guard page, to the end of memory, to nothing: the walk ends there, the host
# lives, and what was allocated is charged as always. It catches a word of the
# stack that is read before it is known to be there.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# (libunwind 1.6 believes false tables, and dies.)
for unwind in cfi fp; do
	rm -rf dumps
	timeout 30 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" HEAPFLAME_UNWIND=$unwind \
		"$PROGS/harm_stray" >expected || fail "UNWIND=$unwind: exit $?"
	[ $unwind = fp ] || # which need not know the name of any frame
		"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of dumps)"
done

# A program header of notes that are in no loaded segment: not read.
need gcc
echo 'int main(int n, char **v) { return *v[0] == 0; }' >noted.c
gcc -O1 -Wl,--build-id -o noted noted.c
"$PYTHON" - noted <<'END'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
at, = struct.unpack_from("<Q", data, 32)
size, count = struct.unpack_from("<HH", data, 54)
PT_NOTE, moved = 4, 0
for head in range(at, at + size * count, size):
    # Those of 8 are looked at by the loader itself.
    if (struct.unpack_from("<I", data, head)[0] == PT_NOTE and
            struct.unpack_from("<Q", data, head + 48)[0] == 4):
        struct.pack_into("<Q", data, head + 16, 1 << 44)
        moved += 1
if not moved:
    sys.exit("no notes")
open(sys.argv[1], "wb").write(data)
END
./noted || skip "this loader reads such notes"
for live in 0 "$HEAPFLAME_LIVE"; do
	exact HEAPFLAME_LIVE="$live" ./noted || fail "notes that are not there: $?"
done
