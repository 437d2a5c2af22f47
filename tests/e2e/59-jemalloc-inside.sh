#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A jemalloc inside the program, under a prefix of its own, is out of any
# preloaded library's sight: run finds it, has it profile itself, and reports
# what it wrote beside what the shim saw, both to the byte at --sample 1.
. "$SRC/tests/e2e/lib.sh"

need objcopy nm
for archive in /usr/lib/*/libjemalloc_pic.a ""; do
	[ -e "$archive" ] && break
done
[ -n "$archive" ] || skip "no static jemalloc here"

# The allocating functions of the archive, but not what they call by the name.
for name in malloc calloc realloc free posix_memalign aligned_alloc memalign \
	valloc malloc_usable_size mallctl mallctlnametomib mallctlbymib mallocx \
	rallocx xallocx sallocx dallocx sdallocx nallocx malloc_stats_print; do
	echo "$name je_$name"
done >names
objcopy --redefine-syms=names --weaken-symbol=__libc_memalign \
	"$archive" je.a
# Its operators new, and its hooks into libc, would stand in for libc's.
for member in $(ar t je.a | grep jemalloc_cpp || true); do
	ar d je.a "$member"
done
for name in __malloc_hook __free_hook __realloc_hook __memalign_hook \
	__libc_memalign __libc_malloc __libc_calloc __libc_realloc __libc_free \
	__libc_valloc __posix_memalign; do
	echo "$name je_$name"
done >hooks
objcopy --redefine-syms=hooks je.a
cc -O1 -g -fno-optimize-sibling-calls -fno-inline '-DPREFIXED(f)=je_##f' \
	-o prog "$SRC/tests/progs/alloc_prefixed.c" je.a -lm -ldl -pthread

# What is real: the variable's name stays as it was built.
"$HEAPFLAME" run --sample 1 -o out ./prog >expected 2>err.txt ||
	fail "status $?: $(cat err.txt)"
grep -q 'its own jemalloc (je_) profiles itself, every allocation, by MALLOC_CONF$' \
	err.txt || fail "not said: $(cat err.txt)"
[ "$(count out/heapflame.jemalloc.*.f.heap)" -eq 1 ] || fail "$(ls out)"
"$PYTHON" "$SRC/tests/e2e/truth.py" expected out/*.heap 2>&1 | tail -3
for site in by_keep by_libc; do
	grep -q "$site" err.txt || fail "$site not in the summary: $(cat err.txt)"
done

# Sampled: what is said is what the dump has; another size than a power of two.
"$HEAPFLAME" run -o auto ./prog >/dev/null 2>err.txt
grep -q 'a sample every 64.0 KiB' err.txt || fail "$(cat err.txt)"
grep -q '^heap_v2/65536$' auto/heapflame.jemalloc.*.heap || fail "other interval"
"$HEAPFLAME" run --sample 100K -o near ./prog >/dev/null 2>err.txt
grep -q 'a sample every 128.0 KiB' err.txt || fail "$(cat err.txt)"
grep -q '^heap_v2/131072$' near/heapflame.jemalloc.*.heap || fail "other interval"

# The user's own settings hold; only the place is ours.
MALLOC_CONF=lg_prof_sample:10,prof_prefix:elsewhere \
	"$HEAPFLAME" run -q -o user ./prog >/dev/null
grep -q '^heap_v2/1024$' user/heapflame.jemalloc.*.heap || fail "not the user's"
[ "$(count elsewhere*)" -eq 0 ] || fail "$(ls)"

# --leaks: of this process alone, though its child wrote a profile, too.
status=0
"$HEAPFLAME" run --leaks --error-exitcode=9 ./prog fork >/dev/null 2>err.txt ||
	status=$?
[ $status -eq 9 ] || fail "status $status"
bytes=$(awk '$2 == "by_keep" { print $5 }' expected)
grep -q "leak of $bytes byte(s) in 500 object(s)" err.txt ||
	fail "not $bytes bytes: $(grep leak err.txt)"

"$HEAPFLAME" run --sample 1 --follow none -o one ./prog fork \
	>/dev/null 2>err.txt
grep -qE ' 500 +by_keep' err.txt || fail "not 500 objects: $(cat err.txt)"

# Sampling off: nothing is asked of it.
"$HEAPFLAME" run --active 0 -o off ./prog >/dev/null 2>err.txt
[ "$(count off/*.heap)" -eq 0 ] || fail "$(ls off)"
! grep -q 'profiles itself' err.txt || fail "$(cat err.txt)"

# Stripped, it is told by its words; without its profiler, by their absence.
strip -o stripped prog
"$HEAPFLAME" run -o stripped.out ./stripped >/dev/null 2>err.txt
grep -q 'its own jemalloc profiles itself' err.txt || fail "$(cat err.txt)"
perl -pe 's/heap_v2\//heap-xx-/g; s/Leak approximation/Xxxx xxxxxxxxxxxxx/g' \
	<prog >noprof
chmod +x noprof
"$HEAPFLAME" run -o noprof.out ./noprof >/dev/null 2>err.txt
grep -q 'its own jemalloc (je_) cannot be seen: it was built without' err.txt ||
	fail "$(cat err.txt)"
[ "$(count noprof.out/heapflame.jemalloc.*)" -eq 0 ] || fail "$(ls noprof.out)"

# Asked, and not done: a program that does not call exit().
cat >late.c <<'END'
#include <unistd.h>
void *je_malloc(size_t n);
int main(void) { _exit(je_malloc(10) == 0); }
END
cc -o late late.c je.a -lm -ldl -pthread
"$HEAPFLAME" run -o late.out ./late 2>err.txt
grep -q 'its own jemalloc (je_) left no profile' err.txt ||
	fail "$(cat err.txt)"

# Nothing is live at the end, and jemalloc tells of no peak: what then helps.
cat >freed.c <<'END'
#include <stddef.h>
void *je_malloc(size_t n);
void je_free(void *p);
int main(void) { for (int i = 0; i < 3000; i++) je_free(je_malloc(10000)); }
END
cc -fno-builtin -o freed freed.c je.a -lm -ldl -pthread
"$HEAPFLAME" run --sample 1 -o freed.out ./freed 2>err.txt
grep -q 'all was freed; what was allocated: --metric alloc_space' err.txt ||
	fail "$(cat err.txt)"
"$HEAPFLAME" report --metric alloc_space --all freed.out | has -E ' 3,000 +main' ||
	fail "$("$HEAPFLAME" report --metric alloc_space --all freed.out)"

# Rust's: the prefix is _rjem_, and its settings come by a variable of that
# name only, as they do once jemalloc is configured with a prefix.
sed 's/ je_/ _rjem_/' names >rust-names
sed 's/ je_/ _rjem_/' hooks >rust-hooks
objcopy --redefine-syms=rust-names --weaken-symbol=__libc_memalign \
	"$archive" rust.a
for member in $(ar t rust.a | grep jemalloc_cpp || true); do
	ar d rust.a "$member"
done
objcopy --redefine-syms=rust-hooks --redefine-sym secure_getenv=conf_of_rust \
	rust.a
cat >conf.c <<'END'
#include <stdlib.h>
#include <string.h>
char *conf_of_rust(const char *name)
{
	return getenv(strcmp(name, "MALLOC_CONF") ? name : "_RJEM_MALLOC_CONF");
}
END
cc -O1 -g -fno-optimize-sibling-calls -fno-inline '-DPREFIXED(f)=_rjem_##f' \
	-o rusty "$SRC/tests/progs/alloc_prefixed.c" conf.c rust.a -lm -ldl \
	-pthread
MALLOC_CONF=lg_prof_sample:10 "$HEAPFLAME" run --sample 1 -o rust ./rusty \
	>expected 2>err.txt || fail "status $?: $(cat err.txt)"
grep -q 'its own jemalloc (_rjem_) profiles itself, every allocation, by _RJEM_MALLOC_CONF$' \
	err.txt || fail "not said: $(cat err.txt)"
"$PYTHON" "$SRC/tests/e2e/truth.py" expected rust/*.heap 2>&1 | tail -3
grep -q by_keep err.txt || fail "not in the summary: $(cat err.txt)"
