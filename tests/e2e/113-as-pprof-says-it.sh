#!/bin/bash
# Goal: the options that people type from habit, pprof's with one dash and
# jeprof's with two, do what ours do; what there is not is named in one line
# with what to use.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

shim HEAPFLAME_SAMPLE=64K "$PROGS/churn" 1 >/dev/null

# same COMMAND "OURS" "THEIRS"; words are split at blanks
same()
{
	local command=$1

	# shellcheck disable=SC2086 # words are meant
	"$HEAPFLAME" "$command" $2 dumps >ours
	# shellcheck disable=SC2086
	"$HEAPFLAME" "$command" $3 dumps >theirs
	cmp -s ours theirs || fail "$command: '$3' is not '$2'"
	[ -s ours ] || fail "$command $2 says nothing"
}

same report '--metric alloc_space --top 5' '-alloc_space -nodecount=5 -top'
same report '--metric alloc_space --top 5' '-sample_index=alloc_space -top 5'
same report '--focus small --ignore mixed --cum' '-focus=small -ignore mixed -cum'
same report '--bytes --metric inuse_objects' \
	'--text --inuse_objects --show_bytes'
same report '--hide main --show churn|small' '-exclude=main --retain=churn|small'
same report '--show-from main' '-show_from=main'
same report '--bytes --json' '-unit=bytes -functions -flat -json'
same flame '--metric inuse_space -o -' '-inuse_space -output=-'
same convert '--to folded --by thread' '-to=folded -by thread'
same leaks '--top 2 --focus small' '-nodecount=2 -focus=small -top'
same report "--base $(dump_of dumps)" "-diff_base=$(dump_of dumps)"

# refused COMMAND PATTERN OPTION...
refused()
{
	local command=$1 pattern=$2

	shift 2
	expect_error 2 "$pattern" "$HEAPFLAME" "$command" "$@" dumps
}

refused report "'-tagfocus=a' is not for 'heapflame report': .*--by" -tagfocus=a
refused report "convert' feeds" -lines
refused report "heapflame flame" -svg
refused report "heapflame flame" -http=:8080
refused flame "lists no rows" --top 3
refused flame "heapflame report" -text
refused convert "lists no rows" -top
refused report "unknown option '-nonsense'" -nonsense
refused info "select" --focus main
refused report "bad regular expression '\\(': unmatched" --focus '('
refused flame "back-references are not supported" -hide '(.)\1' -o x.svg
refused report "\\[0-9\\]" '-focus=\d+'
refused record "--ignore: bad regular expression" --ignore '*'
[ ! -e x.svg ] || fail 'half an output'
