#!/bin/bash
# Goal: redis-server under a real load answers the same with the shim, its bytes
# are in named functions, and the first rows name who decided, not zmalloc.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need redis-benchmark redis-cli
# Debian's redis-tools has the server in it: it is one binary of many names.
server=$(command -v redis-server || command -v redis-check-rdb) ||
	skip "no redis-server here"
ln -s "$server" redis-server
port=$((20000 + $$ % 20000))
trap 'redis-cli -p $port shutdown nosave >/dev/null 2>&1 || true' EXIT

# serve NAME ENVIRONMENT...: load, answers in NAME.answers, exit in NAME.status
serve()
{
	local name=$1 status=0 pid

	shift
	env "$@" ./redis-server --port $port --bind 127.0.0.1 --save '' \
		--appendonly no --enable-debug-command local \
		>"$name.log" 2>"$name.err" &
	pid=$!
	for _ in $(seq 100); do
		redis-cli -p $port ping 2>/dev/null | has PONG && break
		sleep 0.1
	done
	timeout 100 redis-benchmark -p $port -q -n 20000 -c 20 -d 200 -r 5000 \
		-t set,get,lpush,sadd,hset,zadd >"$name.bench" ||
		fail "$name: the benchmark failed: $(tail -3 "$name.log")"
	redis-cli -p $port flushall >/dev/null
	{
		for i in $(seq 300); do
			echo "set key:$i value:$i"
			echo "hset hash:$((i % 7)) field:$i $((i * i))"
			echo "zadd sorted $i member:$i"
			echo "append text 'some more text $i'"
		done
		echo "eval 'return redis.call(\"dbsize\")' 0"
		echo "hgetall hash:3"
		echo "zrange sorted 0 -1"
		echo "debug digest"
	} | redis-cli -p $port >"$name.answers"
	redis-cli -p $port shutdown nosave >/dev/null || true
	wait $pid || status=$?
	echo $status >"$name.status"
}

serve plain A=1
serve shim LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_SAMPLE=64K \
	HEAPFLAME_PREFIX="$PWD/dumps/h"
diff plain.status shim.status || fail "other exit status"
cmp plain.answers shim.answers || fail "other answers"
cmp plain.err shim.err || fail "other errors: $(cat shim.err)"
[ "$(wc -l <shim.answers)" -gt 1500 ] || fail "too few answers"

dump=$(dump_of dumps)
"$PYTHON" "$SRC/tests/e2e/named.py" 95 \
	'^(z|s_|je_)?(try)?(malloc|calloc|realloc|memalign)|^z(try|malloc|calloc|realloc)|^operator new' \
	"$dump"
grep -q '^# exe .*/redis-server$' "$dump" ||
	fail "the program's name: $(grep '^# exe' "$dump")"
