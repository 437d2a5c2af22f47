#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On glibc, jemalloc, tcmalloc and mimalloc, linked to the program or preloaded
# below the shim or by `run --allocator`, the truth is the same to the byte, each
# operator counts once, and info names the allocator. In front of the shim an
# allocator hides all, and nothing is harmed.
. "$SRC/tests/e2e/lib.sh"

# agree WHAT NAME FOLDER: the figures, and whose malloc it was
agree()
{
	"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of "$3")" ||
		fail "$1: not the truth"
	"$HEAPFLAME" info "$3" >info.txt
	grep -q "^malloc: of '.*/lib$2[^/]*'$" info.txt ||
		fail "$1: info does not name $2: $(grep malloc: info.txt)"
	! grep -q '^unseen: .*malloc, too' info.txt ||
		fail "$1: $(grep unseen info.txt)"
}

exact "$PROGS/alloc_any" >expected
agree "glibc, linked" c dumps

tried=0
for name in jemalloc tcmalloc mimalloc; do
	for library in /usr/lib/*/"lib$name.so.2" \
		/usr/lib/*/"lib${name}_minimal.so.4" ""; do
		[ -e "$library" ] && break
	done
	[ -n "$library" ] || continue
	tried=$((tried + 1))
	# No program is profiled that the allocator alone makes fail.
	env LD_PRELOAD="$library" "$PROGS/alloc_any" >/dev/null ||
		fail "alloc_any on $name, without the shim"

	rm -rf dumps
	env LD_PRELOAD="$LIBHEAPFLAME:$library" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" "$PROGS/alloc_any" >expected
	agree "$name, preloaded" "$name" dumps

	rm -rf dumps
	c++ -std=c++17 -fsized-deallocation -O0 -g -pthread -I"$SRC/tests/progs" \
		-o linked "$SRC/tests/progs/alloc_any.cc" \
		-Wl,--no-as-needed "$library"
	exact ./linked >expected
	agree "$name, linked" "$name" dumps

	# Preloaded in front of what is linked: the shim, and then this one.
	rm -rf dumps
	"$HEAPFLAME" run -q --sample 1 --allocator "$name" -o dumps \
		"$PROGS/alloc_any" >expected
	agree "$name, by run" "$name" dumps

	rm -rf dumps
	env LD_PRELOAD="$library:$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" "$PROGS/alloc_any" >again ||
		fail "$name in front of the shim: status $?"
	cmp expected again || fail "$name in front of the shim: other output"
done
[ $tried -gt 0 ] || skip "no other allocator here"

# gperftools' larger one, whose operators and hooks into libc are its own.
for library in /usr/lib/*/libtcmalloc.so.4; do
	rm -rf dumps
	env LD_PRELOAD="$LIBHEAPFLAME:$library" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" "$PROGS/alloc_any" >expected
	agree "gperftools, preloaded" tcmalloc dumps
	rm -rf dumps
	c++ -std=c++17 -fsized-deallocation -O0 -g -pthread -I"$SRC/tests/progs" \
		-o linked "$SRC/tests/progs/alloc_any.cc" \
		-Wl,--no-as-needed "$library"
	exact ./linked >expected
	agree "gperftools, linked" tcmalloc dumps
done

# What is not there is said in one line, before anything is started.
expect_error 125 "'/bin/true' defines no malloc|no library" \
	"$HEAPFLAME" run --allocator /bin/true "$PROGS/alloc_any"
expect_error 125 "wants jemalloc, tcmalloc, mimalloc or the path" \
	"$HEAPFLAME" run --allocator umem "$PROGS/alloc_any"
expect_error 125 "no library of the right machine" \
	"$HEAPFLAME" run --allocator ./nowhere.so "$PROGS/alloc_any"
# Without the library: an empty file in its place, for this command alone.
if unshare -rm true 2>/dev/null; then
	# shellcheck disable=SC2016 # the inner shell expands
	expect_error 125 "cannot find mimalloc: no 'libmimalloc.so.2'" \
		unshare -rm sh -c '
		for file in /usr/lib/*/libmimalloc.so* /lib*/*/libmimalloc.so*; do
			[ -e "$file" ] && mount --bind /dev/null "$file"
		done
		exec "$@"' sh "$HEAPFLAME" run --allocator mimalloc \
		"$PROGS/alloc_any"
	grep -q 'Debian.s package is libmimalloc' stderr.txt ||
		fail "no help: $(cat stderr.txt)"
fi
[ ! -s stdout.txt ] || fail "it was started: $(cat stdout.txt)"

# A path that LD_PRELOAD cannot hold, and a library of one's own.
mkdir 'a folder'
cp "$library" 'a folder/libown.so'
"$HEAPFLAME" run -q --sample 1 --allocator 'a folder/libown.so' -o own \
	"$PROGS/alloc_any" >expected
"$PYTHON" "$SRC/tests/e2e/truth.py" expected "$(dump_of own)"
