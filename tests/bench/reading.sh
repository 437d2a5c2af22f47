#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How fast dumps are read: a real one of cc1plus, which jemalloc's profiler took
# of g++ on a file with the standard headers, to folded stacks beside jeprof;
# and many such, of processes whose libraries lie elsewhere. Each line is the
# median of rounds taken in turns in this run; for figures, leave the machine
# alone. QUICK=1: a tenth of the files, one round.
# usage: reading.sh OUT
set -u
out=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
unset LD_PRELOAD MALLOC_CONF "${!HEAPFLAME_@}"
many=1000 rounds=3
[ -z "${QUICK:-}" ] || many=100 rounds=1

for jemalloc in /usr/lib/*/libjemalloc.so.2; do :; done
if [ ! -e "$jemalloc" ] || ! command -v g++ jeprof python3 >/dev/null; then
	echo "reading: needs libjemalloc.so.2, jeprof, g++ and python3: left out"
	exit 0
fi

# cost COMMAND...: seconds, seconds of processor time, MiB at most
cost()
{
	python3 - "$@" <<-'EOF'
		import resource, subprocess, sys, time
		begin = time.monotonic()
		subprocess.run(sys.argv[1:], check=True,
		               stdout=subprocess.DEVNULL,
		               stderr=subprocess.DEVNULL)
		took = time.monotonic() - begin
		use = resource.getrusage(resource.RUSAGE_CHILDREN)
		print("%.4f %.4f %d" % (took, use.ru_utime + use.ru_stime,
		                        use.ru_maxrss // 1024))
	EOF
}

# median FILE: of each of its three columns
median()
{
	local i

	for i in 1 2 3; do
		cut -d' ' -f$i "$1" | sort -g | sed -n "$((rounds / 2 + 1))p"
	done | paste -sd' '
}

make_dumps()
{
	mkdir "$work/je" "$work/many" &&
		env LD_PRELOAD="$jemalloc" MALLOC_CONF="prof:true,\
prof_prefix:$work/je/cc,lg_prof_sample:8,prof_final:true" \
			g++ -c -o "$work/o.o" "$here/many_headers.cc" &&
		$cc -O2 -Wall -o "$work/copies" "$here/copies.c" || return 1
	# Of g++, cc1plus, as and the like the compiler has by far the most.
	# shellcheck disable=SC2012 # our own names
	dump=$(ls -S "$work"/je/*.heap | head -1)
	mv "$dump" "$work/cc1plus.heap"
	dump=$work/cc1plus.heap
	"$work/copies" "$dump" "$work/many" "$many"
}

make_dumps || exit 1
cc1plus=$(g++ -print-prog-name=cc1plus)
stacks=$(grep -c '^@' "$dump")
bytes=$(stat -c %s "$dump")
fold="$out/heapflame convert --to folded -o -"
for ((i = 0; i < rounds; i++)); do
	# shellcheck disable=SC2086 # command lines
	{
		cost $fold "$dump" >>"$work/ours"
		cost jeprof --collapsed "$cc1plus" "$dump" >>"$work/jeprof"
		cost taskset -c 0 $fold "$work"/many/cc.1000*.heap >>"$work/few"
		cost taskset -c 0 $fold "$work"/many/cc.100*.heap >>"$work/more"
		cost $fold "$work"/many/*.heap >>"$work/all"
	}
done

read -r a b c <<<"$(median "$work/ours")"
read -r d e f <<<"$(median "$work/jeprof")"
echo "one dump of cc1plus to folded stacks: $stacks stacks, $bytes bytes"
printf '%-22s %10s %10s %6s\n' '' 's' 'CPU s' 'MiB'
printf '%-22s %10s %10s %6s\n' heapflame "$a" "$b" "$c" jeprof "$d" "$e" "$f"
awk -v a="$a" -v b="$b" -v d="$d" -v e="$e" 'BEGIN {
	printf "jeprof takes %.0f times as long, %.0f times the CPU time\n",
		d / a, e / b }'
read -r _ few _ <<<"$(median "$work/few")"
read -r _ more _ <<<"$(median "$work/more")"
awk -v few="$few" -v more="$more" -v bytes="$bytes" 'BEGIN {
	printf "each further dump: %.2f ms of one processor, %.0f MB/s\n",
		(more - few) / 90 * 1e3, bytes * 90 / (more - few) / 1e6 }'
read -r a b c <<<"$(median "$work/all")"
echo "$many dumps into one picture: $a s, CPU $b s, $c MiB on" \
	"$(nproc) processors"
