#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The names that the shim shows its host are those in preload/exports.map, no
# more (they would shadow the host's own) and no fewer (they would be missed).
# usage: check-exports.sh libheapflame.so
set -eu
so=$1
map=$(dirname "$0")/../preload/exports.map
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Between `global:` and `local:`, without comments, one name a line.
sed 's,/\*.*\*/,,; s,#.*,,' "$map" | tr '\n;' '  ' |
	sed 's/.*global:\(.*\)local:.*/\1/' | tr -s '[:blank:]' '\n' |
	sed '/^$/d' | sort -u >"$work/listed"
nm -D --defined-only "$so" |
	awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	sort -u >"$work/exported"

if [ ! -s "$work/listed" ]; then
	echo "no names found in $map" >&2
	exit 1
fi
if ! cmp -s "$work/listed" "$work/exported"; then
	comm -23 "$work/listed" "$work/exported" |
		sed 's/^/in exports.map, not in the library: /' >&2
	comm -13 "$work/listed" "$work/exported" |
		sed 's/^/exported, not in exports.map: /' >&2
	exit 1
fi
echo "exports: $(wc -l <"$work/listed") names, as listed"
