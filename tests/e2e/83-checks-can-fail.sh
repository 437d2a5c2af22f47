#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The artefact checks see what they are there for: an export too many or too
# few, a call that is not allowed, a symbol that is too new, an include that
# points upwards, a command that knows another, an option without a manual.
set -eu
mkdir tree
cp -r "$SRC/preload" "$SRC/analyzer" "$SRC/include" "$SRC/scripts" \
	"$SRC/man" "$SRC/tests" tree/

# refused PATTERN COMMAND...: it must fail, and say that.
refused()
{
	pattern=$1
	shift
	if "$@" >out 2>&1; then
		echo "passed, but must not: $*"
		exit 1
	fi
	grep -q "$pattern" out || { cat out; echo "wanted: $pattern"; exit 1; }
}

cat >lib.c <<'END'
#include <stdio.h>
#include <stdlib.h>
void *malloc(size_t n) { puts(""); return realloc(0, n); }
int surplus;
END
gcc -w -shared -fPIC -fno-builtin -o lib.so lib.c
refused 'not in exports.map: surplus' tree/scripts/check-exports.sh lib.so
refused 'not in the library: free' tree/scripts/check-exports.sh lib.so
refused 'not in undefined.allow: puts' tree/scripts/check-undefined.sh lib.so

printf 'int pthread_key_create(void *, void *); int f(void) %s\n' \
	'{ return pthread_key_create(0, 0); }' >new.c
gcc -w -shared -fPIC -o new.so new.c
if nm -D new.so | has 'GLIBC_2.34'; then
	echo pthread_key_create >>tree/preload/undefined.allow
	refused 'newer than GLIBC_2.17: pthread_key_create' \
		tree/scripts/check-undefined.sh new.so
fi
gcc -w -shared -fPIC -o needy.so new.c -Wl,--no-as-needed -lm
refused 'needs a library: libm' tree/scripts/check-undefined.sh needy.so

tree/scripts/check-layers.sh
echo '#include "profiler.h"' >>tree/preload/live.c
refused 'live.c includes profiler.h: upwards' tree/scripts/check-layers.sh
cp "$SRC/preload/live.c" tree/preload/
echo '#include "write.h"' >>tree/analyzer/read.c
refused 'read.c includes write.h: upwards' tree/scripts/check-layers.sh
cp "$SRC/analyzer/read.c" tree/analyzer/
echo '#include <libunwind.h>' >>tree/preload/stacks.c
refused 'stacks.c: not the door to libunwind' tree/scripts/check-layers.sh
cp "$SRC/preload/stacks.c" tree/preload/
echo '#include "err.h"' >>tree/preload/stacks.c
refused 'err.h: not of preload/' tree/scripts/check-layers.sh
cp "$SRC/preload/stacks.c" tree/preload/
touch tree/analyzer/stranger.c
refused 'stranger.c: in no layer' tree/scripts/check-layers.sh

tree/scripts/check-help-man.sh "$HEAPFLAME"
sed -i 's/\\-\\-by\b/\\-\\-bx/g; s/--by\b/--bx/g' tree/man/heapflame.1
refused 'not in heapflame.1: .* --by' tree/scripts/check-help-man.sh "$HEAPFLAME"
refused 'in no --help: --bx' tree/scripts/check-help-man.sh "$HEAPFLAME"
