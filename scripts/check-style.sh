#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What no compiler and no formatter looks at, in the files under version
# control: length, licence line, machine paths, blanks at the end of a line.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

complain()
{
	echo "$*" >&2
	bad=1
}

sources()
{
	git ls-files -- '*.c' '*.cc' '*.h' '*.js' '*.css' '*.mjs' '*.sh' '*.awk' \
		'*.py' 'scripts/*' '.ci/*' Makefile
}

for file in $(sources); do
	[ -f "$file" ] || continue
	lines=$(wc -l <"$file")
	[ "$lines" -le 500 ] || complain "$file: $lines lines; 500 is the limit"
	case $file in
	*.css | Makefile | *.awk | tests/e2e/[0-9]*) continue ;;
	esac
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
		complain "$file: no SPDX line at the top"
done

# Folders of whoever wrote this, and paths that only they have. Each pattern is
# written so that it does not find itself.
if git grep -nIE '(^|[^a-z.])/wor[k]/|/tmp/h[fp][-/]|/hom[e]/[a-z]' -- .; then
	complain "machine paths (above)"
fi
if git grep -nI ' $\|	$' -- '*.c' '*.h' '*.cc' '*.sh' 'scripts/*' Makefile; then
	complain "blanks at the end of lines (above)"
fi
if git grep -nE 'TOD[O]|FIXM[E]|\bXX[X]\b' -- '*.c' '*.h' '*.cc' '*.js' 'scripts/*'; then
	complain "unfinished work (above)"
fi
[ $bad -eq 0 ] || exit 1
echo "style: $(sources | wc -l) files"
