#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the constructors of libraries that are initialised before the shim
# allocate is counted to the byte, even where the first of it happens while libc
# holds the lock of the exit functions; beside others that want to be first,
# too. Where the stacks' library has yet to be loaded it is said to be lost.
. "$SRC/tests/e2e/lib.sh"

cat >lib.c <<'END'
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int library_errno;
static void *volatile kept, *volatile freed;

static void nothing(void)
{
}

__attribute__((noinline)) static void by_library(void)
{
	kept = malloc(1234);
	freed = malloc(50);
	free(freed);
}

static void __attribute__((destructor)) last(void)
{
	free(kept);
}

static void __attribute__((constructor)) first(void)
{
	errno = 77;
	/* The 33rd is put into memory that is allocated under the lock. */
	if (getenv("EXITS"))
		for (int i = 0; i < 40; i++)
			atexit(nothing);
	by_library();
	library_errno = errno;
}
END
cat >main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
extern int library_errno;
int main(int argc, char **argv)
{
	char line[64];

	snprintf(line, sizeof line, "%d %s %s\n", library_errno, argv[1],
		getenv("KEPT"));
	return fputs(line, stderr) < 0;
}
END
cat >other.c <<'END'
static void __attribute__((constructor)) start(void)
{
}
END
cc -g -O1 -shared -fPIC -o libfirst.so lib.c
cc -g -O1 -shared -fPIC -Wl,-z,initfirst -o other.so other.c
# As a library that the shim knows nothing of, it is initialised before it.
cc -g -O1 -o main main.c -L. -lfirst -Wl,-rpath,"$PWD"

# starts LD_PRELOAD [VAR=VALUE]...: the figures are those of the library
starts()
{
	local preload=$1 said

	shift
	rm -rf dumps
	said=$(timeout 60 env KEPT=yes LD_PRELOAD="$preload" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" "$@" ./main word 2>&1) ||
		fail "$preload $*: exit $?"
	[ "$said" = '77 word yes' ] || fail "$preload $*: the host said $said"
	dump=$(dump_of dumps)
}

# exactly: two blocks, of which none lives
exactly()
{
	"$PYTHON" - "$dump" <<'END'
import sys, hf
for metric, truth in (("alloc_space", 1284), ("alloc_objects", 2),
                      ("inuse_space", 0)):
    got = hf.flat(hf.report([sys.argv[1]], metric)).get("by_library", 0)
    if got != truth:
        hf.fail("%s of by_library: %d, not %d" % (metric, got, truth))
END
}

for more in NONE=1 EXITS=1 LD_BIND_NOW=1 HEAPFLAME_UNWIND=fp; do
	starts "$LIBHEAPFLAME" "$more"
	[ "$more" = HEAPFLAME_UNWIND=fp ] || exactly
	! grep -q '^# lost.* early' "$dump" ||
		[ "$(sed -n 's/^# lost.* early \([0-9]*\).*/\1/p' "$dump")" -lt 3 ] ||
		fail "$more: $(grep '^# lost' "$dump")"
done
starts "$LIBHEAPFLAME $PWD/other.so"
exactly
starts "$PWD/other.so $LIBHEAPFLAME"
exactly
# Others' allocators below
starts "$LIBHEAPFLAME libjemalloc.so.2"
exactly

# Nothing is loaded while somebody else is being initialised.
starts "$LIBHEAPFLAME" HEAPFLAME_UNWIND=libunwind
early=$(sed -n 's/^# lost.* early \([0-9]*\).*/\1/p' "$dump")
[ "${early:-0}" -ge 2 ] || fail "libunwind: $(grep '^# lost' "$dump")"
