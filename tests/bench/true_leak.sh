#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A true leak, named: builds jq from Debian's source packages, 1.6 of bookworm
# and 1.7.1 of trixie, and lets `heapflame leaks` say what each of them loses
# when ltrimstr is given numbers. 1.6 must lose two blocks a line, all of them in
# f_ltrimstr; 1.7.1, in which its authors fixed that (jq's pull request 2977),
# nothing. Half a minute, and 25 MB from Debian's server; the system's own lists
# of sources are neither used nor changed.
# usage: true_leak.sh OUT
set -eu -o pipefail
out=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
lines=20000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LD_PRELOAD "${!HEAPFLAME_@}"

fail()
{
	echo "heapflame: $*" >&2
	exit 1
}

# A system of sources for apt, in our folder.
own_apt()
{
	mkdir -p "$work"/{sources,lists/partial,cache/archives/partial}
	printf '%s\n' 'Types: deb-src' 'URIs: http://deb.debian.org/debian' \
		'Suites: bookworm trixie' 'Components: main' "Signed-By: $keys" \
		>"$work/sources/debian.sources"
	printf '%s "%s";\n' Dir::Etc::sourcelist /dev/null \
		Dir::Etc::sourceparts "$work/sources" \
		Dir::State::lists "$work/lists" Dir::Cache "$work/cache" \
		APT::Sandbox::User "$(id -un)" Acquire::Retries 2 \
		Acquire::http::Timeout 30 >"$work/apt.conf"
	export APT_CONFIG=$work/apt.conf
	apt-get -qq update >"$work/log" 2>&1 ||
		fail "cannot fetch Debian's lists: $(grep -m 1 '^E:' "$work/log")"
}

# fetched SUITE VERSION [OPTION]...: the source, in $work/jq-VERSION.
fetched()
{
	local suite=$1 version=$2

	shift 2
	mkdir "$work/$suite"
	(cd "$work/$suite" && apt-get -qq "$@" source "jq/$suite") \
		>"$work/log" 2>&1 ||
		fail "cannot fetch jq of $suite: $(grep -m 1 '^E:' "$work/log")"
	[ -d "$work/$suite/jq-$version" ] ||
		{ mkdir "$work/$suite/jq-$version" &&
			tar -xf "$work/$suite/jq_$version.orig.tar.gz" \
				--strip-components 1 -C "$work/$suite/jq-$version"; } ||
		fail "jq of $suite is not $version"
	mv "$work/$suite/jq-$version" "$work/"
}

# What jq's own build does, without the tools that it wants for it.
built()
{
	cd "$work/jq-$1"
	sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' src/builtin.jq >src/builtin.inc
	echo "#define JQ_VERSION \"$1\"" >src/version.h
	echo '#define JQ_CONFIG "none"' >src/config_opts.inc
	rm -f src/inject_errors.c
	shopt -s nullglob
	cc -std=gnu99 -g -O2 -w -D_GNU_SOURCE -DIEEE_8087 -DUSE_DECNUM=0 \
		-I. -Isrc -o jq src/*.c src/decNumber/dec{Number,Context}*.c \
		-lm -pthread 2>"$work/log" || fail "cannot build jq $1: $(
			grep -m 1 error "$work/log")"
}

# lost VERSION: as leaked.py counts it for f_ltrimstr; the text goes to stderr.
lost()
{
	seq $lines | env LD_PRELOAD="$out/libheapflame.so" HEAPFLAME_SAMPLE=1 \
		HEAPFLAME_PREFIX="$work/$1/h" "$work/jq-$1/jq" -c \
		'ltrimstr("id-")' >"$work/$1.out"
	seq $lines | cmp - "$work/$1.out" >&2
	"$out/heapflame" leaks "$work/$1"/*.f.heap >&2
	HEAPFLAME=$out/heapflame PYTHONPATH=$here/../e2e \
		PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$here/../e2e/leaked.py" \
		f_ltrimstr "$work/$1"/*.f.heap
}

[ -e $keys ] || fail "no $keys: this needs Debian's sources"
own_apt
# Of 1.7.1 its authors' archive alone: 1.6 is the one that Debian has changed.
fetched bookworm 1.6
fetched trixie 1.7.1 --tar-only --download-only
for version in 1.6 1.7.1; do
	(built $version)
	echo "--- jq $version, $lines numbers through ltrimstr(\"id-\")" >&2
	read -r stacks bytes objects _ _ others <<<"$(lost $version)"
	echo "jq $version: $objects objects ($bytes bytes) lost in" \
		"$stacks stacks of f_ltrimstr, $others bytes elsewhere"
	case $version in
	1.6) wanted=$((2 * lines)) ;;
	*) wanted=0 ;;
	esac
	[ "$objects" -eq $wanted ] || fail "not $wanted objects"
	[ "$others" -eq 0 ] || fail "something else is lost, too"
done
