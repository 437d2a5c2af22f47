#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `heapflame run` finds its library where it was installed, also below a folder
# with a space, a colon or a `$` in its name, and keeps what LD_PRELOAD held.
# shellcheck disable=SC2016 # single quotes are for other shells
. "$SRC/tests/e2e/lib.sh"
unset HEAPFLAME_LIB

# Shows what is loaded.
maps='cat /proc/self/maps; echo "preload=$LD_PRELOAD"'

for place in plain 'a space' 'co:lon' 'do$ORIGIN'; do
	mkdir -p "$place/bin" "$place/lib"
	cp "$HEAPFLAME" "$place/bin/"
	cp "$LIBHEAPFLAME" "$place/lib/"
	"$place/bin/heapflame" run -q -o out sh -c "$maps" >loaded 2>err.txt
	grep -qF "$place/lib/libheapflame.so" loaded ||
		fail "not loaded from '$place': $(cat loaded err.txt)"
	[ ! -s err.txt ] || fail "the loader complains: $(cat err.txt)"
	# The folder of the run can't hold the link then.
	"$place/bin/heapflame" run -q -o 'out: 2' sh -c "$maps" >loaded 2>err.txt
	grep -qF "$place/lib/libheapflame.so" loaded ||
		fail "not loaded from '$place': $(cat loaded err.txt)"
	[ ! -s err.txt ] || fail "the loader complains: $(cat err.txt)"
	"$place/bin/heapflame" run -q --leaks sh -c "$maps" >loaded 2>err.txt
	grep -qF "$place/lib/libheapflame.so" loaded || fail "leaks: $(cat err.txt)"
done

# multiarch, as distributions install it
mkdir -p "multi/lib/$(gcc -dumpmachine)" multi/bin
cp "$HEAPFLAME" multi/bin/
cp "$LIBHEAPFLAME" "multi/lib/$(gcc -dumpmachine)/"
multi/bin/heapflame run -q -o out sh -c "$maps" >loaded
grep -q 'multi/lib/.*/libheapflame.so' loaded || fail "$(cat loaded)"

# What was preloaded stays, behind ours, and works.
cat >other.c <<'END'
#include <stdlib.h>
__attribute__((constructor)) static void on_load(void) { setenv("OTHER", "yes", 1); }
END
cc -shared -fPIC -o other.so other.c
LD_PRELOAD=$PWD/other.so "$HEAPFLAME" run -q -o out \
	sh -c 'echo "$LD_PRELOAD $OTHER"' >preload
[ "$(cat preload)" = "$LIBHEAPFLAME:$PWD/other.so yes" ] || fail "$(cat preload)"

# Named by hand; and nowhere.
cp "$LIBHEAPFLAME" named.so
HEAPFLAME_LIB=./named.so "$HEAPFLAME" run -q -o out sh -c "$maps" >loaded
grep -qF "$PWD/named.so" loaded || fail "$(cat loaded)"
export HEAPFLAME_LIB=./gone.so
expect_error 125 'HEAPFLAME_LIB' "$HEAPFLAME" run true
unset HEAPFLAME_LIB
mkdir alone && cp "$HEAPFLAME" alone/
if [ ! -e /usr/local/lib/libheapflame.so ]; then
	expect_error 125 'cannot find libheapflame.so' alone/heapflame run true
fi
