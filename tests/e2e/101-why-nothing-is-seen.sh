#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: `info --why` has one line, with what to do, for each reason that a
# profile shows nothing or too little; of a program, a process, or a dump.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need cc
# says PATTERN FILE: one line of the answer matches, and it has something to do
says()
{
	"$HEAPFLAME" info --why "$2" >why.txt || fail "info --why $2"
	grep -qE "$1" why.txt || fail "'$1' is not said of $2: $(cat why.txt)"
	grep -vE '[:-] ' why.txt | grep -v '^nothing is missing' &&
		fail "a line without what to do"
	return 0
}

# says_not PATTERN FILE
says_not()
{
	"$HEAPFLAME" info --why "$2" >why.txt || fail "info --why $2"
	if grep -E "$1" why.txt; then fail "'$1' is said of $2"; fi
}

# Programs.
cat >main.c <<'END'
#include <stdlib.h>
int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;
	void *volatile p;
	for (int i = 0; i < n; i++)
		p = malloc(1000);
	return p == 0 && n > 0;
}
END
cc -g -o plain main.c
says 'nothing is in the way' ./plain
cc -static -o static main.c
says 'statically linked.* - link it dynamically' ./static
printf '#!%s/static\n' "$PWD" >script
chmod +x script
says "interpreter '.*static' is statically linked" ./script
cat >own.c <<'END'
#include <stddef.h>
static char heap[1 << 20];
static size_t used;
void *malloc(size_t n) { used += n; return heap + used - n; }
void free(void *p) {}
void *calloc(size_t n, size_t m) { return malloc(n * m); }
void *realloc(void *p, size_t n) { return malloc(n); }
void *mi_malloc(size_t n) { return malloc(n); }
int main(void) { return malloc(3) == NULL; }
END
cc -fno-builtin -rdynamic -o own own.c
says 'malloc of its own, which no preloaded library sees: build' ./own
sed 's/\<malloc\>(/other_alloc(/g; /free\|calloc\|realloc/d' own.c >prefixed.c
cc -rdynamic -o prefixed prefixed.c
if [ "$(id -u)" = 0 ]; then
	cp plain setuid
	chown 12345 setuid
	chmod u+s setuid
	says "is setuid.* - run 'heapflame run' as" ./setuid
fi
if [ "$(id -u)" != 0 ]; then
	mkdir closed
	chmod a-w closed
	(cd closed && "$HEAPFLAME" info --why ../plain) >why.txt
	grep -q "can't be written: .*HEAPFLAME_PREFIX" why.txt ||
		fail "an unwritable folder: $(cat why.txt)"
fi

# Processes.
sleep 60 &
sleeper=$!
trap 'kill $sleeper' EXIT
says "not preloaded, and a running process can't be: start it" $sleeper
expect_error 1 'there is none' "$HEAPFLAME" info --why 99999999

# Dumps: nothing sampled, few samples, all fine.
rm -rf dumps
shim HEAPFLAME_SAMPLE=1G ./plain 5
if [ -n "$(echo dumps/*)" ]; then
	says 'nothing was sampled: .*HEAPFLAME_SAMPLE=1' "$(dump_of dumps)"
fi
rm -rf dumps
shim HEAPFLAME_SAMPLE=512K ./plain 100000
says 'only [0-9]+ samples at 512.0 KiB, an error of [0-9]+%' \
	"$(dump_of dumps)"
fit=$(sed -n 's/.*whole: HEAPFLAME_SAMPLE=\([0-9]*K\) would fit.*/\1/p' why.txt)
rm -rf dumps
shim HEAPFLAME_SAMPLE="$fit" ./plain 100000
says_not 'only [0-9]+ samples' "$(dump_of dumps)"
rm -rf dumps
exact ./plain 1000
says_not 'sample|stacks|loaded' "$(dump_of dumps)"

# Stacks that are cut off, and full tables.
cat >deep.c <<'END'
#include <stdlib.h>
void *volatile p;
__attribute__((noinline, optimize("no-optimize-sibling-calls")))
int down(int n)
{
	if (n == 0)
		p = malloc(1000);
	else
		down(n - 1);
	__asm__("" ::: "memory");
	return n;
}
int main(void)
{
	for (int i = 0; i < 1000; i++)
		down(i % 100);
}
END
cc -g -O1 -o deep deep.c
rm -rf dumps
shim HEAPFLAME_SAMPLE=1 HEAPFLAME_DEPTH=32 ./deep
says 'stacks of more than 32 frames.*: HEAPFLAME_DEPTH=512' "$(dump_of dumps)"

# A process that could not have its dumps written.
dump=$(dump_of dumps)
sed '/^# lost /d; s/^# total /# lost dump 3\n# lost stack_full 7\n# total /' \
	"$dump" >lossy.heap
says '3 dumps could not be written: is the folder' lossy.heap
says '7 samples found the table of stacks full: HEAPFLAME_MEMORY' lossy.heap

# What has no names.
strip -o bare deep
rm -rf dumps
exact ./bare
says "of the frames have no name: 'heapflame info' says" "$(dump_of dumps)"

# A plugin that is bound past the profiler.
cat >plugin.c <<'END'
#include <stdlib.h>
void *volatile kept;
void work(void) { for (int i = 0; i < 1000; i++) kept = malloc(100); }
END
cc -shared -fPIC -o plugin.so plugin.c
cat >host.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
int main(void)
{
	void *p = dlopen("./plugin.so", RTLD_NOW | RTLD_DEEPBIND);
	((void (*)(void))dlsym(p, "work"))();
	return malloc(5) == NULL;
}
END
cc -o host host.c -ldl
rm -rf dumps
exact ./host
says 'plugin.so.*RTLD_DEEPBIND.*: load it without' "$(dump_of dumps)"

# A row a module: samples, shares, build-id, reason and what would help.
readelf -n bare >notes 2>/dev/null || skip "no readelf"
"$HEAPFLAME" info "$(dump_of dumps)" >info.txt
grep -qE '^ *[0-9,]+ +[0-9.]+% +[0-9.]+%  .*/host  [0-9a-f]{40}$' info.txt ||
	fail "no row of the program: $(cat info.txt)"
if dpkg -S "$(realpath /bin/ls)" >/dev/null 2>&1 && ! ls -d \
	/usr/lib/debug/.build-id/"$(readelf -n "$(realpath /bin/ls)" |
		sed -n 's|.*Build ID: \(..\)|\1/|p')".debug 2>/dev/null; then
	rm -rf dumps
	exact ls >/dev/null
	"$HEAPFLAME" info "$(dump_of dumps)" >info.txt
	grep -A4 ' /.*/ls ' info.txt | has 'try package coreutils-dbgsym' ||
		fail "no package is named: $(cat info.txt)"
	grep -A6 ' /.*/ls ' info.txt | has -E \
		'https://.*/buildid/[0-9a-f]{40}/debuginfo' ||
		fail "no server is named: $(cat info.txt)"
fi
