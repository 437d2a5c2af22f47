#!/bin/bash
# Goal: no descriptor of ours is ever in the host's table, not even while a
# dump is written; a host that closes everything gets its own numbers, and its
# files hold its own bytes only.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

settings=(HEAPFLAME_DUMP_BYTES=1M HEAPFLAME_DUMP_KEEP=8)
exact "${settings[@]}" "$PROGS/host_fds" watch >said || fail "$(cat said)"
grep -q 'looked often: yes' said || fail "the host had no time to look"
[ "$(count dumps/*.i*.heap)" -ge 2 ] || fail "too few dumps to see one"

rm -rf dumps
exact "${settings[@]}" "$PROGS/host_fds" own "$PWD/file" ||
	fail "$(cat file.wrong)"
[ "$(sort -u file)" = "a line of the host's" ] || fail "foreign bytes"
[ -n "$(echo dumps/*.i*.heap)" ] || fail "no dump was made"
"$HEAPFLAME" report dumps >/dev/null
