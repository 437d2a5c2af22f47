#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: the same suppression file hides the same leaks here and from
# LeakSanitizer itself; what is generated hides all; JUnit for CI servers.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >leaky.c <<'END'
#include <stdlib.h>
static void *volatile sink;
#define LOSES(name, size) \
	__attribute__((noinline)) static void name(void) \
	{ \
		sink = malloc(size); \
		sink = NULL; \
	}
LOSES(parse_header, 100)
LOSES(parse_body, 2000)
LOSES(cache_fill, 30000)
LOSES(cache_miss, 7)
int main(void)
{
	for (int i = 0; i < 5; i++) {
		parse_header();
		parse_body();
	}
	cache_fill();
	cache_miss();
	/* Whatever still holds an address of theirs. */
	for (int i = 0; i < 64; i++)
		free(malloc(32));
	return 0;
}
END
cc -g -O0 -fno-inline -o leaky leaky.c
clang -g -O0 -fno-inline -fsanitize=leak -o lsan leaky.c
cat >hide.txt <<'END'
# ours, known
leak:^parse_*$

leak:cache_m
leak:nothing_like_it
END

# lsan FILE: "BYTES OBJECTS" that LeakSanitizer still sees
lsan()
{
	LSAN_OPTIONS=suppressions=$1:print_suppressions=1:exitcode=0 ./lsan 2>&1 |
		tee lsan.txt |
		sed -n 's/^SUMMARY: .*: \([0-9]*\) byte(s) leaked in \([0-9]*\) .*/\1 \2/p'
}

# ours OPTION...: the same of heapflame
ours()
{
	"$HEAPFLAME" run --leaks "$@" ./leaky 2>&1 >/dev/null | tee ours.txt |
		sed -n 's/^SUMMARY: .*: \([0-9]*\) byte(s) leaked in \([0-9]*\) .*/\1 \2/p'
}

: >none.txt
[ "$(ours)" = "40507 12" ] || fail "all: $(cat ours.txt)"
same()
{
	local theirs
	theirs=$(lsan "$PWD/$1")
	[ -n "$theirs" ] || fail "LeakSanitizer said nothing: $(cat lsan.txt)"
	[ "$(ours --suppressions "$1")" = "$theirs" ] ||
		fail "$1: $(cat ours.txt lsan.txt)"
}
same none.txt
same hide.txt
[ "$(ours --suppressions hide.txt)" = "30000 1" ] || fail "$(cat ours.txt)"
# The table of those that were used is theirs, too.
diff <(sed -n '/^Suppressions used/,/^---/p' ours.txt) \
	<(sed -n '/^Suppressions used/,/^---/p' lsan.txt) || fail 'the table'

# Two files, a least size, and an exit code.
echo 'leak:cache_fill' >more.txt
status=0
"$HEAPFLAME" run --leaks --error-exitcode --suppressions hide.txt \
	--suppressions more.txt ./leaky >/dev/null 2>all.txt || status=$?
[ $status -eq 0 ] || fail "all hidden, yet $status: $(cat all.txt)"
[ "$(ours --min-bytes 1K)" = "40000 6" ] || fail "$(cat ours.txt)"
grep -q '6 objects left out (507 bytes), of leaks under 1.0 KiB' ours.txt ||
	fail "$(cat ours.txt)"

# What is wrong is said before the program starts.
echo 'race:x' >wrong.txt
status=0
"$HEAPFLAME" run --leaks --suppressions wrong.txt touch ran 2>err.txt || status=$?
[ $status -eq 125 ] || fail "$status"
[ ! -e ran ] || fail 'it ran'
grep -q "'wrong.txt': line 1: 'race:x' is no suppression" err.txt ||
	fail "$(cat err.txt)"

# From a dump: generated, used, and nothing is left.
HEAPFLAME_SAMPLE=1 HEAPFLAME_PREFIX=$PWD/d LD_PRELOAD=$LIBHEAPFLAME ./leaky
"$HEAPFLAME" leaks --gen-suppressions d.*.heap >generated.txt
grep -qxF 'leak:^parse_body$' generated.txt || fail "$(cat generated.txt)"
"$HEAPFLAME" leaks --error-exitcode --suppressions generated.txt \
	--junit none.xml d.*.heap >left.txt || fail "$(cat left.txt)"
[ "$(lsan "$PWD/generated.txt")" = "" ] || fail "$(cat lsan.txt)"
"$HEAPFLAME" leaks --junit some.xml --json d.*.heap >leaks.json
xmllint --noout none.xml some.xml
grep -q 'tests="1" failures="0"' none.xml || fail "$(cat none.xml)"
grep -q 'tests="4" failures="4"' some.xml || fail "$(cat some.xml)"
grep -q 'name="cache_fill"' some.xml || fail "$(cat some.xml)"
python3 - <<'END'
import json
leaks = json.load(open("leaks.json"))
assert sum(l["bytes"] for l in leaks["leaks"]) == 40507, leaks
assert leaks["suppressed"] == [] and leaks["small"]["objects"] == 0
END
