#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A program that no preloaded library reaches is refused with its reason before
# it starts, a script by what it is run by; and one whose own malloc hides what
# it does is told of at the end.
. "$SRC/tests/e2e/lib.sh"

echo 'int main(void) { return 0; }' >main.c

# refused PATTERN PROGRAM: with 125, one line, nothing started or left
refused()
{
	expect_error 125 "cannot profile .*$1" "$HEAPFLAME" run "$2"
	[ "$(count heapflame.*)" -eq 0 ] || fail "left: $(ls)"
}

cc -o dynamic main.c
"$HEAPFLAME" run -q -o out ./dynamic
cc -static -o static main.c
refused 'statically linked' ./static
cc -static-pie -o static-pie main.c
refused 'statically linked' ./static-pie
cp dynamic foreign # e_machine: 64-bit ARM, 32-bit x86
printf '\267\000' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
refused 'for 64-bit ARM' ./foreign
printf '\001' | dd of=foreign bs=1 seek=4 conv=notrunc status=none
printf '\003\000' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
refused 'for 32-bit x86' ./foreign
for sanitizer in address thread leak; do
	cc -fsanitize=$sanitizer -o sanitized main.c || skip "no $sanitizer"
	refused 'sanitizer' ./sanitized
	if clang -fsanitize=$sanitizer -o sanitized main.c 2>/dev/null; then
		refused 'sanitizer' ./sanitized
	fi
done
cc -fsanitize=undefined -o harmless main.c
"$HEAPFLAME" run -q -o out ./harmless

# The kernel's secure mode: only where it makes a difference.
if [ "$(id -u)" -eq 0 ]; then
	cp dynamic secure
	chown 12345 secure && chmod u+s secure
	refused 'setuid' ./secure
	cp -p secure sudo
	refused 'setuid' ./sudo
	grep -q '^Put it in front: sudo heapflame run' stderr.txt ||
		fail "what to do about sudo: $(cat stderr.txt)"
	chown 0:12345 secure && chmod 2755 secure
	refused 'setgid' ./secure
	chown 0:0 secure && chmod 4755 secure
	"$HEAPFLAME" run -q -o out ./secure
else
	refused 'setuid' "$(command -v su)"
fi

# Scripts.
printf '#!%s/static\n' "$PWD" >by-path
printf '#! /usr/bin/env -S -i A=b %s/static -x\n' "$PWD" >by-env
printf '#!%s/by-path\n' "$PWD" >by-script
printf '#!/bin/sh\nexit 3\n' >fine
chmod +x by-* fine
refused "its interpreter .*/static' is statically linked" ./by-path
refused "its interpreter .*/static' is statically linked" ./by-env
refused "its interpreter .*/static' is statically linked" ./by-script
status=0
"$HEAPFLAME" run -q -o out ./fine || status=$?
[ "$status" -eq 3 ] || fail "status $status"

# Cut off and damaged files: the kernel and the loader decide, as they do
# without us, and we do not crash.
for size in 1 4 17 63 64 200 1000 3000; do
	head -c "$size" dynamic >./cut
	chmod +x cut
	wanted=0
	env ./cut >/dev/null 2>&1 || wanted=$?
	status=0
	"$HEAPFLAME" run -q -o out ./cut >/dev/null 2>err.txt || status=$?
	[ "$status" -eq "$wanted" ] || [ "$status" -eq 125 ] ||
		fail "$size bytes: $status, not $wanted ($(cat err.txt))"
done

# A malloc of its own hides all; a program that was not sampled, too.
cat >own.c <<'END'
#include <stddef.h>
static char pool[1 << 20];
static size_t used;
void *malloc(size_t n) { used += (n + 15) & ~15UL; return pool + used - n; }
void *calloc(size_t a, size_t b) { return malloc(a * b); }
void *realloc(void *p, size_t n) { return malloc(n); }
void free(void *p) { }
int main(void) { return malloc(10) == NULL; }
END
cc -fno-builtin -rdynamic -o own own.c
"$HEAPFLAME" run ./own 2>err.txt
grep -q "nothing was captured: .* a malloc of its own" err.txt ||
	fail "$(cat err.txt)"
[ "$(count heapflame.*)" -eq 0 ] || fail "an empty folder stays: $(ls)"
"$HEAPFLAME" run --active 0 ./dynamic 2>err.txt
grep -q 'nothing was captured: sampling was off' err.txt ||
	fail "$(cat err.txt)"
