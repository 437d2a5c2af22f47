#!/bin/bash
# Goal: a C program that loads a throwing C++ library keeps libgcc's unwinder:
# nothing that the shim loads may stand before it.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for unwind in cfi libunwind fp; do
	exact LD_DEBUG=bindings LD_DEBUG_OUTPUT="$PWD/bindings.$unwind" \
		HEAPFLAME_UNWIND=$unwind \
		"$PROGS/host_dlopen" "$PROGS/libthrow.so" >said 2>err
	[ "$(cat said)" = "thrown and caught" ] || fail "$unwind: $(cat said)"
	cat bindings."$unwind".* >all
	grep -- '_Unwind_RaiseException' all >raise ||
		fail "$unwind: the library did not throw"
	# What libunwind binds within itself is its own affair.
	if grep -vE 'file [^ ]*libunwind|to .*libgcc_s' raise; then
		fail "$unwind: bound elsewhere"
	fi
	# The other names that both libraries define.
	if grep -E 'binding file .*(libstdc|libthrow).*symbol `_Unwind_' all |
		grep -v 'to .*libgcc_s'; then
		fail "$unwind: a part of the unwinder is bound elsewhere"
	fi
done

# And the exceptions of a C++ program, with every allocation sampled.
exact "$PROGS/truth_new" >/dev/null
