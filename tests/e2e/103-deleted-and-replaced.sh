#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: a program that was deleted or replaced keeps its names while it runs,
# because the kernel still has the file; afterwards it has none, and info says
# why; nor is a file used that came later under an old date.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need gcc
cat >lib.c <<'END'
#include <stdlib.h>
static void *volatile kept;
__attribute__((noinline)) static void in_library(void)
{
	kept = malloc(2000);
	__asm__("" ::: "memory");
}
void work(void) { in_library(); __asm__("" ::: "memory"); }
END
cat >prog.c <<'END'
#include <stdlib.h>
#include <unistd.h>
void work(void);
static void *volatile kept;
__attribute__((noinline)) static void in_program(void)
{
	kept = malloc(1000);
	__asm__("" ::: "memory");
}
int main(int argc, char **argv)
{
	for (int i = 0; i < 100; i++) {
		in_program();
		work();
	}
	if (argc > 1)
		sleep(60);
	return 0;
}
END
build()
{
	gcc -O1 -g "$@" -shared -fPIC -o libwork.so lib.c
	gcc -O1 -g "$@" -o prog prog.c -L. -lwork -Wl,-rpath,"$PWD"
}
build -Wl,--build-id
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" \
	HEAPFLAME_SAMPLE=1 ./prog wait &
pid=$!
trap 'kill $pid' EXIT
for _ in {1..100}; do
	"$HEAPFLAME" report --metric alloc_space "$pid" >report.txt 2>/dev/null &&
		grep -q 'in_program' report.txt && break
	sleep 0.1
done

# named FILE OPTION...: both functions have their names; unnamed: neither.
named()
{
	"$HEAPFLAME" report --metric alloc_space "$@" >report.txt
	grep -q 'in_program.*prog.c' report.txt || fail "$(cat report.txt)"
	grep -q 'in_library.*lib.c' report.txt || fail "$(cat report.txt)"
}
unnamed()
{
	"$HEAPFLAME" report --metric alloc_space "$@" >report.txt
	if grep -E 'in_program|in_library' report.txt; then
		fail "a name out of nowhere"
	fi
	grep -q '\[prog+0x' report.txt || fail "$(cat report.txt)"
}
named $pid

# Replaced by another build, then deleted; map_files needs rights.
mkdir good
cp -p prog libwork.so good/
rm prog libwork.so
sed -i 's/in_/as_/' prog.c lib.c
build -Wl,--build-id -O2
if [ -r "/proc/$pid/map_files" ] && [ "$(id -u)" = 0 ]; then
	named $pid
	rm prog libwork.so
	named $pid
else
	"$HEAPFLAME" report --metric alloc_space $pid | has in_program ||
		fail "the program itself is still in /proc/PID/exe"
fi
build -Wl,--build-id -O2

# Its end: the state that is left names other files than those that are here.
kill -KILL $pid
wait $pid || true
trap - EXIT
states=("$HEAPFLAME_LIVE"/*."$pid"-*.live)
state=${states[0]}
cp "$state" killed.live
unnamed killed.live
"$HEAPFLAME" info killed.live | grep -A1 '/prog  ' |
	has 'replaced since (build-id differs)' || fail "no word on it"
mkdir -p "root$PWD"
cp good/* "root$PWD"
named --sysroot root killed.live

# Without build-id: by its times. A package manager keeps the old date.
sed -i 's/as_/in_/' prog.c lib.c
build -Wl,--build-id=none
rm -rf dumps
exact ./prog
dump=$(dump_of dumps)
named "$dump"
sleep 1.1
cp -p prog old-date
cp -p old-date prog2 && mv prog2 prog
"$HEAPFLAME" report --metric alloc_space "$dump" | has in_program &&
	fail "a file that came later was used"
"$HEAPFLAME" info "$dump" | grep -A1 '/prog$' |
	has 'no build-id was recorded, and the file was put there since' ||
	fail "no word on it: $("$HEAPFLAME" info "$dump")"
cp prog "root$PWD/prog"
"$HEAPFLAME" report --metric alloc_space --sysroot root "$dump" |
	has in_program || fail "--sysroot does not take it as it is"
