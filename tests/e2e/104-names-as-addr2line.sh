#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: for addresses all over a C++ program, functions, inlined calls and lines
# are those that addr2line says (but for the padding between functions), with
# DWARF 4 and 5, and in compressed sections.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need g++ addr2line c++filt readelf
for flags in "-O2" "-O1 -gdwarf-4" "-O3 -gz=zlib"; do
	# shellcheck disable=SC2086 # several flags
	g++ -g $flags -DN=1 -DKINDS=2 -DWITH_MAIN -Wl,--build-id -o program \
		"$SRC/tests/bench/units.cc"
	echo "$flags"
	"$PYTHON" "$SRC/tests/e2e/chains.py" make "$PWD/program" 3000
	"$PYTHON" "$SRC/tests/e2e/chains.py" compare "$PWD/program" 99.8
done

# The same under short names: fewer stacks, the same bytes.
"$HEAPFLAME" convert --to folded -o long addresses.heap
"$HEAPFLAME" convert --to folded --short-names -o short addresses.heap
[ "$(wc -l <short)" -lt "$(wc -l <long)" ] || fail "nothing was folded"
grep -q ';std::vector<>::' short || fail "not short: $(head -3 short)"
grep -qE '<[a-z:]+' short && fail "template arguments: $(grep -E '<[a-z]' short)"
total()
{
	awk '{ all += $NF } END { print all }' "$1"
}
[ "$(total short)" = "$(total long)" ] || fail "other totals"
