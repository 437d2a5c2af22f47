#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What bypasses the profiler is said by info: RTLD_DEEPBIND, a malloc of the
# program's own or of a plug-in, allocators under a prefix in the program or in a
# library; and how much of the anonymous memory the figures explain.
. "$SRC/tests/e2e/lib.sh"

# told FOLDER PATTERN; silent FOLDER PATTERN: what info says
told()
{
	"$HEAPFLAME" info "$1" >info.txt || fail "info $1"
	grep -qE -- "$2" info.txt || fail "not said of $1: $2 ($(cat info.txt))"
}

silent()
{
	"$HEAPFLAME" info "$1" >info.txt || fail "info $1"
	! grep -E -- "$2" info.txt || fail "said of $1"
}

# into FOLDER PROGRAM...: a bare preload, every allocation, dumps there
into()
{
	local folder=$1

	shift
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/$folder/h" "$@" >/dev/null
}

# explained FOLDER: the share, as a whole number
explained()
{
	"$HEAPFLAME" info "$1" | sed -n 's/^  explained \([0-9]*\).*/\1/p'
}

# A plug-in's 20 MB: seen when bound as usual, missing when bound deep.
into now "$PROGS/alloc_deep" "$PROGS/libdeep.so" now
[ "$(explained now)" -ge 80 ] || fail "explained: $(explained now)%"
silent now 'unseen'
into deep "$PROGS/alloc_deep" "$PROGS/libdeep.so" deep
[ "$(explained deep)" -le 5 ] || fail "explained: $(explained deep)%"
told deep "^unseen\? .*/libdeep.so' was loaded later, calls malloc and is in no stack"
told deep "^malloc: of '.*/libc\.so\.6'"

# Its share is told of that moment and in bytes if asked.
"$HEAPFLAME" info --bytes now | has -E 'explained .*: [0-9]+ live, [0-9]+ resident' ||
	fail "not exact: $("$HEAPFLAME" info --bytes now | grep explained)"

cat >pool.h <<'END'
#include <stddef.h>
#include <stdlib.h>
static char pool[1 << 20];
static size_t used;
static inline void *take(size_t n)
{
	used += (n + 15) & ~15UL;
	return pool + used - n;
}
END

# A malloc that only the program itself is bound to; libraries have libc's.
cat >inside.c <<'END'
#include "pool.h"
#include <string.h>
#define OWN __attribute__((visibility("hidden"), noinline))
OWN void *malloc(size_t n) { return take(n); }
int main(void) { char *s = strdup("libc's"); return !s || !malloc(10); }
END
cc -fno-builtin -o inside inside.c
into inside.d ./inside
told inside.d "^unseen: '.*/inside' brings a malloc of its own, for itself"
strip -o inside-stripped inside
into stripped.d ./inside-stripped
silent stripped.d 'brings a malloc' # nothing is left to tell it by

# A plug-in with a malloc for all: whoever is bound to it is not seen.
cat >libother.c <<'END'
#include "pool.h"
void *malloc(size_t n) { return take(n); }
void *deep_allocate(size_t n) { static char block[1 << 16]; return block; }
END
cc -fno-builtin -fPIC -shared -o libother.so libother.c
into other.d "$PROGS/alloc_deep" ./libother.so now
told other.d "^unseen: '.*/libother.so' has a malloc, too"

# Prefixes: in the program, in a library, exported or not.
cat >prefixed.c <<'END'
#include "pool.h"
void *mi_malloc(size_t n) { return take(n); }
void *_rjem_malloc(size_t n) { return take(n); }
void *tc_malloc(size_t n);
int main(void) { return !malloc(10) | !mi_malloc(1) | !_rjem_malloc(1) | !tc_malloc(1); }
END
cat >libtc.c <<'END'
#include "pool.h"
void *tc_malloc(size_t n) { return take(n); }
END
cc -fno-builtin -fPIC -shared -o libtc.so libtc.c
cc -fno-builtin -o prefixed prefixed.c ./libtc.so -Wl,-rpath,"$PWD"
into prefixed.d ./prefixed
told prefixed.d "^unseen: '.*/prefixed' has an allocator of its own: (mi_malloc, _rjem_malloc|_rjem_malloc, mi_malloc)$"
told prefixed.d "^unseen: '.*/libtc.so' has an allocator of its own: tc_malloc$"

# A file that is not the one that was loaded is not spoken of.
silent prefixed.d 'not looked into'
cc -fno-builtin -O2 -DREBUILT -o prefixed inside.c
told prefixed.d '^unseen\? 1 file not looked into'
silent prefixed.d "prefixed' has an allocator"
rm libtc.so
told prefixed.d '^unseen\? 2 files not looked into'

# Nothing to say of what is ordinary.
into plain "$PROGS/truth_libc"
silent plain '^unseen'
