#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 10,000 addresses all over a C++ program with more than 100 MB of debug
# information, with inlined calls and lines: `heapflame convert --to folded`
# beside `addr2line -i -f -C`, in turns. Then how much of the program is in
# memory when all addresses lie in one unit. Three units are compiled and each is
# linked a dozen times under other names: 36 units, in 40 seconds.
# usage: symbols.sh OUT
set -u -o pipefail
out=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
export HEAPFLAME=$out/heapflame PYTHONDONTWRITEBYTECODE=1
CXX=${CXX:-g++} rounds=${ROUNDS:-5}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
for tool in "$CXX" objcopy nm addr2line readelf python3; do
	command -v "$tool" >/dev/null || {
		echo "symbols: no $tool: left out"
		exit 0
	}
done
cd "$work" || exit 1

# clone UNIT COPY: its symbols get the copy's number in front
clone()
{
	nm --defined-only "$1.o" | awk -v copy="copy$2_" \
		'$3 !~ /^DW\.ref\./ { print $3, copy $3 }' | sort -u >renamed
	objcopy --redefine-syms=renamed "$1.o" "$1.$2.o" && objects+=("$1.$2.o")
}

build()
{
	local unit copy run objects=()
	for unit in 1 2 3; do
		"$CXX" -g -O2 -DN=$unit -c -o "$unit.o" "$here/units.cc" || return
		run=$(nm "$unit.o" | awk '$3 ~ /3runERK/ { print $3 }')
		for copy in {1..12}; do
			clone $unit "$copy" || return
			echo "extern \"C\" int copy${copy}_$run(const std::string &);" >>declarations
			echo "n += copy${copy}_$run(text);" >>calls
		done
	done
	{
		echo '#include <string>'
		cat declarations
		echo 'int main(int, char **argv) { std::string text(argv[0]); int n = 0;'
		cat calls
		echo 'return n == 0; }'
	} >main.cc
	"$CXX" -g -O1 -Wl,--build-id -o program main.cc "${objects[@]}" &&
		rm -f -- *.o && touch -d 2001-01-01 program
}

# seconds COMMAND...: wall clock; its output to /dev/null
seconds()
{
	local TIMEFORMAT=%R
	{ time "$@" >/dev/null; } 2>&1
}

theirs()
{
	addr2line -i -f -C -e program <addresses
}

ours()
{
	"$HEAPFLAME" convert --to folded addresses.heap
}

least()
{
	sort -n | head -1
}

resident()
{
	/usr/bin/time -f %M "$HEAPFLAME" convert --to folded -o folded "$1" 2>&1
}

build || { echo "symbols: the program cannot be built"; exit 1; }
bytes=$(size -A -d program |
	awk '$1 ~ /^\.debug_/ { sum += $2 } END { print sum }')
python3 "$here/../e2e/chains.py" make "$work/program" 10000
ours >/dev/null
theirs >/dev/null
for ((i = 0; i < rounds; i++)); do
	seconds theirs >>theirs.s
	seconds ours >>ours.s
done
awk -v a="$(least <theirs.s)" -v b="$(least <ours.s)" -v bytes="$bytes" 'BEGIN {
	printf "10,000 addresses in %.0f MB of debug information, least of rounds:\n", bytes / 1e6
	printf "  addr2line -i -f -C %.2f s, heapflame convert %.2f s: %.1f times faster\n", a, b, a / b
}'
if [ -x /usr/bin/time ]; then
	python3 "$here/../e2e/chains.py" narrow "$work/program" 10000
	echo "  resident: all units $(resident addresses.heap) KiB," \
		"one unit $(resident narrow.heap) KiB"
fi
