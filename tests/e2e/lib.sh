#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the scenarios share; sourced as `. "$SRC/tests/e2e/lib.sh"`. A scenario
# runs in an empty folder of its own and gets from the runner:
# HEAPFLAME, LIBHEAPFLAME (what was built), PROGS (test programs), SRC.
set -eu -o pipefail
shopt -s nullglob

# The system's own: another python in PATH may hold other modules, or none.
export PYTHON=/usr/bin/python3
export PYTHONPATH="$SRC/tests/e2e" PYTHONDONTWRITEBYTECODE=1

fail()
{
	echo "FAILED: $*" >&2
	exit 1
}

skip()
{
	echo "skipped: $*"
	exit 77
}

need()
{
	for tool; do
		command -v "$tool" >/dev/null || skip "no $tool here"
	done
}

# Where they are set, `check` writes annotations.
unset GITHUB_ACTIONS GITHUB_WORKSPACE

# has PATTERN: grep -q at the end of a pipe; that one leaves at the first match,
# and what the writer has still to say breaks the pipe, which pipefail counts.
has()
{
	[ "$(grep -c "$@")" -gt 0 ]
}

# shim [VAR=VALUE]... PROGRAM [ARGS]...: bare preload, dumps under ./dumps/
shim()
{
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/dumps/h" "$@"
}

# The same, every allocation counted.
exact()
{
	shim HEAPFLAME_SAMPLE=1 "$@"
}

# A bare preload, with nothing else said.
preloaded()
{
	env LD_PRELOAD="$LIBHEAPFLAME" "$@"
}

# count FILE...: how many there are; a pattern that matches none gives 0
count()
{
	echo $#
}

# dump_of DIR: the only final dump in there
dump_of()
{
	local all=("$1"/*.f.heap)

	[ ${#all[@]} -eq 1 ] ||
		fail "${#all[@]} final dumps in $1, not one: $(ls "$1" 2>&1)"
	echo "${all[0]}"
}

# expect_error STATUS PATTERN COMMAND...: ends with that status and says one
# line, which matches, and no more (hints may follow it).
expect_error()
{
	local status=$1 pattern=$2 got=0

	shift 2
	timeout 60 "$@" >stdout.txt 2>stderr.txt </dev/null || got=$?
	[ "$got" -eq "$status" ] ||
		fail "exit $got, not $status: $* ($(head -c 500 stderr.txt))"
	grep -aqE -- "$pattern" stderr.txt ||
		fail "'$pattern' not said by: $* ($(head -c 500 stderr.txt))"
	[ "$(grep -ac '^heapflame: ' stderr.txt)" -eq 1 ] ||
		fail "not one line of error: $* ($(head -c 500 stderr.txt))"
}

# same_with_shim NAME PROGRAM [ARGS]...: same output, errors and exit status
# with the shim as without. The folder in between is left as it was.
same_with_shim()
{
	local name=$1 plain=0 shimmed=0

	shift
	"$@" >"$name.plain.out" 2>"$name.plain.err" || plain=$?
	shim "$@" >"$name.shim.out" 2>"$name.shim.err" || shimmed=$?
	[ "$plain" -eq "$shimmed" ] ||
		fail "$name: exit $shimmed with the shim, $plain without"
	cmp "$name.plain.out" "$name.shim.out" || fail "$name: other output"
	cmp "$name.plain.err" "$name.shim.err" || {
		diff "$name.plain.err" "$name.shim.err" | head -20
		fail "$name: other errors"
	}
}
