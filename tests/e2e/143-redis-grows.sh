#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: redis-server under a key set that grows is linear growth in the code of
# the command, and its tables that double are not; under an LRU limit the same
# load is a plateau.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need redis-cli "$PYTHON"
server=$(command -v redis-server || command -v redis-check-rdb) ||
	skip "no redis-server here"
ln -s "$server" redis-server
cat >load.py <<'END'
import socket, sys, time

port, seconds, rate = int(sys.argv[1]), float(sys.argv[2]), 1000
server = socket.create_connection(("127.0.0.1", port))
answers, n, begin = server.makefile("rb"), 0, time.monotonic()
while (passed := time.monotonic() - begin) < seconds:
    count = min(int(passed * rate) - n, 200)
    server.sendall(b"".join(b"HSET visitor:%08d page %s%08d\r\n"
                            % (n + i, b"v" * 200, n + i) for i in range(count)))
    for _ in range(count):
        assert answers.readline() == b":1\r\n"
    n += count
    time.sleep(0.02)
END

# serve NAME SECONDS OPTION...: dumps in NAME/, JSON in NAME.json
serve()
{
	local name=$1 seconds=$2 port=$((20000 + RANDOM % 20000)) pid
	shift 2
	rm -rf "$name"
	env LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/$name/h" \
		HEAPFLAME_SAMPLE=16K HEAPFLAME_DUMP_SECONDS=1 \
		./redis-server --port $port --bind 127.0.0.1 --save '' \
		--appendonly no "$@" >"$name.log" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		redis-cli -p $port ping 2>/dev/null | has PONG && break
		sleep 0.1
	done
	timeout 60 "$PYTHON" load.py $port "$seconds" || fail "the load"
	redis-cli -p $port shutdown nosave >/dev/null 2>&1 || true
	wait $pid || true
	"$HEAPFLAME" growth --json --all-classes -o "$name.json" "$name"
}

# Both at once, to be done in time. See 141 on the tries.
for try in 1 2 3; do
	serve keys 13 &
	serve lru 19 --maxmemory 3mb --maxmemory-policy allkeys-lru &
	wait %1 || fail "keys: $(cat keys.log)"
	wait %2 || fail "lru: $(cat lru.log)"
	"$PYTHON" "$SRC/tests/e2e/grown.py" keys.json \
		"hsetCommand=linear growth" 2>wrong.txt &&
		"$PYTHON" "$SRC/tests/e2e/grown.py" lru.json \
			"hsetCommand=plateau" 2>wrong.txt && break
	echo "$try: $(cat wrong.txt)"
	[ $try -lt 3 ] || fail "three times: $(cat wrong.txt)"
done
"$PYTHON" - <<'END'
import json
keys, lru = json.load(open("keys.json")), json.load(open("lru.json"))
# 1,000 values of 208 bytes a second, and what redis puts around them.
hour = keys["stacks"][0]["bytes_an_hour"]
assert hour["low"] / 2 < 1000 * 208 * 3600 < hour["high"] * 1.2, hour
assert not lru["classes"]["linear growth"], lru["classes"]
for s in keys["stacks"]:
    # The table of all keys, which doubles; not those of each hash.
    if {"dictAddRaw", "dbAdd"} <= set(s["stack"]) and "xpand" in s["function"]:
        assert s["class"] != "linear growth", s
END
"$HEAPFLAME" growth keys >keys.txt
# The first line is of who decided, not of zmalloc.
sed -n '/ function$/{n;p}' keys.txt | has 'linear growth  .*\(Object\|sds\|hash\|hset\|dict\)' ||
	fail "$(cat keys.txt)"
"$HEAPFLAME" growth --error-exitcode lru >/dev/null || fail "lru: not 0"

# leaks and the reading of report say the same of these dumps.
for name in keys lru; do
	"$HEAPFLAME" leaks --json $name >$name.leaks
	"$HEAPFLAME" report --json $name >$name.report
done
"$PYTHON" - <<'END'
import json
def accumulate(name):
    return [l for l in json.load(open(name + ".leaks"))["leaks"]
            if l["age"] and l["age"]["kind"] == "still accumulating"
            and "hsetCommand" in l["stack"]]
def grows(name):
    return [s for s in json.load(open(name + ".report"))["reading"]
            if "an hour" in s]
assert accumulate("keys") and not accumulate("lru"), accumulate("lru")
assert len(grows("keys")) == 1 and not grows("lru"), (grows("keys"), grows("lru"))
END
