#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install` puts each file where it belongs, what it installed works from
# there, and `make uninstall` takes all of it away again, staged and unstaged.
set -eu
unset MAKEFLAGS MAKELEVEL MFLAGS

# What is built already is what is to be installed: -o all.
install_make()
{
	make -s -C "$SRC" -o all BUILD="$(dirname "$HEAPFLAME")" "$@"
}

cat >wanted <<'END'
bin/heapflame 755
include/heapflame.h 644
lib/libheapflame.so 755
lib/pkgconfig/heapflame.pc 644
share/man/man1/heapflame.1 644
share/man/man7/libheapflame.7 644
END

# A staged one: only below DESTDIR, and under the paths of PREFIX.
install_make DESTDIR="$PWD/stage" PREFIX=/opt/hf install
(cd stage/opt/hf && find . -type f -printf '%P %m\n' | sort) >got
diff wanted got
[ "$(find stage -type f | wc -l)" -eq 6 ]
install_make DESTDIR="$PWD/stage" PREFIX=/opt/hf uninstall
[ -z "$(find stage -type f)" ]

# LIBDIR of a distribution.
install_make DESTDIR="$PWD/stage" PREFIX=/usr \
	LIBDIR=/usr/lib/x86_64-linux-gnu install
[ -e stage/usr/lib/x86_64-linux-gnu/libheapflame.so ]
[ -e stage/usr/bin/heapflame ]

# The staged program finds its library beside it, not that of the build.
stage/usr/bin/heapflame env >exports
cat exports
grep -qF "$PWD/stage/usr/lib" exports

# A prefix of one's own, and a whole run with what is in there.
install_make PREFIX="$PWD/own" install
(cd own && find . -type f -printf '%P %m\n' | sort) >got
diff wanted got
PATH=$PWD/own/bin:$PATH
[ "$(command -v heapflame)" = "$PWD/own/bin/heapflame" ]
heapflame --version
status=0
heapflame run /bin/sh -c 'exit 7' || status=$?
[ "$status" -eq 7 ]
status=0
heapflame run sort "$SRC/LICENSE" >sorted || status=$?
[ "$status" -eq 0 ]
sort "$SRC/LICENSE" | cmp - sorted
install_make PREFIX="$PWD/own" uninstall
[ -z "$(find own -type f)" ]
