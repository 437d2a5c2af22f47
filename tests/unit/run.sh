#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs each unit test program under OUT/unit, and each fuzz program under
# OUT/fuzz over its stored corpus. A program is quiet unless it fails.
# Ends with "N passed, N failed"; exit 1 if one failed.
# usage: run.sh OUT [PREFIX]: only programs whose name begins with PREFIX.
set -u
out=$1 only=${2:-}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0 failed=0

# What runs in the shim's helper has a stack and a thread block of its own, which
# ASan's imitation of stacks knows nothing of.
sanitizer=${ASAN_OPTIONS:-}

# run NAME COMMAND...
run()
{
	name=$1
	shift
	case $name in
	test_hf_*) ASAN_OPTIONS=$sanitizer:detect_stack_use_after_return=0 ;;
	*) ASAN_OPTIONS=$sanitizer ;;
	esac
	export ASAN_OPTIONS
	if timeout 300 "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		return
	else
		status=$?
	fi
	failed=$((failed + 1))
	echo "FAIL $name (exit $status)"
	sed 's/^/    /' "$log"
	echo "  again: $*"
}

for source in tests/unit/test_*.c; do
	[ -e "$source" ] || continue
	name=$(basename "$source" .c)
	case $name in
	"$only"*) run "$name" "$out/unit/$name" ;;
	esac
done
for source in tests/fuzz/fuzz_*.c; do
	[ -e "$source" ] || continue
	name=$(basename "$source" .c)
	corpus=tests/fuzz/corpus/${name#fuzz_}
	case $name in
	"$only"*)
		[ -d "$corpus" ] && run "$name" "$out/fuzz/$name" "$corpus"/*
		;;
	esac
done
echo "unit: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
