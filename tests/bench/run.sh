#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What heapflame costs, beside what others cost, measured in one run on one
# machine: nanoseconds a malloc+free pair, then CPU time of real programs as
# ratios of interleaved pairs; before that, costs.sh, latency.sh and
# reading.sh. About ten
# minutes; QUICK=1: two, and noisy.
# usage: run.sh OUT
set -u
out=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset LD_PRELOAD MALLOC_CONF "${!HEAPFLAME_@}"
if [ -n "${QUICK:-}" ]; then
	micro_ms=100 micro_runs=1 fast_seconds=4 fast_rounds=3 slow_rounds=1
else
	micro_ms=300 micro_runs=3 fast_seconds=40 fast_rounds=40 slow_rounds=2
fi

build()
{
	$cc -std=gnu11 -O2 -Wall -o "$work/micro" "$here/micro.c" -pthread &&
		$cc -std=gnu11 -O2 -Wall -o "$work/pairs" "$here/pairs.c" -lm &&
		$cc -std=gnu11 -O2 -Wall -fPIC -shared -fno-builtin \
			-o "$work/forward.so" "$here/forward.c"
}

# The ways to run a program: a name and a command prefix, in two lists of pairs.
# Those of `fast` are measured often enough to tell per cents apart.
fast=() slow=()
list_ways()
{
	local shim=$out/libheapflame.so jemalloc
	local heapflame="env LD_PRELOAD=$shim HEAPFLAME_PREFIX=$work/dumps/hf"
	fast=(
		"no shim" "env"
		"forwarding only" "env LD_PRELOAD=$work/forward.so"
		"heapflame, dormant" "$heapflame HEAPFLAME_ACTIVE=0"
		"heapflame, 512 KiB" "$heapflame HEAPFLAME_SAMPLE=512K"
	)
	slow=(
		"heapflame, 4 KiB" "$heapflame HEAPFLAME_SAMPLE=4K"
		"heapflame, 1" "$heapflame HEAPFLAME_SAMPLE=1"
	)
	for jemalloc in /usr/lib/*/libjemalloc.so.2; do :; done
	if [ -e "$jemalloc" ]; then
		local je="env LD_PRELOAD=$jemalloc" conf
		conf="MALLOC_CONF=prof:true,prof_final:true"
		conf="$conf,prof_prefix:$work/dumps/je,lg_prof_sample"
		fast+=(
			"jemalloc, no profile" "$je"
			"jemalloc, 512 KiB" "$je $conf:19"
		)
		slow+=(
			"jemalloc, 4 KiB" "$je $conf:12"
			"jemalloc, 1" "$je $conf:0"
		)
	else
		echo "no libjemalloc.so.2: left out (scripts/install-deps test)"
	fi
	if command -v heaptrack >/dev/null; then
		slow+=("heaptrack" "heaptrack -o $work/dumps/ht")
	else
		echo "no heaptrack: left out"
	fi
}

# micro_of PREFIX MODE: the least of the least, the least of the medians.
micro_of()
{
	local i
	for ((i = 0; i < micro_runs; i++)); do
		# shellcheck disable=SC2086 # a command line
		$1 "$work/micro" "$2" $micro_ms 2>/dev/null |
			grep -E '^[0-9.]+ [0-9.]+$'
		rm -rf "$work/dumps"
		mkdir "$work/dumps"
	done | awk 'NR == 1 || $1 < a { a = $1 } NR == 1 || $2 < b { b = $2 }
		END { if (NR) printf "%.1f / %.1f", a, b; else printf "failed" }'
}

micro()
{
	local ways=("${fast[@]}" "${slow[@]}") i
	echo "ns a malloc+free pair at 20 frames: least / median batch"
	printf '  %-22s %17s %17s %17s\n' "" pair "churn of 100,000" "2 threads"
	for ((i = 0; i < ${#ways[@]}; i += 2)); do
		printf '  %-22s %17s %17s %17s\n' "${ways[i]}" \
			"$(micro_of "${ways[i + 1]}" pair)" \
			"$(micro_of "${ways[i + 1]}" churn)" \
			"$(micro_of "${ways[i + 1]}" threads)"
	done
}

# real NAME PROGRAM...: into $work/NAME.tsv
real()
{
	local name=$1
	shift
	echo "  running $name: $(date +%T)" >&2
	"$work/pairs" $fast_seconds $fast_rounds "${fast[@]}" -- "$@" \
		>"$work/$name.tsv" || echo "no shim	failed" >>"$work/$name.tsv"
	rm -rf "$work/dumps"
	mkdir "$work/dumps"
	"$work/pairs" 0 $slow_rounds "no shim" env "${slow[@]}" -- "$@" \
		>"$work/$name.slow" || echo "heapflame, 4 KiB	failed" >>"$work/$name.slow"
	grep -v '^no shim' "$work/$name.slow" >>"$work/$name.tsv"
	rm -rf "$work/dumps"
	mkdir "$work/dumps"
}

cell()
{
	awk -F '\t' -v way="$1" '$1 == way {
		if ($2 == "failed") print "failed"
		else if ($3 ~ /inf/) printf "%.3f", $2
		else printf "%.3f (%.3f)", $2, $3
	}' "$2"
}

sources()
{
	cat >"$work/tree.py" <<-'END'
	import ast, glob, os
	folder = os.path.dirname(os.__file__)
	trees = []
	for name in sorted(glob.glob(folder + "/[a-e]*.py")):
	    with open(name, encoding="utf-8") as f:
	        trees.append(ast.parse(f.read()))
	print(sum(1 for t in trees for _ in ast.walk(t)))
	END
	cat >"$work/real.cc" <<-'END'
	#include <iostream>
	#include <map>
	#include <sstream>
	#include <string>
	int main()
	{
		std::map<std::string, int> words;
		for (std::string line; std::getline(std::cin, line);) {
			std::istringstream in(line);
			for (std::string word; in >> word;)
				words[word]++;
		}
		for (auto &w : words)
			std::cout << w.first << ' ' << w.second << '\n';
	}
	END
	sql="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
		WHERE i < 500000) SELECT count(*), max(length(s)) FROM
		(SELECT i % 9973 AS k, group_concat(hex(i * 7919) || 'x') AS s
		FROM n GROUP BY k ORDER BY s)"
}

real_programs()
{
	local python=/usr/bin/python3 names=() ways=("${fast[@]}" "${slow[@]}") i
	sources
	if [ -x $python ]; then
		real python3 $python -S "$work/tree.py"
		names+=(python3)
	fi
	if command -v sqlite3 >/dev/null; then
		real sqlite3 sqlite3 :memory: "$sql"
		names+=(sqlite3)
	fi
	if command -v g++ >/dev/null; then
		real g++ g++ -c -o "$work/real.o" "$work/real.cc"
		names+=(g++)
	fi
	echo
	echo "user+sys CPU over no shim: mean of interleaved pairs (upper 95 % bound)"
	printf '  %-22s' ""
	printf ' %17s' "${names[@]}"
	echo
	for ((i = 0; i < ${#ways[@]}; i += 2)); do
		printf '  %-22s' "${ways[i]}"
		for name in "${names[@]}"; do
			printf ' %17s' "$(cell "${ways[i]}" "$work/$name.tsv")"
		done
		echo
	done
	for name in "${names[@]}"; do
		awk -F '\t' -v p="$name" '$1 == "no shim" { printf "  %s: %d pairs"\
			" (%d for what is slower), %s s of CPU without a shim\n", p,
			$4, slow, $5 }' slow=$slow_rounds "$work/$name.tsv"
	done
	echo "  heaptrack: with its interpreter; of g++ it sees the driver alone."
}

build || exit 1
mkdir "$work/dumps"
echo "$(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)," \
	"$(uname -sr), $(date +%F)"
list_ways
"$here/costs.sh" "$out" || exit 1
"$here/latency.sh" "$out" || exit 1
"$here/reading.sh" "$out" || exit 1
micro
real_programs
