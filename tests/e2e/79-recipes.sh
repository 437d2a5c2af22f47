#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The recipes of docs/DEPLOY.md, as far as a test can try them: the drop-in and
# the list of system calls, containers that are killed and started again, a
# service in systemd's sandbox, a pre-fork server that gives up root, sudo, su.
# shellcheck disable=SC2016 # single quotes are for other shells
. "$SRC/tests/e2e/lib.sh"
need gunicorn
doc=$SRC/docs/DEPLOY.md
here=$PWD
chmod 755 . # workers are nobody
root=
[ "$(id -u)" -ne 0 ] || root=yes

# block KIND: the first block of that kind in the document
block()
{
	awk -v kind="$1" '/^```/ { if (on) exit; on = $0 == "```" kind; next }
		on' "$doc"
}

# wait_for COMMAND...: until it succeeds, 20 s at most
wait_for()
{
	for _ in $(seq 200); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	fail "waited in vain for: $* $(cat said 2>&1)"
}

# child PID: its only or first child
child()
{
	local first=

	read -r first _ <"/proc/$1/task/$1/children" || true
	[ -n "$first" ] || fail "$1 has no child"
	echo "$first"
}

outside=
trap '[ -z "$outside" ] || kill -9 "$outside" 2>/dev/null || true' EXIT

# The drop-in is one, and what heapflame env prints is in it.
block ini >web.service
"$HEAPFLAME" env --format systemd --prefix /var/lib/web-heap/web \
	--live /run/web-heap | grep '^Environment="HEAPFLAME' >wanted
[ "$(wc -l <wanted)" -eq 2 ] || fail "$(cat wanted)"
while read -r line; do
	grep -qxF "$line" web.service || fail "not in the drop-in: $line"
done <wanted

# System calls: the list here, in ARCHITECTURE, and what systemd would allow.
block seccomp | tr ' ' '\n' | sort >calls
[ "$(wc -l <calls)" -gt 30 ] || fail "the list of system calls: $(cat calls)"
sed -n '/^### System calls/,/^A refused call\|A refused call/p' \
	"$SRC/docs/ARCHITECTURE.md" | grep -oE '[a-z0-9_]+' | sort -u >architecture
missing=$(comm -23 calls architecture)
[ -z "$missing" ] || fail "not in ARCHITECTURE.md: $missing"
if command -v systemd-analyze >/dev/null; then
	echo 'ExecStart=/bin/true' >>web.service
	systemd-analyze verify ./web.service 2>said || true
	! grep -q 'web.service' said || fail "$(cat said)"
	# members SET...: of a set of systemd's, and of the sets in it
	members()
	{
		systemd-analyze syscall-filter "$1" | sed -n 's/^    \([@a-z]\)/\1/p' |
			while read -r name; do
				case $name in
				@*) members "$name" ;;
				*) echo "$name" ;;
				esac
			done
	}
	members @system-service | sort -u >allowed
	missing=$(comm -23 calls allowed)
	[ -z "$missing" ] || fail "not in @system-service: $missing"
	missing=$(comm -12 architecture allowed | comm -23 - calls)
	[ -z "$missing" ] || fail "not in DEPLOY.md: $missing"
fi

cat >hoard.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) void *
hoard(void)
{
	return memset(malloc(1000), 1, 1000);
}

int
main(int argc, char **argv)
{
	static void *kept[20000];

	for (int i = 0; i < 20000; i++)
		kept[i] = hoard();
	fclose(fopen(argv[1], "w"));
	if (argc > 2)
		pause();
	return kept[0] == NULL;
}
END
cc -g -O0 -o hoard hoard.c

# holds FILE...: 20 MB in hoard(), to the byte
holds()
{
	"$HEAPFLAME" report --bytes --metric inuse_space "$@" >text
	grep -qE '^ *20,?000,?000 .* hoard ' text || fail "$* say: $(cat text)"
}

# Containers: namespaces of their own, a /dev/shm of their own, pid 1.
space=(unshare --mount --pid --ipc --fork --kill-child --mount-proc)
[ -n "$root" ] || space+=(--map-root-user)

# start VARIABLE...: hoard in a container, to be killed; its pid here
start()
{
	rm -f ready
	env "$@" LIB="$LIBHEAPFLAME" HERE="$here" "${space[@]}" sh -c '
		mount --bind "$VOLUME" /mnt &&
		mount -t tmpfs -o size=64m,mode=1777 shm /dev/shm || exit
		export LD_PRELOAD="$LIB" HEAPFLAME_SAMPLE=1
		exec "$HERE/hoard" "$HERE/ready" pause' 2>said &
	outside=$!
	wait_for test -e ready
	inside=$(child "$outside")
}

killed()
{
	kill -9 "$inside"
	wait $outside 2>/dev/null || true
	outside=
}

if "${space[@]}" true 2>/dev/null; then
	volume=$HEAPFLAME_LIVE/volume
	mkdir "$volume"
	export VOLUME=$volume HEAPFLAME_PREFIX=$here/dumps/h
	for _ in 1 2; do
		start HEAPFLAME_LIVE=/mnt
		killed
	done
	start HEAPFLAME_LIVE=/mnt
	"$HEAPFLAME" ctl "$inside" status >text
	grep -q '^hoard, pid 1: active' text || fail "$(cat text)"
	grep -qF "/proc/$inside/root/mnt/hoard.1-" text ||
		fail "whose state: $(cat text)"
	states=("$volume"/hoard.1-*.live)
	[ ${#states[@]} -eq 3 ] || fail "states: $(ls "$volume")"
	for state in "${states[@]}"; do
		holds "$state"
		"$HEAPFLAME" info "$state" | head -1
	done >heads
	[ "$(grep -c killed heads)" -eq 2 ] || fail "who was killed: $(cat heads)"
	killed
	"$HEAPFLAME" ls "$volume" >text
	[ "$(grep -cF "heapflame report $volume/hoard.1-" text)" -eq 3 ] ||
		fail "ls: $(cat text)"
	# A sidecar, which sees nothing but the volume.
	"${space[@]}" sh -c 'mount --bind "$VOLUME" /mnt &&
		mount -t tmpfs none /dev/shm && "$HEAPFLAME" info --all /mnt' >text
	[ "$(grep -c '^process .*killed' text)" -eq 3 ] || fail "$(cat text)"

	# Without the volume it is in there as long as it runs.
	rm -f "$volume"/*
	start HEAPFLAME_LIVE=shm
	holds "$inside"
	killed
	[ -z "$(ls "$volume")" ] || fail "$(ls "$volume")"

	# systemd's sandbox: nothing may be written but two folders. Another
	# user's, a private /tmp, started in /.
	mkdir -p box/lib box/state box/run state "$volume/run"
	cp "$LIBHEAPFLAME" hoard box/lib/
	become=
	if [ -n "$root" ]; then
		become='setpriv --reuid 54321 --regid 54321 --clear-groups'
		chown 54321 state "$volume/run"
	fi
	service()
	{
		exec env -u HEAPFLAME_PREFIX BECOME="$become" "$@" "${space[@]}" sh -c '
			mount --bind box /mnt &&
			mount -o remount,bind,ro /mnt &&
			mount --bind state /mnt/state &&
			mount --bind "$VOLUME/run" /mnt/run &&
			mount -t tmpfs none /tmp && cd / || exit
			export HEAPFLAME_SAMPLE=1 HEAPFLAME_LIVE=/mnt/run
			export STATE_DIRECTORY=/mnt/state
			exec $BECOME env LD_PRELOAD=/mnt/lib/libheapflame.so \
				/mnt/lib/hoard /mnt/run/ready $PAUSE' 2>said
	}
	(service PAUSE=)
	[ ! -s said ] || fail "the service says: $(cat said)"
	dump_of state >/dev/null
	[ "$(ls "$volume/run")" = ready ] || fail "left: $(ls "$volume/run")"
	rm "$volume/run/ready"
	service PAUSE=pause &
	outside=$!
	wait_for test -e "$volume/run/ready"
	inside=$(child $outside)
	killed
	"$HEAPFLAME" info "$volume/run" >text
	grep -qE '^process .*killed' text || fail "$(cat text)"
	[ "$(count state/*)" -eq 1 ] || fail "dumps: $(ls state)"
else
	echo "no namespaces here: containers not tried"
fi

# A pre-fork server. Its master is root where we are, its workers nobody, who
# owns the folders.
cat >app.py <<'END'
kept = []

def app(environ, start):
    kept.append(bytearray(100000))
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"ok\n"]
END
cat >ask.py <<'END'
import sys, urllib.request
for _ in range(int(sys.argv[2])):
    url = "http://127.0.0.1:%s/" % sys.argv[1]
    with urllib.request.urlopen(url, timeout=20) as answer:
        answer.read()
END
port=$((20000 + $$ % 20000))
export HEAPFLAME_LIVE=$HEAPFLAME_LIVE/workers
mkdir workers "$HEAPFLAME_LIVE"
chmod 700 workers "$HEAPFLAME_LIVE"
as=()
if [ -n "$root" ]; then
	chown nobody workers "$HEAPFLAME_LIVE"
	chmod 711 "${HEAPFLAME_LIVE%/*}"
	as=(-u nobody -g "$(id -gn nobody)")
fi

# prefork PROGRAM ARGUMENT...: load, one worker killed, then a clean end
prefork()
{
	local master workers victim name=$1

	rm -f workers/*
	timeout 120 env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=8K \
		HEAPFLAME_PREFIX="$here/workers/w" "$@" >"$name.log" 2>&1 &
	outside=$!
	wait_for "$PYTHON" ask.py $port 1
	"$PYTHON" ask.py $port 40
	master=$(child $outside)
	mapfile -t workers < <(printf '%s\n' "$HEAPFLAME_LIVE/$name".*.live |
		sed "s/.*\/$name\.//; s/-.*//" | grep -vx "$master")
	[ ${#workers[@]} -eq 2 ] ||
		fail "not 2 workers of $master: $(ls "$HEAPFLAME_LIVE")"
	for worker in "${workers[@]}"; do
		"$HEAPFLAME" ctl "$worker" status >text
		grep -q "^$name, pid $worker: active" text ||
			fail "$name: $(cat text)"
	done
	victim=${workers[0]}
	kill -9 "$victim"
	wait_for "$PYTHON" ask.py $port 1
	kill -TERM "$master"
	wait $outside || fail "$name ended with $?: $(tail -5 "$name.log")"
	outside=
	left=("$HEAPFLAME_LIVE/$name".*)
	[[ "${#left[@]} ${left[*]}" == "1 "*"/$name.$victim-"*.live ]] ||
		fail "$name left: $(ls -l "$HEAPFLAME_LIVE")"
	"$HEAPFLAME" info "${left[0]}" >text
	grep -qE '^process .*killed' text || fail "$(cat text)"
	"$HEAPFLAME" report --by process workers >text
	grep -qE " $name ${workers[1]}( |\$)" text || fail "$(cat text)"
	! grep -qE " $name $victim( |\$)" text || fail "$(cat text)"
	rm -f "$HEAPFLAME_LIVE"/*
}

prefork gunicorn -w 2 "${as[@]}" -b 127.0.0.1:$port app:app

# What reaches a program through sudo and su.
export LIBHEAPFLAME here
told='echo "${LD_PRELOAD##*/} $HEAPFLAME_SAMPLE"'
set_by_env='eval "$("$1" env --sample 64K)"; exec sh -c "$2"'
wanted="${LIBHEAPFLAME##*/} 64K"
if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	got=$(LD_PRELOAD=$LIBHEAPFLAME HEAPFLAME_SAMPLE=64K \
		sudo -n sh -c "$told")
	[ "$got" = " " ] || fail "sudo: '$got'"
	got=$(sudo -n sh -c "$set_by_env" sh "$HEAPFLAME" "$told")
	[ "$got" = "$wanted" ] || fail "sudo sh -c env: '$got'"
	got=$(sudo -n env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=64K \
		sh -c "$told")
	[ "$got" = "$wanted" ] || fail "sudo env: '$got'"
fi
if [ -n "$root" ]; then
	got=$(LD_PRELOAD=$LIBHEAPFLAME HEAPFLAME_SAMPLE=64K \
		su nobody -s /bin/sh -c "$told" 2>/dev/null)
	[ "$got" = "$wanted" ] || fail "su: '$got'"
	got=$(LD_PRELOAD=$LIBHEAPFLAME HEAPFLAME_SAMPLE=64K \
		su - nobody -s /bin/sh -c "$told" 2>/dev/null)
	[ "$got" = " " ] || fail "su -: '$got'"
fi
