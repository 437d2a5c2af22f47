#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the scenarios of `heapflame check` share; sourced behind lib.sh.

# check STATUS OPTION...: ends so; what is said is in out.txt
check()
{
	local wanted=$1 got=0

	shift
	"$HEAPFLAME" check "$@" >out.txt 2>err.txt || got=$?
	[ "$got" -eq "$wanted" ] ||
		fail "exit $got, not $wanted: $* ($(cat out.txt err.txt))"
}
