#!/bin/bash
# Goal: jeprof --text and --collapsed open our dumps as they are, at N = 512K,
# 4K and 1, of a test program, python3 and redis, and come to our totals.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need jeprof redis-cli
ln -s "$(command -v redis-server || command -v redis-check-rdb)" redis-server
port=$((20000 + $$ % 20000))
trap 'redis-cli -p $port shutdown nosave >/dev/null 2>&1 || true' EXIT

redis()
{
	local pid

	shim "$@" ./redis-server --port $port --bind 127.0.0.1 --save '' \
		--appendonly no --enable-debug-command local >/dev/null &
	pid=$!
	for _ in $(seq 100); do
		redis-cli -p $port ping 2>/dev/null | has PONG && break
		sleep 0.1
	done
	redis-cli -p $port debug populate 20000 key 3000 >/dev/null
	redis-cli -p $port flushall >/dev/null
	redis-cli -p $port debug populate 20000 other 1000 >/dev/null
	redis-cli -p $port shutdown nosave >/dev/null || true
	wait $pid
}

for sample in 512K 4K 1; do
	rm -rf dumps
	shim HEAPFLAME_SAMPLE=$sample "$PROGS/churn" 6 >/dev/null
	"$PYTHON" "$SRC/tests/e2e/interop.py" ours "$PROGS/churn" \
		"$(dump_of dumps)"
	rm -rf dumps
	# What is live at python's exit is little: text that stays, too.
	shim HEAPFLAME_SAMPLE=$sample "$PYTHON" -c 'if 1:
		import ctypes, json
		l = [json.dumps(list(range(i % 50))) * 20 for i in range(40000)]
		l = l[::2]
		ctypes.pythonapi.Py_IncRef(ctypes.py_object(l))'
	"$PYTHON" "$SRC/tests/e2e/interop.py" ours "$PYTHON" "$(dump_of dumps)"
	rm -rf dumps
	redis HEAPFLAME_SAMPLE=$sample
	"$PYTHON" "$SRC/tests/e2e/interop.py" ours "$PWD/redis-server" \
		"$(dump_of dumps)"
done
