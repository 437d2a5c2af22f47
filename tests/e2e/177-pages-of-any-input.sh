#!/bin/bash
# Goal: whatever heapflame reads becomes a page: one dump, none that holds
# anything, several processes, a running program, a bundle, folded stacks and
# pprof, which know no time, from a file or from standard input; what a file
# does not tell has no section.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

page()
{
	local file=$1

	shift
	"$HEAPFLAME" html -o "$file" "$@" 2>said || fail "$*: $(cat said)"
	[ ! -s said ] || fail "$*: said $(cat said)"
	"$HEAPFLAME" report --json --top 0 "$@" >"$file.json"
	"$PYTHON" "$SRC/tests/e2e/paged.py" "$file" "$file.json" >"$file.has" ||
		fail "$*"
}
sections()
{
	grep -qx "sections $2" "$1.has" || fail "$1 has $(head -n 1 "$1.has")"
}

# One dump: its trend is a timeline, without dumps before it.
exact "$PROGS/truth_family" >/dev/null
mv dumps one
page one.html "$(dump_of one)"
grep -qx 'graphs [12]' one.html.has || fail "$(cat one.html.has)"
has 'Never freed' <one.html || fail "no leaks"

# Several processes: each of the heaviest has a timeline of its own.
exact "$PROGS/truth_fork" a b >/dev/null
mv dumps forks
page forks.html forks
[ "$(sed -n 's/^rows r-runs //p' forks.html.has)" -gt 1 ] || fail "one process"
page forks-by.html forks --by process

# What has no time has no timeline; what lives is not known either.
printf 'main;parse;dup 300\nmain;reply 200\nmain;parse 1\n' >x.folded
page folded.html x.folded
sections folded.html 'graph functions runs quality'
"$HEAPFLAME" html -o piped.html - <x.folded
"$PYTHON" "$SRC/tests/e2e/paged.py" piped.html folded.html.json >/dev/null
if has 'class="t via"' <folded.html; then
	fail "a column of wrappers that nothing called"
fi
printf 'main;a;xmalloc 9\nmain;a;xrealloc 5\nmain;a;xcalloc 4\nmain;a;xstrdup 3
main;a 30\nmain;b;xmalloc 20\nmain;c 10\n' >via.folded
page via.html --countname bytes via.folded
for via in 'xmalloc, xrealloc, xcalloc, ...' xmalloc ''; do
	has -F "<td class=\"t via\">$via</td>" <via.html || fail "not via '$via'"
done
page cpu.html --countname nanoseconds x.folded
has '501 ns' <cpu.html || fail "no nanoseconds"
"$HEAPFLAME" convert --to pprof -o x.pb.gz one
page pprof.html x.pb.gz
grep -q '^timelines 0' pprof.html.has || fail "a timeline of pprof's"

# From a bundle the same as from its folder, but for where it lies.
"$HEAPFLAME" bundle -o one.hfb one
page bundle.html one.hfb
grep '^value' bundle.html.has | diff - <(grep '^value' one.html.has) ||
	fail "a bundle says something else"

# Nothing was allocated, or nothing is left by the selection.
printf 'heap_v2/1\n  t*: 0: 0 [0: 0]\n' >empty.heap
"$HEAPFLAME" html -o empty.html empty.heap 2>/dev/null
"$PYTHON" "$SRC/tests/e2e/paged.py" empty.html >/dev/null || fail "empty"
has 'There is nothing to draw' <empty.html || fail "draws nothing"
page none.html one --focus no_such_function
has 'There is nothing to draw' <none.html || fail "draws nothing"

# A running program, by its pid, while it goes on.
env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/live/h" \
	HEAPFLAME_SAMPLE=64K HEAPFLAME_DUMP_SECONDS=0 "$PROGS/growth_kinds" \
	4000 10000 25 leak=40000 steady=8000000 load=8000000 >/dev/null &
pid=$!
trap 'kill $pid 2>/dev/null || true' EXIT
for _ in $(seq 100); do
	"$HEAPFLAME" top --once "$pid" 2>/dev/null | has by_load && break
	sleep 0.1
done
"$HEAPFLAME" html -o live.html "$pid" 2>said || fail "$pid: $(cat said)"
kill "$pid"
"$PYTHON" "$SRC/tests/e2e/paged.py" live.html >live.html.has || fail "$pid"
has 'running when last heard of' <live.html || fail "it does not run"
has '<h2 id="leaks-h">What lives' <live.html || fail "says that it leaked"

expect_error 1 'cannot (open|read)' "$HEAPFLAME" html -o x.html no-such-file
[ ! -e x.html ] || fail "a page of nothing"
expect_error 2 '--top wants' "$HEAPFLAME" html --top x one

# As flame does it: what stdout leads to gets it, a pipe and a file alike.
"$HEAPFLAME" html one >led.html
"$HEAPFLAME" html one | cat >piped.html
"$HEAPFLAME" html -o named.html one
for page in led piped; do
	cmp $page.html named.html || fail "another page is $page"
done

# What knows no processes is not said to run.
printf 'main;a 10\n' >text.folded
"$HEAPFLAME" html -o text.html text.folded
"$HEAPFLAME" info text.folded >info.txt
for said in text.html info.txt; do
	has 'not told whether it ended' <$said || fail "$said: of no process"
	! has 'last heard of' <$said || fail "$said: it runs"
done
"$HEAPFLAME" report --json text.folded | has '"state":null' || fail "JSON"
