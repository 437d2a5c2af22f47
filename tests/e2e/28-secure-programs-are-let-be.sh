#!/bin/bash
# Goal: in a program that runs with more rights than its user (AT_SECURE) the
# shim does nothing at all, whatever the environment says.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

[ "$(id -u)" -eq 0 ] || skip "only root can make a set-user-id program here"
need cc
# ld.so itself ignores LD_PRELOAD there; so the program is linked with the shim.
cp "$LIBHEAPFLAME" .
cc -o secure "$SRC/tests/progs/host_state.c" -L. -Wl,--no-as-needed \
	-l:libheapflame.so -Wl,-rpath,"$PWD"
mkdir dumps && chmod 777 dumps && chmod 755 .

HEAPFLAME_SAMPLE=1 HEAPFLAME_PREFIX="$PWD/dumps/h" ./secure >said
grep -q '^secure 0' said || fail "AT_SECURE is set for no reason"
[ -n "$(ls dumps)" ] || fail "the shim is not at work: nothing would be shown"

rm -f dumps/*
chown 65534 secure && chmod 4755 secure
HEAPFLAME_SAMPLE=1 HEAPFLAME_VERBOSE=1 HEAPFLAME_PREFIX="$PWD/dumps/h" \
	./secure >said 2>err
grep -q '^secure 1' said || skip "this folder's filesystem is mounted nosuid"
[ -z "$(ls dumps)" ] || fail "dumps of a secure program: $(ls dumps)"
[ ! -s err ] || fail "it said: $(cat err)"
