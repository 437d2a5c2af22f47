#!/bin/bash
# Goal: in real programs cfi takes the same stacks as libunwind, at least 99.9 %
# of them; what differs is listed by cause, and at most 0.01 % have none.
# timeout: 120
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need sqlite3 g++ redis-benchmark redis-cli
oracle=$PROGS/../oracle/compare.so
judge=$SRC/tests/oracle/judge.py
port=$((20000 + $$ % 20000))

compare()
{
	local report=$1 every=$2

	shift 2
	ORACLE_REPORT=$PWD/$report ORACLE_EVERY=$every LD_PRELOAD=$oracle "$@"
}

cat >tree.py <<'END'
import ast, glob, json, os, re
folder = os.path.dirname(os.__file__)
for name in sorted(glob.glob(folder + "/[a-b]*.py")):
    with open(name, encoding="utf-8") as f:
        text = f.read()
    ast.dump(ast.parse(text))
    re.sub(r"(\w+)\s*=\s*(.*)", r"\2 = \1", text)
    json.loads(json.dumps(text.splitlines()))
END
compare python 1 "$PYTHON" tree.py

compare sqlite 1 sqlite3 :memory: "CREATE TABLE t(a, b); WITH RECURSIVE n(i) AS
	(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO t
	SELECT i, hex(i * 7919) FROM n; CREATE INDEX x ON t(b); SELECT count(*),
	max(length(s)) FROM (SELECT a % 997 AS k, group_concat(b) AS s FROM t
	GROUP BY k ORDER BY s);" >out.txt

# The same where glibc does not tell where unwind tables are.
ORACLE_OLD_GLIBC=1 compare old 1 sqlite3 :memory: "SELECT sum(length(hex(n)))
	FROM (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE
	n < 20000) SELECT n FROM n ORDER BY hex(n));" >out.txt

cat >words.cc <<'END'
#include <iostream>
#include <map>
#include <string>
int main()
{
	std::map<std::string, int> words;
	for (std::string w; std::cin >> w;)
		words[w]++;
	for (auto &w : words)
		std::cout << w.first << ' ' << w.second << '\n';
}
END
compare gxx 5 g++ -O1 -c words.cc

ln -s "$(command -v redis-server || command -v redis-check-rdb)" redis-server
compare redis 1 ./redis-server --port $port --bind 127.0.0.1 --save '' \
	--appendonly no >log.txt 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
	redis-cli -p $port ping 2>/dev/null | has PONG && break
	sleep 0.1
done
timeout 60 redis-benchmark -p $port -q -n 3000 -c 10 -d 200 -r 1000 \
	-t set,get,lpush,sadd,hset,zadd >bench.txt || fail "$(tail -3 log.txt)"
redis-cli -p $port eval 'local t = {} for i = 1, 2000 do t[i] = tostring(i)
	end return table.concat(t)' 0 >out.txt
redis-cli -p $port shutdown nosave >out.txt || true
wait $server || fail "redis-server exits with $?"
trap - EXIT

for program in python sqlite old gxx redis; do
	echo "$program:"
	"$PYTHON" "$judge" 2000 99.9 $program.*
done
echo "all:"
"$PYTHON" "$judge" 50000 99.9 python.* sqlite.* old.* gxx.* redis.*
