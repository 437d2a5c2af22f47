#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The shim's costs one by one, each with its budget beside it and what others
# take: instructions, a sample, a stack never seen before, memory, the pause
# that a dump makes. About three minutes; QUICK=1: one.
# usage: costs.sh OUT
set -u
out=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset LD_PRELOAD MALLOC_CONF "${!HEAPFLAME_@}"
if [ -n "${QUICK:-}" ]; then
	ms=30 runs=1 seconds=1.5
else
	ms=150 runs=2 seconds=6
fi

shim="env LD_PRELOAD=$out/libheapflame.so HEAPFLAME_PREFIX=$work/dumps/hf"
shim="$shim HEAPFLAME_DUMP_SECONDS=0"
jemalloc="" tcmalloc=""
for library in /usr/lib/*/libjemalloc.so.2; do
	[ -e "$library" ] && jemalloc="env LD_PRELOAD=$library"
done
for library in /usr/lib/*/libtcmalloc.so.4; do
	[ -e "$library" ] && tcmalloc="env LD_PRELOAD=$library"
done
je="MALLOC_CONF=prof:true,prof_prefix:$work/dumps/je,lg_prof_sample"

build()
{
	local program
	for program in micro stacks resident loop; do
		$cc -std=gnu11 -O2 -Wall -o "$work/$program" \
			"$here/$program.c" -pthread || return 1
	done
	$cc -std=gnu11 -O2 -Wall -fPIC -shared -fno-builtin \
		-o "$work/forward.so" "$here/forward.c"
}

# least PREFIX PROGRAM...: the least of the first words that it prints
least()
{
	local prefix=$1 i
	shift
	for ((i = 0; i < runs; i++)); do
		# shellcheck disable=SC2086 # a command line
		timeout 60 $prefix "$work/$1" "${@:2}" 2>/dev/null |
			grep -E '^[0-9.]+( [0-9.]+)*$'
		rm -rf "$work/dumps"
		mkdir "$work/dumps"
	done | sort -n | head -n 1 | cut -d ' ' -f 1
}

instructions()
{
	local plain
	if ! command -v valgrind >/dev/null; then
		echo "no valgrind: instructions left out"
		return
	fi
	plain=$("$here/instructions.sh" "$work/loop" A=1)
	echo "instructions of an unsampled pair, over no shim's $plain (budget 14)"
	row()
	{
		awk -v a="$("$here/instructions.sh" "$work/loop" "${@:2}")" \
			-v p="$plain" -v n="$1" 'BEGIN {
			printf "  %-28s %+9.2f\n", n, a - p }'
	}
	row "forwarding only" LD_PRELOAD="$work/forward.so"
	row "heapflame, profiling" LD_PRELOAD="$out/libheapflame.so" \
		HEAPFLAME_SAMPLE=64G HEAPFLAME_PREFIX="$work/dumps/hf"
	row "heapflame, dormant" LD_PRELOAD="$out/libheapflame.so" \
		HEAPFLAME_ACTIVE=0 HEAPFLAME_PREFIX="$work/dumps/hf"
}

# samples NAME PREFIX BASE SIZE N: a line of what one sample costs. BASE is the
# same allocator without profile; 1 - exp(-SIZE / N) of the pairs are samples.
samples()
{
	local name=$1 prefix=$2 base=$3 size=$4 n=$5 mode frames with without

	printf '  %-28s' "$name"
	for mode in pair threads; do
		for frames in 5 20 50; do
			with=$(least "$prefix" micro $mode $ms $frames "$size")
			without=$(least "$base" micro $mode $ms $frames "$size")
			awk -v a="$with" -v b="$without" -v s="$size" -v n="$n" \
				'BEGIN {
				p = n > 1 ? 1 - exp(-s / n) : 1
				if (a == "" || b == "") printf " %9s", "failed"
				else printf " %9.0f", (a - b) / p }'
		done
	done
	echo
}

sample_costs()
{
	echo "ns a sample over the same allocator without profile, least of $runs:"
	printf '  %-28s %9s %9s %9s %9s %9s %9s\n' "" "5 frames" 20 50 \
		"2 thr., 5" 20 50
	echo "  every allocation, N = 1 (budget 350 at 20 frames)"
	samples "heapflame" "$shim HEAPFLAME_SAMPLE=1" env 64 1
	[ -z "$jemalloc" ] ||
		samples "jemalloc" "$jemalloc $je:0" "$jemalloc" 64 1
	[ -z "$tcmalloc" ] || samples "gperftools" \
		"$tcmalloc TCMALLOC_SAMPLE_PARAMETER=1" "$tcmalloc" 64 1
	! command -v heaptrack >/dev/null ||
		samples "heaptrack" "heaptrack --raw -o $work/dumps/ht" \
			env 64 1
	echo "  N = 4 KiB, blocks of 1 KiB (budget 450 at 20 frames)"
	samples "heapflame" "$shim HEAPFLAME_SAMPLE=4K" env 1024 4096
	[ -z "$jemalloc" ] ||
		samples "jemalloc" "$jemalloc $je:12" "$jemalloc" 1024 4096
	[ -z "$tcmalloc" ] || samples "gperftools" \
		"$tcmalloc TCMALLOC_SAMPLE_PARAMETER=4096" "$tcmalloc" 1024 4096
}

first_seen()
{
	local count=50000
	echo "ns an allocation kept, N = 1, 20 frames, $count stacks:" \
		"never seen / seen before"
	row()
	{
		# shellcheck disable=SC2086 # a command line
		printf '  %-28s %s\n' "$1" "$(timeout 120 $2 "$work/stacks" first \
			$count 2>/dev/null | grep -E '^[0-9]+ [0-9]+$' ||
			echo failed)"
		rm -rf "$work/dumps"
		mkdir "$work/dumps"
	}
	row "no shim" env
	row "heapflame" "$shim HEAPFLAME_SAMPLE=1 HEAPFLAME_MEMORY=256M"
	[ -z "$jemalloc" ] || row "jemalloc" "$jemalloc $je:0"
}

memory()
{
	local threads name prefix base
	echo "KiB resident over the same allocator without profile, N = 512 KiB"
	echo "  (budget 4096 + 1 % of the heap, nothing a thread)"
	printf '  %-28s %9s %9s %9s\n' "" "1 thread" 100 1000
	row()
	{
		printf '  %-28s' "$1"
		for threads in 1 100 1000; do
			printf ' %9d' $(($(least "$2" resident $threads) - \
				$(least "$3" resident $threads)))
		done
		echo
	}
	row "heapflame" "$shim" env
	[ -z "$jemalloc" ] || row "jemalloc" "$jemalloc $je:19" "$jemalloc"
	[ -z "$tcmalloc" ] || row "gperftools" \
		"$tcmalloc TCMALLOC_SAMPLE_PARAMETER=524288" "$tcmalloc"
}

pauses()
{
	echo "us a pair while dumps of 50,000 stacks are written, N = 1:" \
		"median, 99.9 %, maximum, > 1 ms"
	echo "  (budget: maximum 1000)"
	row()
	{
		# shellcheck disable=SC2086 # a command line
		printf '  %-28s %s' "$1" "$(timeout 120 $2 "$work/stacks" dumps \
			50000 $seconds 2>/dev/null | grep -E '^[0-9. ]+$' ||
			echo failed)"
		set -- "$work"/dumps/*.heap
		[ -e "$1" ] && printf '  (%d dumps)' $#
		echo
		rm -rf "$work/dumps"
		mkdir "$work/dumps"
	}
	row "no shim" env
	row "heapflame, no dump" "$shim HEAPFLAME_SAMPLE=1 HEAPFLAME_MEMORY=256M"
	row "heapflame, one a second" "$shim HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_MEMORY=256M HEAPFLAME_DUMP_SECONDS=1"
	[ -z "$jemalloc" ] || row "jemalloc, two a second" "$jemalloc $je:0"
}

build || exit 1
mkdir "$work/dumps"
echo "load at the beginning: $(cut -d ' ' -f 1-3 /proc/loadavg)"
instructions
sample_costs
first_seen
memory
pauses
echo "load at the end: $(cut -d ' ' -f 1-3 /proc/loadavg)"
