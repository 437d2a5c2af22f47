#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `heapflame env` prints arrives in the program unchanged, through a shell,
# a Dockerfile's rules and systemd's.
# shellcheck disable=SC2016 # single quotes are for other shells
. "$SRC/tests/e2e/lib.sh"
unset HEAPFLAME_LIB

library=$("$HEAPFLAME" env | sed -n "s/^export LD_PRELOAD='\([^']*\)'.*/\1/p")
[ -f "$library" ] || fail "no library at '$library'"

# A shell, with values that need quotes, and a preload that was there.
value='it'\''s "$HOME" `id` \ %n é'
env LD_PRELOAD= sh -c 'eval "$("$1" env --sample 64K --verbose --follow "$2")"
	printf "%s\n" "$LD_PRELOAD" "$HEAPFLAME_SAMPLE" "$HEAPFLAME_VERBOSE" \
		"$HEAPFLAME_FOLLOW"' sh "$HEAPFLAME" "$value" >got 2>/dev/null
printf '%s\n' "$library" 64K 1 "$value" >wanted
diff wanted got
sh -c 'LD_PRELOAD=/x/y.so; eval "$("$1" env)"; echo "$LD_PRELOAD"' \
	sh "$HEAPFLAME" >got 2>/dev/null
[ "$(cat got)" = "$library:/x/y.so" ] || fail "$(cat got)"

# It profiles.
(
	eval "$("$HEAPFLAME" env --sample 1 --prefix "$PWD/p/x")"
	sort "$SRC/LICENSE" >/dev/null
)
[ "$(count p/x.*.f.heap)" -eq 1 ] || fail "$(ls p)"

# Docker: \" \\ and \$ inside double quotes.
"$HEAPFLAME" env --format docker --follow "$value" --dump-seconds 5 >got
cat got
grep -qxF "ENV LD_PRELOAD=\"$library\"" got || fail 'LD_PRELOAD'
grep -qxF 'ENV HEAPFLAME_DUMP_SECONDS="5"' got || fail 'DUMP_SECONDS'
grep -qxF 'ENV HEAPFLAME_FOLLOW="it'\''s \"\$HOME\" `id` \\ %n é"' got ||
	fail 'quoting for docker'
! grep -qvE '^(#|ENV )' got || fail 'neither comment nor ENV'

# systemd: \" \\ and %% inside double quotes.
"$HEAPFLAME" env --format systemd --follow "$value" --memory 8M >got
cat got
[ "$(head -1 got)" = '[Service]' ] || fail 'section'
grep -qxF "Environment=\"LD_PRELOAD=$library\"" got || fail 'LD_PRELOAD'
grep -qxF 'Environment="HEAPFLAME_MEMORY=8M"' got || fail 'MEMORY'
grep -qxF 'Environment="HEAPFLAME_FOLLOW=it'\''s \"$HOME\" `id` \\ %%n é"' got ||
	fail 'quoting for systemd'
if command -v systemd-analyze >/dev/null; then
	{
		cat got
		echo 'ExecStart=/bin/true'
	} >heapflame-test.service
	systemd-analyze verify ./heapflame-test.service 2>said || true
	! grep -q 'heapflame-test.*Environment' said || fail "$(cat said)"
fi

# Wrong usage, and a value that no dialect could hold.
expect_error 2 "shell, docker or systemd" "$HEAPFLAME" env --format fish
expect_error 2 'unexpected word' "$HEAPFLAME" env ./server
expect_error 2 'wants a size' "$HEAPFLAME" env --memory lots
expect_error 2 'control characters' "$HEAPFLAME" env --prefix $'a\nb'
expect_error 2 "unknown option '-x'" "$HEAPFLAME" env -x

# A library that LD_PRELOAD cannot name: a link for this machine's shells,
# a clear word for elsewhere.
mkdir -p 'a b/bin' 'a b/lib'
cp "$HEAPFLAME" 'a b/bin/'
cp "$LIBHEAPFLAME" 'a b/lib/libheapflame.so'
sh -c 'eval "$("./a b/bin/heapflame" env)"; cat /proc/self/maps' >maps 2>err.txt
grep -qF "$PWD/a b/lib/libheapflame.so" maps || fail "$(cat err.txt)"
expect_error 1 'cannot hold' 'a b/bin/heapflame' env --format docker
