#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Help and manual say the same: each --option in `heapflame CMD --help` stands
# in man/heapflame.1, and each --option there is in the help of some command;
# each command is listed by `heapflame --help` and has a place in the manual.
# usage: check-help-man.sh path/to/heapflame
set -eu
heapflame=$1
root=$(dirname "$0")/..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# options: every --word on stdin, once.
options()
{
	grep -oE -- '(^|[^-[:alnum:]])--[a-z][a-z-]*[a-z]' |
		sed 's/^[^-]*//' | sort -u
}

# Without roff's escapes and comments, nor examples, which may hold options of
# other programs.
sed 's/\\-/-/g; s/\\f[A-Z]//g; s/\\&//g; /^\.\\"/d; /^\.nf/,/^\.fi/d' \
	"$root/man/heapflame.1" >"$work/man"
options <"$work/man" >"$work/in-man"

"$heapflame" --help >"$work/help"
commands=$(sed -n 's/^int cmd_\([a-z]*\)(.*/\1/p' "$root/analyzer/cmd.h")
for command in $commands; do
	grep -qw -- "$command" "$work/help" ||
		{ echo "not in heapflame --help: $command" >&2; bad=1; }
	grep -qw -- "$command" "$work/man" ||
		{ echo "not in heapflame.1: $command" >&2; bad=1; }
	"$heapflame" "$command" --help >"$work/$command.help"
	# An example may hold options of the program that it runs.
	grep -v '^ *heapflame ' "$work/$command.help" | options >"$work/$command"
	while read -r option; do
		grep -qx -- "$option" "$work/in-man" ||
			{ echo "not in heapflame.1: $command $option" >&2; bad=1; }
	done <"$work/$command"
	[ "$(grep -c '^ *heapflame ' "$work/$command.help")" -ge 2 ] ||
		{ echo "fewer than two examples: $command --help" >&2; bad=1; }
done
for command in $commands; do
	cat "$work/$command"
done | cat - "$work/help" | grep -v '^ *heapflame ' | options >"$work/in-help"
comm -13 "$work/in-help" "$work/in-man" >"$work/extra"
if [ -s "$work/extra" ]; then
	sed 's/^/in heapflame.1, in no --help: /' "$work/extra" >&2
	bad=1
fi
[ $bad -eq 0 ] || exit 1
echo "help and man: $(wc -l <"$work/in-help") options, the same"
