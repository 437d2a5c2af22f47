#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Threads dlopen and dlclose in a loop, others allocate at N = 1, one waits for
# those with the loader's lock in its hand; constructors and destructors
# allocate. It catches any call of the loader while a sample is taken (a
# deadlock), and a row or module that is read after its library is gone.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for name in a b c; do
	cp "$PROGS/libharm_plugin.so" lib$name.so
done
for unwind in cfi libunwind; do
	seconds=4
	[ $unwind = cfi ] || seconds=2
	rm -rf dumps
	exact HEAPFLAME_UNWIND=$unwind HEAPFLAME_DUMP_BYTES=64M \
		"$PROGS/harm_loader" $seconds "$PWD"/lib{a,b,c}.so >said ||
		fail "UNWIND=$unwind: exit $?"
	cat said
	read -r _ loads _ allocations _ walks <said
	for figure in "$((loads / 50))" "$((walks / 5))" \
		"$((allocations / 5000))"; do
		[ "$figure" -ge 1 ] || fail "too little was done"
	done
	"$HEAPFLAME" report --metric inuse_objects "$(dump_of dumps)" >text
	# All was freed, by the destructors too; but for what the loader keeps.
	if grep -v __tls_get_addr text |
		grep -E ' (begin|plugin_use|allocate|wait_for_others)( |$)'; then
		fail "UNWIND=$unwind: freed blocks are said to live"
	fi
done
