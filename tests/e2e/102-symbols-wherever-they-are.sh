#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: functions, inlined calls and lines are found in the program itself and
# in separate debug files of every kind, only in the right ones; below
# --debug-dir and --sysroot, and from a debuginfod server if asked for.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need gcc objcopy strip dwz xz readelf
cat >prog.c <<'END'
#include <stdlib.h>
void *volatile kept;
static inline __attribute__((always_inline)) void inner(void)
{
	kept = malloc(1000);
	__asm__("" ::: "memory");
}
static inline __attribute__((always_inline)) void middle(void)
{
	inner();
}
static __attribute__((noinline)) void outer(void)
{
	middle();
	__asm__("" ::: "memory");
}
int main(int argc, char **argv)
{
	for (int i = 0; i < 100; i++)
		outer();
	return 0;
}
END
gcc -O2 -g -Wl,--build-id -o whole prog.c
id=$(readelf -n whole | sed -n 's/.*Build ID: //p')
mkdir box && cp whole box/prog
exact box/prog
dump=$(dump_of dumps)
touch -d '2001-01-01' box # what is copied in later is newer than the dump

# expect PATTERN OPTION...: how the stack is named
expect()
{
	local pattern=$1
	shift
	"$HEAPFLAME" convert --to folded --metric alloc_space -o folded "$@" \
		"$dump" 2>stderr.txt
	grep -qE "$pattern" folded || {
		"$HEAPFLAME" info "$@" "$dump" | grep -A4 /prog
		fail "'$pattern' not in: $(cat folded stderr.txt)"
	}
}

full='main;outer;middle;inner 100000$'
table='main;outer 100000$'
bare='\[prog\+0x[0-9a-f]+\] 100000$'

# In the file itself.
expect "$full"
"$HEAPFLAME" leaks "$dump" | has 'prog.c:5' || fail "no line of inner"
"$HEAPFLAME" leaks "$dump" | has 'prog.c:10' || fail "no line of middle"
for kind in zlib zlib-gnu; do
	objcopy --compress-debug-sections=$kind whole box/prog
	expect "$full"
done
gcc -O2 -g -gdwarf-4 -Wl,--build-id=0x"$id" -o box/prog prog.c
expect "$full"
strip -g whole -o box/prog
expect "$table"
"$HEAPFLAME" info "$dump" | grep -A1 '/prog' | has 'no debug info' &&
	fail "a reason though all have names"
strip whole -o box/prog
expect "$bare"
"$HEAPFLAME" info "$dump" | grep -A1 '/prog' | has 'stripped' ||
	fail "no reason is given"

# Compressed in a way of later days, of which there is a word.
objcopy --strip-all --keep-section='.debug_*' whole late
objcopy --compress-debug-sections=zlib late box/prog
"$PYTHON" - box/prog <<'END'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
at, = struct.unpack_from("<Q", data, 40)
size, count = struct.unpack_from("<HH", data, 58)
for i in range(count):
    flags, _, offset = struct.unpack_from("<QQQ", data, at + i * size + 8)
    if flags & 0x800:
        struct.pack_into("<I", data, offset, 99)
open(sys.argv[1], "wb").write(data)
END
expect "$bare"
"$HEAPFLAME" info "$dump" | grep -A1 '/prog' | has 'compressed in a way' ||
	fail "no word on the compression"

# MiniDebugInfo: a compressed table of symbols.
nm -D whole --format=posix --defined-only | awk '{ print $1 }' | sort >dynamic
nm whole --format=posix --defined-only |
	awk '$2 ~ /^[Tt]$/ { print $1 }' | sort >functions
comm -13 dynamic 'functions' >kept
objcopy --only-keep-debug whole mini.debug
objcopy -S --remove-section .gdb_index --remove-section .comment \
	--keep-symbols=kept mini.debug mini
xz -k mini
objcopy --add-section .gnu_debugdata=mini.xz box/prog
expect "$table"
strip whole -o box/prog

# A separate file by debug link, whose checksum counts.
objcopy --only-keep-debug whole prog.debug
cp prog.debug good.debug
objcopy --add-gnu-debuglink=prog.debug box/prog
expect "$bare"
for place in box box/.debug; do
	mkdir -p $place
	cp good.debug $place/prog.debug
	expect "$full"
	printf x >>$place/prog.debug
	touch $place/prog.debug
	# of a file with the right build-id libdw does not ask for more
	rm $place/prog.debug
done
gcc -O2 -g -Wl,--build-id=none -o nameless prog.c
objcopy --only-keep-debug nameless box/prog.debug
(cd box && strip ../nameless -o linked &&
	objcopy --add-gnu-debuglink=prog.debug linked)
rm -rf dumps
exact box/linked
dump=$(dump_of dumps)
expect "$full"
printf x >>box/prog.debug
expect '\[linked\+0x[0-9a-f]+\] 100000$'
rm box/prog.debug

# By build-id, in folders of one's own.
rm -rf dumps
exact box/prog
dump=$(dump_of dumps)
by_id=.build-id/${id:0:2}/${id:2}.debug
mkdir -p "debug/${by_id%/*}" "else"
cp good.debug "debug/$by_id"
expect "$bare"
expect "$full" --debug-dir debug
expect "$full" --debug-dir "else" --debug-dir debug
expect "$full" --debug-dir "else:debug"
expect "$full" --debug-dir "$PWD/debug"
for kind in zlib zlib-gnu; do
	objcopy --compress-debug-sections=$kind good.debug "debug/$by_id"
	expect "$full" --debug-dir debug
done
# Another program's is not taken, whatever it is called.
gcc -O1 -g -Wl,--build-id=sha1 -DOTHER -o other prog.c
objcopy --only-keep-debug other "debug/$by_id"
expect "$bare" --debug-dir debug

# What several debug files share is in one beside them (dwz).
cp good.debug one.debug
gcc -O2 -g -DTWO -Wl,--build-id -o two prog.c
objcopy --only-keep-debug two two.debug
dwz -m shared.debug -M "$PWD/shared.debug" one.debug two.debug
readelf -SW one.debug | has gnu_debugaltlink || fail "dwz did nothing"
cp one.debug "debug/$by_id"
expect "$full" --debug-dir debug

# The files of another machine.
mkdir -p "root$PWD/box" "root/usr/lib/debug/${by_id%/*}"
mv box/prog "root$PWD/box/prog"
expect "$bare"
"$HEAPFLAME" info "$dump" | grep -A1 '/prog' | has 'is not there' ||
	fail "no word on the missing file"
expect "$bare" --sysroot root
cp good.debug "root/usr/lib/debug/$by_id"
expect "$full" --sysroot root
rm -r root/usr/lib/debug/.build-id
mkdir -p "root/usr/lib/debug$PWD/box"
cp good.debug "root/usr/lib/debug$PWD/box/prog.debug"
expect "$full" --sysroot root
rm -r root/usr
mv "root$PWD/box/prog" box/prog

# A server, on this machine: asked only if the user says so.
mkdir -p "www/buildid/$id"
cp good.debug "www/buildid/$id/debuginfo"
"$PYTHON" - <<'END' >port &
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        open("asked", "a").write(self.path + "\n")
server = http.server.HTTPServer(
    ("127.0.0.1", 0), functools.partial(Handler, directory="www"))
print(server.server_port, flush=True)
server.serve_forever()
END
server=$!
trap 'kill $server' EXIT
for _ in {1..100}; do
	[ -s port ] && break
	sleep 0.1
done
DEBUGINFOD_URLS=http://127.0.0.1:$(cat port)
export DEBUGINFOD_URLS
export DEBUGINFOD_CACHE_PATH=$PWD/cache DEBUGINFOD_TIMEOUT=10
expect "$bare"
[ ! -e asked ] || fail "a server was asked behind the user's back"
[ ! -e cache ] || fail "a cache was made"
if ldconfig -p | has 'libdebuginfod\.so\.1'; then
	expect "$full" --debuginfod
	[ ! -s stderr.txt ] || fail "a word on what went well: $(cat stderr.txt)"
	grep -q "/buildid/$id/debuginfo" asked || fail "who was asked?"
	# What was once fetched is there without the server, and unasked.
	kill $server
	wait $server || true
	trap - EXIT
	expect "$full" --debuginfod
	unset DEBUGINFOD_URLS
	expect "$full"
else
	expect "$bare" --debuginfod
	grep -q 'libdebuginfod' stderr.txt || fail "not said: $(cat stderr.txt)"
fi
unset DEBUGINFOD_URLS
rm -rf cache
"$HEAPFLAME" convert --to folded -o folded --debuginfod "$dump" 2>stderr.txt
grep -q 'DEBUGINFOD_URLS' stderr.txt || fail "no word on the missing variable"
