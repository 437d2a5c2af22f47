#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where the build or install-deps can't go on, one line says what is missing
# and what to do; where nothing is missing, install-deps is silent and quick.
set -eu

# Nothing is missing of what the build needs: no word, no time.
begin=$(date +%s%N)
"$SRC/scripts/install-deps" build >out 2>&1
[ ! -s out ] || { cat out; exit 1; }
[ $((($(date +%s%N) - begin) / 1000000)) -lt 500 ]

# one_line FILE PATTERN: one line, with that in it.
one_line()
{
	cat "$1"
	[ "$(wc -l <"$1")" -eq 1 ]
	grep -q "$2" "$1"
}

# A machine without the header of elfutils: the compiler can't open it.
mkdir bin
cat >bin/gcc-without-elfutils <<'END'
#!/bin/sh
cat >"$0.c"
grep -q elfutils/ "$0.c" && exit 1
exec gcc "$@" <"$0.c"
END
chmod +x bin/gcc-without-elfutils
status=0
CC=$PWD/bin/gcc-without-elfutils "$SRC/scripts/check-libs.sh" build \
	>out 2>&1 || status=$?
[ "$status" -eq 1 ]
one_line out 'libdw.*make deps.*libdw-dev'

# The build stops there, before it compiles anything.
unset MAKEFLAGS MAKELEVEL MFLAGS
make -C "$SRC" BUILD="$PWD/build" CC="$PWD/bin/gcc-without-elfutils" \
	>out 2>&1 && exit 1
grep 'libdw.*make deps' out
if grep -q '^  CC ' out; then
	cat out
	exit 1
fi

status=0
CC=no-such-compiler "$SRC/scripts/check-libs.sh" build >out 2>&1 || status=$?
[ "$status" -eq 1 ]
one_line out 'no-such-compiler.*make deps'

# No apt-get: the names of what is missing.
for tool in sh env tr id mktemp grep tail rm; do
	ln -s "$(command -v $tool)" bin/
done
status=0
PATH=$PWD/bin sh "$SRC/scripts/install-deps" build >out 2>&1 || status=$?
[ "$status" -eq 1 ]
one_line out 'no apt-get.*gcc make'

# apt-get, but no network.
cat >bin/apt-get <<'END'
#!/bin/sh
echo "W: something else" >&2
echo "E: Temporary failure resolving 'deb.debian.org'" >&2
exit 100
END
printf '#!/bin/sh\necho 0\n' >id
chmod +x bin/apt-get id
ln -sf "$PWD/id" bin/id
status=0
PATH=$PWD/bin sh "$SRC/scripts/install-deps" build >out 2>err || status=$?
[ "$status" -eq 1 ]
one_line err 'cannot fetch.*Temporary failure'

# Neither root nor sudo.
printf '#!/bin/sh\necho 1000\n' >id
status=0
PATH=$PWD/bin sh "$SRC/scripts/install-deps" build >out 2>&1 || status=$?
[ "$status" -eq 1 ]
one_line out 'neither root nor sudo'

# A group that there is not is wrong usage.
status=0
"$SRC/scripts/install-deps" everything >out 2>&1 || status=$?
[ "$status" -eq 2 ]
