#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the files of a run go: a folder of its own here, the one named by -o or
# --prefix, elsewhere if here can't be written; whatever the program is called.
# alone: /tmp/heapflame-UID is put aside for a moment
# shellcheck disable=SC2016 # single quotes are for other shells
. "$SRC/tests/e2e/lib.sh"

# A program that allocates enough to be seen, under any name.
cat >work.c <<'END'
#include <stdlib.h>
static void *volatile kept[4000];
int main(void)
{
	for (int i = 0; i < 4000; i++)
		kept[i] = malloc(1000);
	return 0;
}
END
cc -g -o work work.c
mkdir here
cd here || exit 1

# holds DIR: a final dump, all of it ours alone, and the picture
holds()
{
	dump_of "$1" >/dev/null
	[ -s "$1/flame.svg" ] || fail "no picture in $1"
	[ -z "$(find "$1" -name '*.tmp')" ] || fail "unfinished files in $1"
}

"$HEAPFLAME" run ../work 2>err.txt
folders=(heapflame.work.*)
[ ${#folders[@]} -eq 1 ] || fail "folders: ${folders[*]}"
holds "${folders[0]}"
grep -qF "${folders[0]}" err.txt || fail "where is not said: $(cat err.txt)"
# Its number is the program's.
pid=${folders[0]##*.}
case $(dump_of "${folders[0]}") in
*/heapflame."$pid"-*) ;;
*) fail "not of $pid: $(ls "${folders[0]}")" ;;
esac
rm -r heapflame.work.*

# A name that is taken is not used again: where namespaces can be had,
# two runs by the same pid, as in containers.
unshare --fork --pid --mount-proc true 2>/dev/null || touch no-namespaces
if [ ! -e no-namespaces ]; then
	for _ in 1 2; do
		unshare --fork --pid --mount-proc \
			"$HEAPFLAME" run -q ../work
	done
	[ "$(count heapflame.work.*)" -eq 2 ] || fail "$(ls)"
	rm -r heapflame.work.*
fi

# Hostile names make no hostile folders.
for name in 'a b' "q'uo\"te" $'new\nline' '$(id)' 'colon:x' '-dash' 'ümlaut'; do
	cp ../work "./$name"
	"$HEAPFLAME" run "./$name" 2>err.txt
	folders=(heapflame.*)
	[ ${#folders[@]} -eq 1 ] || fail "$name: ${folders[*]}"
	[[ ${folders[0]} =~ ^heapflame\.[A-Za-z0-9._+-]+\.[0-9]+$ ]] ||
		fail "'$name' became '${folders[0]}'"
	holds "${folders[0]}"
	! grep -q '^line' err.txt || fail "a name broke a line: $(cat err.txt)"
	rm -r "${folders[0]}" "./$name"
done

# A folder that is named is made, is used again, and shows the newest run.
"$HEAPFLAME" run -q -o deep/er/there ../work
holds deep/er/there
"$HEAPFLAME" run --output=deep/er/there/ ../work 2>err.txt
[ "$(count deep/er/there/*.f.heap)" -eq 2 ] || fail "$(ls deep/er/there)"
grep -q '(1 dump)' err.txt || fail "dumps of an older run: $(cat err.txt)"
expect_error 125 'Not a directory' "$HEAPFLAME" run -o err.txt/x ../work
[ "$(count heapflame.*)" -eq 0 ] || fail "a second folder: $(ls)"

# A prefix: given here, or in the environment.
"$HEAPFLAME" run -q --prefix p/x ../work
[ "$(count p/x.*.f.heap p/x.sv[g])" -eq 2 ] || fail "$(ls p)"
HEAPFLAME_PREFIX=$PWD/p/y "$HEAPFLAME" run -q ../work
[ "$(count p/y.*.f.heap p/y.sv[g])" -eq 2 ] || fail "$(ls p)"
expect_error 125 'names a folder' "$HEAPFLAME" run --prefix p/ ../work
long=$(printf '%01020d' 0)
expect_error 125 'long|at most' "$HEAPFLAME" run --prefix "$PWD/$long" ../work

# Where nobody can write, not even root: the next place, and it is said.
mkdir state runtime
for place in STATE_DIRECTORY="$PWD/state:/nowhere" XDG_RUNTIME_DIR="$PWD/runtime"
do
	(cd /proc && env -u STATE_DIRECTORY -u XDG_RUNTIME_DIR "$place" \
		"$HEAPFLAME" run "$OLDPWD/../work") 2>err.txt
	grep -q "cannot write here" err.txt || fail "$(cat err.txt)"
done
holds state/heapflame.work.*
holds runtime/heapflame.work.*
# In /tmp only a folder that is ours alone will do.
own=/tmp/heapflame-$(id -u)
aside=$own.aside.$$
restore()
{
	rm -rf "$own"
	[ ! -e "$aside" ] || mv "$aside" "$own"
}
[ ! -e "$own" ] || mv "$own" "$aside"
trap restore EXIT
nowhere_else()
{
	(cd /proc && env -u STATE_DIRECTORY -u XDG_RUNTIME_DIR \
		"$HEAPFLAME" run "$OLDPWD/../work") 2>err.txt
}
ln -s "$PWD/state" "$own"
nowhere_else && status=0 || status=$?
[ "$status" -eq 125 ] || fail "a foreign link was used: $(cat err.txt)"
rm "$own"
mkdir -m 755 "$own"
nowhere_else && status=0 || status=$?
[ "$status" -eq 125 ] || fail "an open folder was used: $(cat err.txt)"
rmdir "$own"
nowhere_else
holds "$own"/heapflame.work.*
[ "$(stat -c %a "$own")" = 700 ] || fail "mode $(stat -c %a "$own")"
