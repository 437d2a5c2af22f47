#!/bin/bash
# Goal: in stripped programs no frame carries a neighbour's name: every frame of
# perl, sqlite3 and ls is named as readelf's symbol tables say, or marked as
# [file+0xADDRESS].
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need readelf c++filt perl sqlite3
check()
{
	rm -rf dumps
	exact "$@" >/dev/null
	"$PYTHON" "$SRC/tests/e2e/oracle.py" "$(dump_of dumps)" || fail "$*"
}
# shellcheck disable=SC2016
check perl -e 'my %h; $h{$_ * 3} = [1 .. $_ % 9] for 1 .. 2000;
	print join ",", sort keys %h; use POSIX; print strftime("%Y", gmtime)'
check sqlite3 :memory: 'CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 2);
	SELECT printf("%d", a + b), upper("x") FROM t ORDER BY a;'
check ls -laR --color=always /etc/apt

# A program of our own with its symbol table: static functions have names, too.
gcc -O2 -o own "$SRC/tests/progs/ticker.c"
check ./own 3
strip -o stripped own
check ./stripped 3
