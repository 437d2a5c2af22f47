#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `heapflame run --leaks`: exact, of the process itself alone, in the shape of
# LeakSanitizer, with an exit code for CI, and no file left behind.
. "$SRC/tests/e2e/lib.sh"

cat >leak.c <<'END'
#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>
static void *volatile sink;
__attribute__((noinline)) static void lose(size_t n)
{
	sink = malloc(n);
}
int main(int argc, char **argv)
{
	int code = argc > 1 ? atoi(argv[1]) : 0;

	free(malloc(100000));
	if (code == 9)
		return 9;
	for (int i = 0; i < 3; i++)
		lose(777);
	lose(5);
	if (fork() == 0) {
		lose(100000);
		exit(0);
	}
	wait(NULL);
	return code;
}
END
cc -g -O1 -fno-inline -o leak leak.c
mkdir tmp
export TMPDIR=$PWD/tmp

# leaks STATUS OPTION... -- ARGS...
leaks()
{
	local wanted=$1 status=0

	shift
	"$HEAPFLAME" run --leaks "$@" >out.txt 2>err.txt || status=$?
	[ "$status" -eq "$wanted" ] || fail "status $status: $(cat err.txt)"
	[ -z "$(ls tmp)" ] || fail "files are left: $(ls tmp)"
	[ "$(count heapflame.*)" -eq 0 ] || fail "files are left: $(ls)"
}

leaks 0 ./leak
cat err.txt
grep -q '2331 byte(s) in 3 object(s)' err.txt || fail 'three of 777'
grep -q '5 byte(s) in 1 object(s)' err.txt || fail 'one of 5'
grep -q 'lose' err.txt || fail 'by whom'
grep -qE 'SUMMARY: heapflame: 2336 byte\(s\) leaked in 4 allocation\(s\)' err.txt ||
	fail 'the sum, without the child'
! grep -q 100000 err.txt || fail "the child's"
[ ! -s out.txt ] || fail "said on stdout: $(cat out.txt)"
leaks 7 ./leak 7
leaks 3 --error-exitcode ./leak
leaks 42 --error-exitcode=42 ./leak 7
grep -q '2331 byte(s)' err.txt || fail "$(cat err.txt)"
leaks 9 --error-exitcode -q ./leak 9
[ ! -s err.txt ] || fail "nothing leaked, yet: $(cat err.txt)"
leaks 127 no-such-program
leaks 137 sh -c 'kill -9 $$'

# The same figures as by hand.
mkdir dumps
HEAPFLAME_FOLLOW=none exact ./leak
"$HEAPFLAME" leaks "$(dump_of dumps)" >by-hand.txt
leaks 0 ./leak
grep -q "$(grep SUMMARY by-hand.txt)" err.txt || fail "$(cat by-hand.txt)"

# Ctrl-C or a kill leaves nothing either.
"$HEAPFLAME" run --leaks sh -c 'echo ready; sleep 20' >out.txt 2>err.txt &
for _ in $(seq 100); do
	grep -q ready out.txt && break
	sleep 0.1
done
kill -TERM $!
wait $! || true
[ -z "$(ls tmp)" ] || fail "files are left: $(ls tmp)"

# The buffer of standard output and libstdc++'s reserve are no leaks; a check
# that needs nothing else to be freed passes.
cat >hello.cc <<'END'
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
int main(int argc, char **)
{
	puts("hello");
	try {
		throw std::runtime_error("x");
	} catch (...) {
	}
	return argc > 1 && !malloc(31);
}
END
c++ -g -O1 -o hello hello.cc
leaks 0 --error-exitcode ./hello
grep -qE '^note: [2-9] known one-time allocations of libc and libstdc\+\+ hidden \([0-9]+ bytes\)$' \
	err.txt || fail "known: $(cat err.txt)"
leaks 3 --error-exitcode ./hello more
grep -qE 'SUMMARY: heapflame: 31 byte\(s\) leaked in 1 allocation' err.txt ||
	fail "one of 31: $(cat err.txt)"
mkdir known
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/known/h" \
	HEAPFLAME_SAMPLE=1 ./hello >/dev/null
"$HEAPFLAME" leaks "$(dump_of known)" >without.txt
grep -q '0 byte(s) leaked in 0' without.txt || fail "$(cat without.txt)"
"$HEAPFLAME" leaks --show-known "$(dump_of known)" >with.txt
grep -q '_IO_file_doallocate' with.txt || fail "$(cat with.txt)"
grep -q 'libstdc++' with.txt || fail "$(cat with.txt)"
! grep -q hidden with.txt || fail "$(cat with.txt)"
