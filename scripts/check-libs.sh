#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles one line against each library that the build (`build`) or the unit
# tests (`test`) need, and names the first that is missing, in one line.
set -u
cc=${CC:-cc}

# has HEADERS LIBRARY: does a program with them link?
has()
{
	for header in $1; do
		printf '#include <%s>\n' "$header"
	done | { cat; echo 'int main(void) { return 0; }'; } |
		$cc -std=gnu11 -x c - -x none "$2" -o /dev/null >/dev/null 2>&1
}

# need NAME PACKAGE HEADERS LIBRARY
need()
{
	has "$3" "$4" && return
	echo "heapflame: $1 is missing; \`make deps\` installs it" \
		"(Debian, Ubuntu: apt-get install $2)" >&2
	exit 1
}

if ! command -v "${cc%% *}" >/dev/null 2>&1; then
	echo "heapflame: the C compiler '$cc' is missing; \`make deps\`" \
		"installs gcc" >&2
	exit 1
fi
case ${1:-build} in
build)
	need "a C library to build with" libc6-dev stdlib.h -lc
	need libelf libelf-dev "libelf.h gelf.h" -lelf
	need "libdw (elfutils)" libdw-dev \
		"elfutils/libdw.h elfutils/libdwfl.h dwarf.h" -ldw
	need libiberty libiberty-dev "stddef.h libiberty/demangle.h" -liberty
	need zlib zlib1g-dev zlib.h -lz
	need libzstd libzstd-dev zstd.h -lzstd
	need protobuf-c libprotobuf-c-dev protobuf-c/protobuf-c.h -lprotobuf-c
	if ! command -v protoc-c >/dev/null 2>&1; then
		echo "heapflame: protoc-c is missing; \`make deps\` installs" \
			"it (Debian, Ubuntu: apt-get install" \
			"protobuf-c-compiler)" >&2
		exit 1
	fi
	need ncursesw libncurses-dev ncurses.h -lncursesw
	need "libunwind's header" libunwind-dev libunwind.h -lc
	;;
test)
	need cmocka libcmocka-dev \
		"stdarg.h stddef.h stdint.h setjmp.h cmocka.h" -lcmocka
	;;
*)
	echo "usage: $0 build|test" >&2
	exit 2
	;;
esac
