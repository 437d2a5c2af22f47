#!/bin/bash
# Goal: on top of jemalloc and tcmalloc, preloaded beside the shim in either
# order, the truth is the same to the byte: their operators new are wrapped,
# too, and nothing counts twice.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

tried=0
for library in /usr/lib/*/libjemalloc.so.2 /usr/lib/*/libtcmalloc_minimal.so.4 \
	/usr/lib/*/libmimalloc.so.2*; do
	unset NEW_ENDS_THE_PROGRAM
	case $library in
	*mimalloc*) export NEW_ENDS_THE_PROGRAM=1 ;;
	esac
	for program in truth_new truth_peak truth_threads; do
		rm -rf dumps
		env LD_PRELOAD="$LIBHEAPFLAME $library" HEAPFLAME_SAMPLE=1 \
			HEAPFLAME_PREFIX="$PWD/dumps/h" \
			"$PROGS/$program" >expected ||
			fail "$program on $library"
		echo "$program on $library"
		"$PYTHON" "$SRC/tests/e2e/truth.py" expected \
			"$(dump_of dumps)"
		tried=$((tried + 1))
	done
	# The shim behind the allocator sees nothing, and harms nothing.
	rm -rf dumps
	env LD_PRELOAD="$library $LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$PWD/dumps/h" "$PROGS/truth_new" >again ||
		fail "behind $library"
	grep -q by_map again || fail "behind $library: other output"
done
[ $tried -gt 0 ] || skip "no other allocator here"
