#!/bin/bash
# Goal: where the working directory cannot be written the dumps go to
# $STATE_DIRECTORY, then to /tmp/heapflame-<uid>/, which must be ours alone and
# no link; with a PREFIX that cannot be written one line is said at the most.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

here=$PWD
# Not even root can make a file in /proc.
(cd /proc && STATE_DIRECTORY="$here/state" preloaded HEAPFLAME_SAMPLE=4096 \
	"$PROGS/churn") >said 2>err
[ -n "$(echo state/heapflame.churn.*.f.heap)" ] ||
	fail "nothing in STATE_DIRECTORY: $(ls state 2>&1) $(cat err)"
[ ! -s err ] || fail "said: $(cat err)"

own=/tmp/heapflame-$(id -u)
touch before
(cd /proc && preloaded HEAPFLAME_SAMPLE=4096 "$PROGS/churn") >said 2>err
made=$(find "$own" -name 'heapflame.churn.*.f.heap' -newer before)
[ -n "$made" ] || fail "nothing in $own: $(cat err)"
[ "$(stat -c %a "$own")" = 700 ] || fail "$own is open to others"
rm -f "$made"
rmdir "$own" 2>/dev/null || true

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

# As another user, for whom a link lies in wait: not followed.
[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null || exit 0
other=54321
trap 'rm -rf /tmp/heapflame-$other' EXIT
cp "$LIBHEAPFLAME" "$PROGS/churn" .
mkdir trap && chmod 755 . && chmod 777 trap
rm -rf /tmp/heapflame-$other
ln -s "$here/trap" /tmp/heapflame-$other
(cd /proc && LD_PRELOAD="$here/libheapflame.so" HEAPFLAME_SAMPLE=4096 setpriv \
	--reuid=$other --regid=$other --clear-groups "$here/churn") >said 2>err ||
	fail "the host failed beside a link"
[ -z "$(ls trap)" ] || fail "the link was followed: $(ls trap)"
rm /tmp/heapflame-$other
mkdir -m 777 /tmp/heapflame-$other
(cd /proc && LD_PRELOAD="$here/libheapflame.so" HEAPFLAME_SAMPLE=4096 setpriv \
	--reuid=$other --regid=$other --clear-groups "$here/churn") >said 2>err
[ -z "$(ls /tmp/heapflame-$other)" ] || fail "a folder of root's was used"
