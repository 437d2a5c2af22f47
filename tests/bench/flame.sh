#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From folded text to the picture: seconds (the least of several rounds) and
# memory, beside what else is in PATH (flamegraph.pl, inferno-flamegraph), in
# turns in one run. No Debian or npm package has flamegraph.pl: without it, what
# it took elsewhere is quoted. STACKS=500000: 1 GB. usage: flame.sh OUT
set -eu
out=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
stacks=${STACKS:-100000} rounds=${QUICK:+3}
rounds=${rounds:-10}

${CC:-cc} -std=gnu11 -O2 -Wall -o "$work/folded" "$here/folded.c"
"$work/folded" "$stacks" >"$work/big.folded"
LC_ALL=C sort "$work/big.folded" >"$work/sorted.folded"

ways=("heapflame" "$out/heapflame flame -o $work/x.svg"
	"heapflame, 1 processor" "taskset -c 0 $out/heapflame flame -o $work/x.svg")
for peer in flamegraph.pl inferno-flamegraph; do
	command -v $peer >/dev/null && ways+=("$peer" "$peer")
done

# once COMMAND FILE: seconds, MB, of user and system CPU time
once()
{
	python3 - "$@" <<-'END'
	import resource, subprocess, sys, time
	begin = time.monotonic()
	subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL,
	               stderr=subprocess.DEVNULL)
	wall = time.monotonic() - begin
	used = resource.getrusage(resource.RUSAGE_CHILDREN)
	print("%.3f %.3f %d" % (wall, used.ru_utime + used.ru_stime,
	                        used.ru_maxrss / 1000))
	END
}

for ((round = 0; round < rounds; round++)); do
	for ((i = 0; i < ${#ways[@]}; i += 2)); do
		# A peer that takes minutes is asked twice.
		[ $i -lt 4 ] || [ $round -lt 2 ] || continue
		for order in big sorted; do
			# shellcheck disable=SC2086 # a command line
			once ${ways[i + 1]} "$work/$order.folded" >>"$work/$i.$order"
		done
	done
done

# least FILE COLUMN
least()
{
	sort -n -k "$2,$2" "$1" | awk -v c="$2" 'NR == 1 { print $c }'
}

echo "$(($(stat -c %s "$work/big.folded") / 1000000)) MB of folded text," \
	"$stacks stacks, to SVG: the least of $rounds rounds"
printf '  %-24s %9s %9s %9s %14s\n' "" "wall, s" "CPU, s" "peak, MB" \
	"sorted, wall"
for ((i = 0; i < ${#ways[@]}; i += 2)); do
	printf '  %-24s %9s %9s %9s %14s\n' "${ways[i]}" \
		"$(least "$work/$i.big" 1)" "$(least "$work/$i.big" 2)" \
		"$(least "$work/$i.big" 3)" "$(least "$work/$i.sorted" 1)"
done
command -v flamegraph.pl >/dev/null ||
	echo "  flamegraph.pl is not here; it took 17.1 s and 1,120 MB for 198 MB" \
		"of such text on a machine of 2 processors"
