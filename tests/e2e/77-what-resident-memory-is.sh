#!/bin/bash
# Goal: of programs built to leak, to fragment, to leave their memory to the
# allocator and to map it past malloc, on glibc and on jemalloc, `report` says so
# in one sentence, and its parts add up to VmRSS.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# expect LIBRARY KIND VERDICT SENTENCE
expect()
{
	local library=$1 kind=$2

	rm -rf dumps
	env LD_PRELOAD="$LIBHEAPFLAME $library" HEAPFLAME_PREFIX="$PWD/dumps/h" \
		HEAPFLAME_SAMPLE="${SAMPLE-16K}" "$PROGS/rss_kinds" "$kind"
	"$HEAPFLAME" report --json dumps >report.json
	"$HEAPFLAME" report dumps >report.txt
	grep -q "^$4: " report.txt ||
		fail "$kind on ${library:-glibc}: no '$4': $(cat report.txt)"
	"$PYTHON" - "$3" <<'END' || fail "$kind on ${library:-glibc}"
import json, sys
m = json.load(open("report.json"))["memory"]
parts = ("live", "rounding", "fragmentation", "cached", "held", "stacks",
         "own", "other", "files", "shared", "absent")
if sum(m[p] for p in parts) != m["rss"]:
    sys.exit("not the sum of its parts: %s" % m)
if m["verdict"] != sys.argv[1]:
    sys.exit("not '%s': %s" % (sys.argv[1], m))
END
}

kinds()
{
	expect "$1" leak 'live memory' 'Live memory'
	expect "$1" fragment fragmentation Fragmentation
	expect "$1" large 'cached by the allocator' 'Cached by the allocator'
	expect "$1" cache 'cached by the allocator' 'Cached by the allocator'
	expect "$1" tiny 'cached by the allocator' 'Cached by the allocator'
	SAMPLE=1 expect "$1" mmap 'not heap' 'Not heap'
	SAMPLE=1 expect "$1" file 'not heap' 'Not heap'
	expect "$1" reserve 'live memory' 'Live memory'
}

kinds ''

# Where the profiler itself is most of it, that is said first.
cat >many.c <<'END'
#include <stdlib.h>
static void *volatile kept[200000];
int main(void)
{
	for (int i = 0; i < 200000; i++)
		kept[i] = malloc(16);
	for (int i = 0; i < 200000; i++)
		free(kept[i]);
	return 0;
}
END
cc -o many many.c
rm -rf dumps
exact ./many
"$HEAPFLAME" report dumps | has "^heapflame's own: .*larger --sample" ||
	fail "$("$HEAPFLAME" report dumps)"
jemalloc=$(ldconfig -p | sed -n 's/.*libjemalloc\.so\.2 .*=> //p' | head -n 1)
[ -n "$jemalloc" ] || skip 'no jemalloc here: glibc passed'
kinds "$jemalloc"
