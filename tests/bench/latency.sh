#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The worst that a malloc+free pair takes while others have their files synced,
# with the live state beside without: medians over interleaved rounds.
# usage: latency.sh OUT
set -eu
out=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
# Where pages are written back: not on a tmpfs, if /tmp is one.
disk=$(mktemp -d "${LATENCY_FOLDER:-/var/tmp}/latency.XXXXXX")
trap 'rm -rf "$work" "$disk"' EXIT
trap 'exit 130' INT TERM
unset LD_PRELOAD "${!HEAPFLAME_@}"
rounds=${QUICK:+3} seconds=1
rounds=${rounds:-15}

${CC:-cc} -std=gnu11 -O1 -fno-optimize-sibling-calls -Wall \
	-o "$work/latency" "$here/latency.c"
shim="env LD_PRELOAD=$out/libheapflame.so HEAPFLAME_PREFIX=$work/dumps/h"
ways=("no shim" "env")
for n in 512K 4K; do
	ways+=("N = $n, state" "$shim HEAPFLAME_SAMPLE=$n"
		"N = $n, no state" "$shim HEAPFLAME_SAMPLE=$n HEAPFLAME_LIVE=0")
done
for ((round = 0; round < rounds; round++)); do
	for ((i = 0; i < ${#ways[@]}; i += 2)); do
		# shellcheck disable=SC2086 # a command line
		${ways[i + 1]} "$work/latency" $seconds "$disk" 2 \
			>>"$work/$i" 2>/dev/null
		rm -rf "$work/dumps"
	done
done

# median FILE COLUMN
median()
{
	sort -n -k "$2,$2" "$1" | awk -v c="$2" '{ v[NR] = $c }
		END { print v[int((NR + 1) / 2)] }'
}

echo "ns a malloc+free pair, 2 writers with fsync: medians of $rounds rounds"
printf '  %-22s %10s %10s %10s\n' "" "median" "p99.99" "maximum"
for ((i = 0; i < ${#ways[@]}; i += 2)); do
	printf '  %-22s %10s %10s %10s\n' "${ways[i]}" "$(median "$work/$i" 1)" \
		"$(median "$work/$i" 2)" "$(median "$work/$i" 3)"
done
