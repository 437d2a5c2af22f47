#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# After a plain `make install` these words, and no path, profile a program:
# LD_PRELOAD=libheapflame.so ./server. Writes to /usr/local, so it is for root,
# in CI or with HEAPFLAME_TEST_INSTALL=1.
# alone
set -eu
unset MAKEFLAGS MAKELEVEL MFLAGS
if [ "$(id -u)" -ne 0 ]; then
	echo "not root"
	exit 77
fi
if [ "${CI:-}" != true ] && [ "${HEAPFLAME_TEST_INSTALL:-}" != 1 ]; then
	echo "writes to /usr/local: HEAPFLAME_TEST_INSTALL=1 allows it"
	exit 77
fi
if [ -e /usr/local/bin/heapflame ] || [ -e /usr/local/lib/libheapflame.so ]; then
	echo "an installed heapflame is in the way"
	exit 77
fi

install_make()
{
	make -s -C "$SRC" -o all BUILD="$(dirname "$HEAPFLAME")" "$@"
}
trap 'install_make uninstall' EXIT
install_make install

cat >server.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((noinline)) void *
keep(size_t size)
{
	void *volatile p = malloc(size);

	memset(p, 1, size);
	return p;
}

int
main(void)
{
	static void *kept[64];

	for (int i = 0; i < 64; i++)
		kept[i] = keep(1 << 20);
	puts(kept[63] ? "serving" : "");
	return 0;
}
END
gcc -O1 -g -o server server.c
LD_PRELOAD=libheapflame.so ./server >out 2>err
[ "$(cat out)" = serving ]
[ ! -s err ] || { cat err; exit 1; }
ls heapflame.server.*.heap
PATH=/usr/local/bin:$PATH heapflame report --metric inuse_space >table
cat table
grep -qw keep table

# And not a trace once it is uninstalled.
install_make uninstall
trap - EXIT
[ ! -e /usr/local/lib/libheapflame.so ]
LD_PRELOAD=libheapflame.so ./server 2>err
grep -q 'libheapflame.so' err
