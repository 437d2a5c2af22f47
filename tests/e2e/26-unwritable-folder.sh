#!/bin/bash
# Goal: where the working directory cannot be written the dumps go to
# $STATE_DIRECTORY, then to /tmp/heapflame-<uid>/, which must be ours alone and
# no link; with a PREFIX that cannot be written one line is said at the most.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

here=$PWD
user()
{
	"$@"
}
uid=$(id -u)
if [ "$uid" -eq 0 ]; then
	# Root can write anywhere: as somebody else then.
	need setpriv
	uid=54321
	user()
	{
		setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@"
	}
fi
# The built files may lie where only we can read.
cp "$LIBHEAPFLAME" "$PROGS/churn" .
mkdir state && chmod 777 state && chmod 755 .
mkdir closed && chmod 555 closed
own=/tmp/heapflame-$uid
trap 'rm -rf "$own"' EXIT
rm -rf "$own"

# from_closed VAR=VALUE...: churn in a folder that it cannot write to
from_closed()
{
	(cd closed && user env LD_PRELOAD="$here/libheapflame.so" \
		HEAPFLAME_SAMPLE=4096 "$@" "$here/churn") >said 2>err ||
		fail "the host failed: $(cat err)"
	grep -q '^expect total' said || fail "other output"
}

from_closed STATE_DIRECTORY="$here/state"
[ -n "$(echo state/heapflame.churn.*.f.heap)" ] ||
	fail "nothing in STATE_DIRECTORY: $(ls state 2>&1) $(cat err)"
[ ! -s err ] || fail "said: $(cat err)"
[ ! -e "$own" ] || fail "$own was made for nothing"

from_closed A=1
[ -n "$(echo "$own"/heapflame.churn.*.f.heap)" ] ||
	fail "nothing in $own: $(cat err)"
[ "$(stat -c %a "$own")" = 700 ] || fail "$own is open to others"

# A link lies in wait, or a folder of another's: neither is used.
rm -rf "$own"
mkdir trap && chmod 777 trap
ln -s "$here/trap" "$own"
from_closed A=1
[ -z "$(ls trap)" ] || fail "the link was followed: $(ls trap)"
rm "$own"
mkdir -m 777 "$own"
from_closed A=1
[ -z "$(ls "$own")" ] || fail "a folder that others can write to was used"
[ "$(wc -l <err)" -le 1 ] || fail "more than one line: $(cat err)"

expect_silence()
{
	"$@" >said 2>err || fail "the host failed: $*"
	[ "$(wc -l <err)" -le 1 ] || fail "more than one line: $(cat err)"
	grep -q '^expect total' said || fail "other output: $*"
}
echo >a-file
expect_silence shim HEAPFLAME_PREFIX="$here/a-file/below/h" \
	HEAPFLAME_SAMPLE=4096 "$PROGS/churn"
expect_silence shim HEAPFLAME_PREFIX=/proc/nowhere/h HEAPFLAME_SAMPLE=4096 \
	"$PROGS/churn"
[ ! -s a-file ] || [ "$(wc -c <a-file)" -eq 1 ] || fail "a file was changed"

# Missing folders of a prefix are made.
shim HEAPFLAME_PREFIX="$here/new/deep/er/h" HEAPFLAME_SAMPLE=4096 \
	"$PROGS/churn" >said
[ -n "$(echo new/deep/er/h.*.f.heap)" ] || fail "the folders were not made"
