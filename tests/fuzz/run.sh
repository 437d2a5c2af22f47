#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs each fuzz program in OUT/fuzz for SECONDS, starting from its stored
# corpus. New inputs go to a folder below FOUND, as do those that crash.
# usage: run.sh OUT SECONDS FOUND
set -eu
out=$1 seconds=$2 found=$3
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	mkdir -p "$found/$name"
	echo "$name: $seconds s"
	"$out/fuzz/$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix="$found/$name-" \
		-print_final_stats=1 "$found/$name" \
		"tests/fuzz/corpus/${name#fuzz_}"
done
