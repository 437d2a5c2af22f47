#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Instructions that a malloc+free pair takes which is not sampled, by callgrind:
# the difference of two lengths of loop, so that start and exit cancel. The
# same figure on every run. Prints one number.
# usage: instructions.sh LOOP [VARIABLE=VALUE]...
set -eu
loop=$1
shift
short=1000 long=21000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# counted COUNT [VARIABLE=VALUE]...: of the whole run. What the shim forks is
# a process with a file of its own, and far smaller.
counted()
{
	local count=$1

	shift
	rm -f "$work"/*
	env "$@" timeout 120 valgrind --tool=callgrind \
		--callgrind-out-file="$work/out.%p" "$loop" "$count" >"$work/said" 2>&1 ||
		{ cat "$work/said" >&2 && exit 1; }
	sed -n 's/^\(totals\|summary\): //p' "$work"/out.* | sort -n |
		tail -n 1
}

a=$(counted $short "$@")
b=$(counted $long "$@")
awk -v d=$((b - a)) -v n=$((long - short)) 'BEGIN {
	if (d <= 0)
		exit 1
	printf "%.2f\n", d / n
}'
