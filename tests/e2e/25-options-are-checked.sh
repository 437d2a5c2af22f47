#!/bin/bash
# Goal: a wrong value gives one line and the default; VERBOSE=1 shows the
# options in force and each dump; VERBOSE=0 says nothing at all; a message goes
# to fd 2 only while that is still what it was.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for bad in SAMPLE=-5 SAMPLE=many SAMPLE=5X DUMP_BYTES=1Q \
	DUMP_SECONDS=x UNWIND=magic DEPTH=0 DEPTH=99999999999999999999 \
	MEMORY=lots VERBOSE=maybe DUMP_KEEP=-1 TEMP_MS=soon ACTIVE=perhaps; do
	rm -rf dumps
	shim "HEAPFLAME_$bad" "$PROGS/churn" >said 2>err ||
		fail "$bad: the host failed"
	[ "$(wc -l <err)" -eq 1 ] || fail "$bad: not one line: $(cat err)"
	grep -q "${bad%%=*}" err || fail "$bad: not named in: $(cat err)"
	dump=$(dump_of dumps)
	[ "$(head -1 "$dump")" = heap_v2/524288 ] ||
		fail "$bad: the default is not in force: $(head -1 "$dump")"
	grep -q '^expect total' said || fail "$bad: other output"
done

# What it may be is said.
for bad in 'MEMORY=1M|a size from 4M to 4G, using 64M' \
	'DEPTH=513|a number from 1 to 512, using 128' \
	'SAMPLE=0|auto, nor a size from 1 to 1T, using 512K' \
	'ACTIVE=2|0 or 1, using 1'; do
	rm -rf dumps
	shim "HEAPFLAME_${bad%%|*}" "$PROGS/churn" 2>err >said
	grep -qF "' is not ${bad#*|}" err || fail "$bad: $(cat err)"
done

for good in SAMPLE=512K SAMPLE=524288 DUMP_BYTES=1G VERBOSE=0 MEMORY=64M; do
	rm -rf dumps
	shim "HEAPFLAME_$good" "$PROGS/churn" >said 2>err
	[ ! -s err ] || fail "$good: said $(cat err)"
	[ "$(head -1 "$(dump_of dumps)")" = heap_v2/524288 ] || fail "$good"
done

rm -rf dumps
shim HEAPFLAME_VERBOSE=1 HEAPFLAME_SAMPLE=64K HEAPFLAME_DUMP_BYTES=16M \
	"$PROGS/churn" >said 2>err
for word in SAMPLE PREFIX ACTIVE DUMP_BYTES DUMP_SECONDS DUMP_KEEP DUMP_LIMIT \
	MEMORY UNWIND DEPTH FOLLOW LIVE TEMP_MS VERBOSE; do
	grep -qi "$word" err || fail "VERBOSE=1 does not show $word: $(cat err)"
done
for dump in dumps/*.heap; do
	grep -q "$(basename "$dump")" err || fail "$dump was not announced"
done

# fd 2 has become a file of the host's: no message may land there.
shim HEAPFLAME_VERBOSE=1 HEAPFLAME_SAMPLE=64K \
	"$PROGS/host_fds" own "$PWD/file" 2>/dev/null || fail "$(cat file.wrong)"

# In decimal, K, M and G are powers of 1024; exact counting is 1.
rm -rf dumps
exact "$PROGS/churn" >/dev/null
[ "$(head -1 "$(dump_of dumps)")" = heap_v2/1 ] || fail "SAMPLE=1"
rm -rf dumps
shim HEAPFLAME_SAMPLE=2M "$PROGS/churn" >/dev/null
[ "$(head -1 "$(dump_of dumps)")" = heap_v2/2097152 ] || fail "SAMPLE=2M"
