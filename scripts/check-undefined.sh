#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the shim may ask of its host: only the names in preload/undefined.allow
# (a name a line, `#` starts a comment), none of a version newer than
# GLIBC_2.17, and no library but libc and the loader. It is copied to machines
# older than the one it was built on, and some libc calls are not safe in a hook.
# usage: check-undefined.sh libheapflame.so
set -eu
so=$1
allow=$(dirname "$0")/../preload/undefined.allow
newest=2.17
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

sed 's/#.*//' "$allow" | tr -s '[:blank:]' '\n' | sed '/^$/d' |
	sort -u >"$work/allowed"
nm -D --undefined-only "$so" | awk '{ print $NF }' | sort -u >"$work/asked"

sed 's/@.*//' "$work/asked" | sort -u >"$work/names"
comm -13 "$work/allowed" "$work/names" >"$work/extra"
if [ -s "$work/extra" ]; then
	sed 's/^/called, not in undefined.allow: /' "$work/extra" >&2
	bad=1
fi

while IFS=@ read -r name _ version; do
	case $version in
	'' | GLIBC_[0-9]*) ;;
	*) echo "version of another library: $name@$version" >&2 && bad=1 ;;
	esac
	number=${version#GLIBC_}
	highest=$(printf '%s\n%s\n' "$number" $newest | sort -V | tail -n 1)
	if [ "$highest" != $newest ]; then
		echo "newer than GLIBC_$newest: $name@$version" >&2
		bad=1
	fi
done <<END
$(sed 's/@\([^@]\)/@@\1/' "$work/asked")
END

readelf -dW "$so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >"$work/needed"
while read -r library; do
	case $library in
	libc.so.6 | ld-linux*.so.*) ;;
	*) echo "needs a library: $library" >&2 && bad=1 ;;
	esac
done <"$work/needed"

[ $bad -eq 0 ] || exit 1
echo "undefined: $(wc -l <"$work/names") names, all allowed"
