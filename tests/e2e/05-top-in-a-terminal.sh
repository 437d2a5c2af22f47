#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `heapflame top` in a real terminal: sorted by what was asked for, filtered as
# it is typed, expanded into chains, frozen, resized, the flame graph written;
# the terminal is left as it was. Text where there is no terminal.
. "$SRC/tests/e2e/lib.sh"
need tmux xmllint
mkfifo in
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=1 HEAPFLAME_PREFIX="$PWD/h" \
	"$PROGS/sites" <in &
pid=$!
exec 9>in
screen=heapflame-$$
tm()
{
	tmux -L "$screen" -f /dev/null "$@"
}
trap 'tm kill-server 2>/dev/null || :; exec 9>&-; kill $pid 2>/dev/null || :' EXIT
until "$HEAPFLAME" top --once "$pid" >once.txt 2>once.err &&
	grep -qw grows once.txt; do
	sleep 0.1
	kill -0 $pid
done

# seen PATTERN: comes on the screen within five seconds
seen()
{
	for _ in {1..100}; do
		tm capture-pane -p >screen.txt
		grep -qE -- "$1" screen.txt && return
		sleep 0.05
	done
	cat screen.txt
	fail "not seen: $1"
}

# row N: the N-th line of the list
row()
{
	sed -n "$((4 + $1))p" screen.txt
}

# As text: three functions, and as many as are asked for.
for name in keeps grows churns; do
	grep -qw "$name" once.txt || fail "$name is not in: $(cat once.txt)"
done
"$HEAPFLAME" top --once --top 1 $pid >one.txt
[ "$(wc -l <one.txt)" -eq 5 ] || fail "not one function: $(cat one.txt)"
"$HEAPFLAME" top "$pid" </dev/null | has -w churns ||
	fail "no text where there is no terminal"

tm new-session -d -x 80 -y 24 "stty -a >before; TERM=screen LC_ALL=C.UTF-8 \
	'$HEAPFLAME' top $pid; stty -a >after; echo; echo THE END; sleep 30"
seen '^sites, pid '
[ "$(wc -l <screen.txt)" -eq 24 ] || fail "not 24 lines"
seen '\*LIVE .*FUNCTION'
tm send-keys a
seen '\*ALLOCATED'
row 1 | has -w churns || fail "by allocated, churns is not first"
tm send-keys g
seen '\*GROWTH'
seen '\+[0-9.]+ [KM]iB .*grows'
row 1 | has -w grows || fail "by growth, grows is not first"
tm send-keys r
seen '\*GROWTH'
sleep 0.2
seen .
row 1 | has -w grows && fail "the other way round, grows is still first"
tm send-keys r l

# Its chains of calls, and away with them.
tm send-keys / kee
seen 'filter: kee_'
seen "FUNCTION with 'kee'"
[ "$(grep -cE ' (keeps|grows|churns)$' screen.txt)" -eq 1 ] ||
	fail "the filter leaves more than keeps: $(cat screen.txt)"
tm send-keys Enter Enter
seen '< main'
tm send-keys Enter Escape
seen '(grows|churns)$'
grep -q '< main' screen.txt && fail "the chains are still there"

# Small, and large again.
tm resize-window -x 60 -y 15
seen '^q quit +/ filter'
[ "$(wc -l <screen.txt)" -eq 15 ] || fail "not 15 lines: $(cat screen.txt)"
[ "$(wc -L <screen.txt)" -le 60 ] || fail "wider than 60"
for name in keeps grows churns '\*LIVE'; do
	seen "$name"
done
tm send-keys h
seen 'away with them'
tm send-keys h
tm resize-window -x 100 -y 30
seen 'Enter chains.*h help$'

# Frozen figures stay.
tm send-keys f
seen '^FROZEN'
cp screen.txt frozen.txt
sleep 1.5
seen .
diff frozen.txt screen.txt || fail "frozen, it moves"
tm send-keys f
seen '^sites'

tm send-keys w
seen "wrote 'top.sites.$pid.svg'"
xmllint --noout "top.sites.$pid.svg"
grep -q keeps "top.sites.$pid.svg"
tm send-keys w
seen "wrote 'top.sites.$pid.2.svg'"

# The program ends, top goes on showing what it was.
echo >&9
wait $pid
seen 'the process has ended'
row 1 | has -E 'keeps|grows' || fail "nothing is left: $(cat screen.txt)"
tm send-keys q
seen 'THE END'
diff <(sed 1d before) <(sed 1d after) || fail "the terminal is not as it was"

# A dump, and terminals that are none.
"$HEAPFLAME" top --once h.*.f.heap | has -w churns
tm kill-server || :
expect_error 2 'which process' "$HEAPFLAME" top
script -qec "env TERM=dumb '$HEAPFLAME' top h.*.f.heap" /dev/null >dumb.txt \
	</dev/null && fail "TERM=dumb is drawn on"
grep -q 'cursor' dumb.txt || fail "no reason: $(cat dumb.txt)"
