#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A program under `heapflame run` cannot be told from one without: exit status,
# death by signal, arguments, standard streams, signal dispositions and mask.
. "$SRC/tests/e2e/lib.sh"

# ends STATUS COMMAND...
ends()
{
	local wanted=$1 got=0

	shift
	"$@" >out.txt 2>err.txt </dev/null || got=$?
	[ "$got" -eq "$wanted" ] ||
		fail "exit $got, not $wanted: $* ($(head -c 500 err.txt))"
}

for status in 0 1 2 7 125 255; do
	ends "$status" "$HEAPFLAME" run sh -c "exit $status"
done
# shellcheck disable=SC2016 # for the inner shell
for signal in 1 2 6 9 15; do
	ends $((128 + signal)) "$HEAPFLAME" run sh -c 'kill -'$signal' $$'
	grep -q "was killed by signal $signal " err.txt || fail "not said: $signal"
done

# What cannot be started, and what is wrong with the command itself.
echo 'int x;' >plain.c
printf '#!/nonexistent/interpreter\n' >orphan
chmod +x orphan
expect_error 127 'not found' "$HEAPFLAME" run no-such-program
expect_error 127 'not found' "$HEAPFLAME" run ./no-such-program
expect_error 127 'cannot start' "$HEAPFLAME" run ./orphan
expect_error 126 'Permission denied' "$HEAPFLAME" run ./plain.c
expect_error 126 'Permission denied' "$HEAPFLAME" run /tmp
expect_error 125 'no program' "$HEAPFLAME" run
expect_error 125 "unknown option '--bogus'" "$HEAPFLAME" run --bogus true
expect_error 125 "wants a value" "$HEAPFLAME" run --depth
expect_error 125 'wants a number from 1 to 512' "$HEAPFLAME" run --depth 0 true
expect_error 125 'wants a size' "$HEAPFLAME" run --sample=4X true
expect_error 125 'cfi, libunwind or fp' "$HEAPFLAME" run --unwind magic true
expect_error 125 'wants 0 or 1' "$HEAPFLAME" run --active=yes true
expect_error 125 'needs --leaks' "$HEAPFLAME" run --error-exitcode true
expect_error 125 'takes no -o' "$HEAPFLAME" run --leaks -o x true
left=$(find . -name 'heapflame.*' ! -name 'heapflame.sh.*'; find . -name x)
[ -z "$left" ] || fail "a refused run left $left"

# Arguments as they are, also those that look like ours.
ends 0 "$HEAPFLAME" run -q printf '<%s>' a 'b c' '' --leaks '*'
[ "$(cat out.txt)" = '<a><b c><><--leaks><*>' ] || fail "$(cat out.txt)"
[ ! -s err.txt ] || fail "--quiet said: $(cat err.txt)"
ends 0 "$HEAPFLAME" run -q -- printf '%s' x
[ "$(cat out.txt)" = x ] || fail "$(cat out.txt)"

# A script without `#!`, as every shell starts it.
# shellcheck disable=SC2016 # for the inner shell
echo 'echo "script $1"' >script
chmod +x script
ends 0 "$HEAPFLAME" run -q ./script one
[ "$(cat out.txt)" = 'script one' ] || fail "$(cat out.txt err.txt)"

# stdin and stdout are the program's alone; ours is on stderr.
seq 1000 >numbers
"$HEAPFLAME" run sort -rn <numbers >sorted 2>err.txt
sort -rn numbers | cmp - sorted
grep -q "'sort' ended with status 0" err.txt || fail "$(cat err.txt)"
# Descriptors: none more, also where we were started with some closed.
for closed in '' '0<&-' '2>&-'; do
	sh -c "ls -l /proc/self/fd $closed" 2>&1 | awk '{ print $9 }' >without
	sh -c "'$HEAPFLAME' run -q ls -l /proc/self/fd $closed" 2>&1 |
		awk '{ print $9 }' >with
	diff without with || fail "descriptors differ with $closed"
done

# Dispositions and mask, also unusual ones.
cat >signals.py <<'END'
import os, signal, sys
signal.signal(signal.SIGPIPE, getattr(signal, sys.argv[1]))
signal.signal(signal.SIGCHLD, getattr(signal, sys.argv[2]))
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGUSR1, signal.SIGTERM})
os.execvp(sys.argv[3], sys.argv[3:])
END
for pipe in SIG_IGN SIG_DFL; do
	for child in SIG_IGN SIG_DFL; do
		"$PYTHON" signals.py $pipe $child \
			grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status >without
		"$PYTHON" signals.py $pipe $child "$HEAPFLAME" run -q \
			grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status >with
		diff without with || fail "signals differ: $pipe $child"
	done
done
