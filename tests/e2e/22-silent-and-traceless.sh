#!/bin/bash
# Goal: programs print the same with a bare preload as without, and the tiny
# ones leave no file behind: ls, git status, a recursive make, a daemon.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need git make
unset HEAPFLAME_PREFIX
mkdir project && cd project
git init -q .
mkdir sub
# shellcheck disable=SC2016
printf 'all:\n\t@echo one\n\t$(MAKE) -C sub\n\tgcc --version | head -1\n' \
	>Makefile
printf 'all:\n\t@echo two; ls; false || echo three\n' >sub/Makefile
cd ..

# compare NAME COMMAND...: in the project, where no file may appear
compare()
{
	local name=$1 plain=0 shimmed=0

	shift
	(cd project && "$@") >plain.out 2>plain.err || plain=$?
	(cd project && preloaded "$@") >shim.out 2>shim.err || shimmed=$?
	[ $plain -eq $shimmed ] || fail "$name: exit $shimmed, not $plain"
	diff plain.out shim.out || fail "$name: other output"
	diff plain.err shim.err || fail "$name: other errors"
	(cd project && find . -name '*heap*' | grep .) &&
		fail "$name left files behind"
	echo "$name: same"
}

compare ls ls -la
compare true true
compare false false
compare "ls of nothing" ls no-such-file
compare "git status" git status
compare make make
# shellcheck disable=SC2016
compare sh sh -c 'for i in 1 2 3; do echo $i | cat | sort; done; exit 7'
compare tiny "$PROGS/truth_libc"

# Exact counting was asked for: then even a tiny one leaves its file.
(cd project && preloaded HEAPFLAME_SAMPLE=1 ls >/dev/null)
[ -n "$(echo project/heapflame.ls.*.f.heap)" ] ||
	fail "no file though SAMPLE was given: $(ls project)"

# The daemon's work is large enough for a file: where it was started.
mkdir started && cd started
preloaded "$PROGS/host_daemon" "$PWD/answer" >../out 2>../err
for _ in $(seq 100); do
	[ -s answer ] && break
	sleep 0.1
done
[ "$(cat answer)" = "done 450000, fd 3" ] || fail "daemon: $(cat answer)"
[ "$(cat ../out)" = "the daemon starts" ] || fail "daemon: other output"
[ ! -s ../err ] || fail "daemon: $(cat ../err)"
for _ in $(seq 50); do
	finals=(heapflame.host_daemon.*.f.heap)
	[ ${#finals[@]} -gt 0 ] && break
	sleep 0.1
done
[ ${#finals[@]} -eq 1 ] || fail "the daemon's file: $(ls)"
for file in /heapflame.*; do
	fail "the daemon left $file"
done
