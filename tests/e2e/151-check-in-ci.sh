#!/bin/bash
# Goal: `check` as a CI job uses it: a budget file, committed, good and bad;
# JUnit that every server reads, JSON, GitHub's annotations; and a program whose
# names try to be commands, markup and lines.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/check.sh
. "$SRC/tests/e2e/check.sh"

need xmllint
mkdir -p repo/src
cd repo
cat >src/shop.c <<'END'
#include <stdlib.h>
static void *volatile cart[100];
__attribute__((noinline)) static void fill_cart(int n)
{
	for (int i = 0; i < n; i++)
		cart[i] = malloc(10000);
}
int main(void)
{
	fill_cart(50);
	return 0;
}
END
cc -g -O1 -fno-inline -o shop src/shop.c
exact ./shop

said()
{
	grep -qF -- "$1" "${2:-out.txt}" || fail "not said: $1 ($(cat "${2:-out.txt}"))"
}

# The budget is found where it is; an option stands over its line.
cat >heapflame.budget <<'END'
# what this program may take
max-peak = 600K
max-live-at-exit = 400K   # carts are kept
max 'fill_.*' = 600K
max-allocs = 100
END
check 3 dumps
said 'FAILS max-live-at-exit: inuse_space 488.3 KiB, limit 400.0 KiB: 88.3 KiB too much'
said "raise the limit in 'heapflame.budget', line 3"
said 'check: 3 limits hold, 1 fails'
check 0 --budget heapflame.budget --max-live-at-exit 500K dumps
check 0 --max-peak 1M dumps
(cd .. && "$HEAPFLAME" check --budget repo/heapflame.budget repo/dumps >o.txt) && fail 'held'
said "in 'repo/heapflame.budget', line 3" ../o.txt
# Paths are seen from the file.
echo 'leak:fill_cart' >carts.txt
mkdir ci
printf 'max-live-at-exit = 0\nsuppressions = ../carts.txt\n' >ci/budget
check 0 --budget ci/budget dumps

# What is wrong with one is said with its line.
bad()
{
	printf '%b' "$1" >bad.budget
	expect_error 1 "$2" "$HEAPFLAME" check --budget bad.budget dumps
}
bad 'max-peak = 1M\nmax-peek = 1M\n' "'bad.budget': line 2: 'max-peek' is nothing"
bad 'max-peak = 1M\nmax-peak = 2M\n' "'bad.budget': line 2: max-peak is given twice"
bad 'max-peak 1M\n' "'bad.budget': line 1: 'max-peak 1M' is no limit"
bad 'max-peak = \0M\n' "'bad.budget': line 1 is no text"
bad '\033[31m = 1\n' 'x1b'
printf 'max-peak = lots\n' >bad.budget
expect_error 2 "'bad.budget': line 1: max-peak wants a size" \
	"$HEAPFLAME" check --budget bad.budget dumps
head -c 3000000 /dev/zero | tr '\0' 'a' >bad.budget
expect_error 1 'too long for a budget' "$HEAPFLAME" check --budget bad.budget dumps
head -c 300000 /dev/urandom >bad.budget
expect_error 1 "'bad.budget': line" "$HEAPFLAME" check --budget bad.budget dumps
expect_error 1 "cannot open 'none'" "$HEAPFLAME" check --budget none dumps

# JUnit and JSON say the same as the text.
check 3 --junit junit.xml --json dumps
xmllint --noout junit.xml
said 'tests="4" failures="1" errors="0"' junit.xml
said '<testcase classname="heapflame.check" name="max-peak"/>' junit.xml
said '<failure type="limit" message="inuse_space 488.3 KiB' junit.xml
grep -q '^    #0 fill_cart .*src/shop.c:6' junit.xml || fail "$(cat junit.xml)"
"$PYTHON" - <<'END'
import json
answer = json.load(open("out.txt"))
assert answer["schema"] == "heapflame-check/1" and answer["verdict"] == "fails"
checks = {c["check"]: c for c in answer["checks"]}
assert len(answer["checks"]) == 4
live = checks["max-live-at-exit"]
assert live["verdict"] == "fails" and live["value"] == live["low"] == 500000
assert live["limit"] == 409600 and live["line"] == 3
assert live["stack"]["frames"][0]["function"] == "fill_cart"
assert checks["max"]["subject"] == "fill_.*" and checks["max"]["verdict"] == "holds"
END

# GitHub: at the line that did it, if that is in the working copy, else at the
# budget's. On by itself in its runners.
annotation='::error file=src/shop.c,line=6,title=heapflame check%3A max-live-at-exit::inuse_space 488.3 KiB, limit 400.0 KiB: 88.3 KiB too much; '
check 3 --github dumps
said "$annotation"
export GITHUB_ACTIONS=true
check 3 dumps
said "$annotation"
check 3 --no-github dumps
! grep -q '^::' out.txt || fail "$(cat out.txt)"
check 3 --json dumps
"$PYTHON" -c 'import json; json.load(open("out.txt"))'
said "$annotation" err.txt
GITHUB_WORKSPACE=/elsewhere check 3 dumps
said '::error file=heapflame.budget,line=3,title='
shim HEAPFLAME_SAMPLE=512K HEAPFLAME_SEED=1 ./shop
"$HEAPFLAME" check --max-peak 500K dumps/*.heap >out.txt 2>&1 || true
said '::warning '
unset GITHUB_ACTIONS

# A hostile program: names that are commands, markup, lines.
"$PYTHON" - <<'END'
name = ("evil\\n::error::owned ##[add-mask]x %0A</failure><b> \\x1b[2J"
        .encode().decode("unicode_escape"))
dump = """heap_v2/1
  t*: 2: 2000 [2: 2000]
@ 0x1000 0x2000
  t*: 2: 2000 [2: 2000]
"""
open("hostile.heap", "w").write(dump)
folded = name.replace("\n", " ").replace("\x1b", "\x1b") + ";x 2000\n"
open("hostile.folded", "w").write(folded)
END
check 3 --github --junit junit.xml --max 'evil=1000' hostile.folded
xmllint --noout junit.xml
! grep -q '##\[' out.txt || fail "$(cat out.txt)"
! grep -q $'\x1b' out.txt junit.xml || fail 'an escape'
[ "$(grep -c '^::' out.txt)" -eq 1 ] || fail "$(cat out.txt)"
said '%250A' out.txt
# An expression is somebody's text, too.
printf "max 'fill\033.31m|::error::|fill' = 1\n" >odd.budget
check 3 --github --budget odd.budget dumps
! grep -q $'\x1b' out.txt || fail 'an escape'
[ "$(grep -c '^::' out.txt)" -eq 1 ] || fail "$(cat out.txt)"
said "title=heapflame check%3A max 'fill\\x1b.31m|%3A%3Aerror%3A%3A|fill'::"

# Names of a program itself, with lines and commands in them, by way of a
# baseline that was bundled.
need objcopy
"$PYTHON" - <<'END'
import os, subprocess
names = [b"two\n::error::lines", b"##[add-mask]x", b"</failure>]]>&", b"%0A::x"]
args = [b"objcopy"]
for i, name in enumerate(names):
    args += [b"--redefine-sym", b"hostile_%d=" % i + name]
subprocess.run(args + [os.environb[b"PROGS"] + b"/hostile", b"names"], check=True)
END
rm -rf dumps
exact ./names
check 0 --baseline names.hfb --update-baseline dumps
rm names
check 3 --github --junit junit.xml --max 'lines=1' --max 'mask=1' --max 'fail=1' \
	--max '::x=1' --by-function names.hfb
xmllint --noout junit.xml
[ "$(grep -c '^::' out.txt)" -eq 4 ] || fail "$(cat out.txt)"
! grep -q '##\[' out.txt || fail "$(cat out.txt)"
said 'two\x0a::error::lines < main'
said '##\x5badd-mask]x < main'
check 0 --max-peak 1M --baseline names.hfb names.hfb
