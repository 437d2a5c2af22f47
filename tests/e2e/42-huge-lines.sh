#!/bin/bash
# Goal: a line of 2 GB, a stack of millions of addresses, millions of lines of
# nonsense: answered within time and memory, by one line or a report.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# repeat TEXT COUNT: `yes` dies of its closed pipe, which is no failure
repeat()
{
	(yes "$1" || true) | head -n "$2"
}

# bounded FILE: exit 0 or 1, never a signal, with 4 GB of address space
bounded()
{
	local status=0

	(
		ulimit -v 4194304
		timeout 100 "$HEAPFLAME" report "$1"
	) >out 2>err || status=$?
	case $status in
	0) ;;
	1) [ "$(grep -c '^heapflame: ' err)" -eq 1 ] || fail "$1: $(cat err)" ;;
	*) fail "$1: exit $status: $(head -c 1000 err)" ;;
	esac
	[ "$(wc -c <err)" -lt 4096 ] || fail "$1: a flood of messages"
	echo "$1: $status, $(head -c 300 err)"
}

printf 'heap_v2/1\n  t*: 1: 8 [1: 8]\n@ 0x1\n  t*: 1: 8 [1: 8]\n# ' >line.heap
truncate -s 2G line.heap
bounded line.heap
truncate -s 2G zeros.heap
bounded zeros.heap
rm line.heap zeros.heap

{
	printf 'heap_v2/1\n  t*: 1: 8 [1: 8]\n@'
	repeat ' 0x55d0c0de1234' 4000000 | tr -d '\n'
	printf '\n  t*: 1: 8 [1: 8]\n# s 1 a=1,8,1,0,0\n# end\n'
} >deep.heap
bounded deep.heap
{
	printf 'heap_v2/1\n  t*: 1: 8 [1: 8]\n'
	repeat '@ 0x1' 3000000
} >stacks.heap
bounded stacks.heap
{
	printf 'heap_v2/1\n  t*: 1: 8 [1: 8]\n'
	repeat '# module 1 0 - - /x 0-ffff@0' 1000000
} >modules.heap
bounded modules.heap
{
	printf 'heap_v2/1\n  t*: 99999999999999999999: 8 [1: -8]\n@ 0x1\n'
	printf '  t*: 18446744073709551615: 18446744073709551615 [1: nan]\n'
	printf '# s 1 a=nan,inf,-1,1e999,-0\n# l 1 1 1 1 1\n# live -1 9\n'
	printf '# s 77777777777777777777777 a=1\n# end\n'
} >numbers.heap
bounded numbers.heap
