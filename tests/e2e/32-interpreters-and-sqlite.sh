#!/bin/bash
# Goal: python3, perl and sqlite3 at real work print the same and end the same
# with the shim; perl's bytes are in named functions.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need sqlite3 perl
export HEAPFLAME_SAMPLE=64K PYTHONHASHSEED=0

cat >work.py <<'END'
import ast, glob, hashlib, json, re, sys, threading, zlib
trees = []
def parse(part):
    for path in sorted(glob.glob("/usr/lib/python3*/json/*.py"))[part::2]:
        trees.append(ast.dump(ast.parse(open(path).read())))
threads = [threading.Thread(target=parse, args=(i,)) for i in range(2)]
for t in threads: t.start()
for t in threads: t.join()
text = "\n".join(sorted(trees)) * 20
print(len(text), hashlib.sha256(zlib.compress(text.encode())).hexdigest())
print(len(re.findall(r"Name\(id='(\w+)'", text)), json.dumps(text)[:60])
sys.stderr.write("to stderr\n")
sys.exit(7)
END
same_with_shim python "$PYTHON" work.py

cat >work.pl <<'END'
my (%h, @a);
for my $i (1 .. 60000) {
	my $k = "key" . ($i * 7919 % 10007);
	$h{$k} .= "value $i;";
	push @a, { id => $i, name => $k, list => [1 .. $i % 7] };
}
my $n = 0;
$n += scalar(@{$_->{list}}) for sort { $a->{name} cmp $b->{name} } @a;
my $text = join ",", map { "$_=$h{$_}" } sort keys %h;
1 while $text =~ s/value (\d)(\d+);/v$2/;
print length($text), " $n ", scalar(keys %h), "\n";
warn "to stderr\n";
exit 3;
END
rm -rf dumps
same_with_shim perl perl work.pl
"$PYTHON" "$SRC/tests/e2e/named.py" 95 \
	'^(Perl_safesys|safe)?(malloc|calloc|realloc)' "$(dump_of dumps)"

cat >work.sql <<'END'
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO t SELECT i, 'text ' || (i * 7919 % 10007), i / 3.0 FROM n;
CREATE INDEX by_b ON t(b, c);
SELECT count(*), sum(c), max(b) FROM t WHERE b LIKE 'text 1%';
SELECT b, count(*), group_concat(a) FROM t GROUP BY b ORDER BY 2 DESC, 1 LIMIT 9;
DELETE FROM t WHERE a % 3 = 0;
SELECT count(DISTINCT b) FROM t;
SELECT * FROM no_such_table;
END
sqlite()
{
	sqlite3 -batch :memory: <work.sql
}
plain=0 shimmed=0
sqlite >plain.out 2>plain.err || plain=$?
(
	export LD_PRELOAD="$LIBHEAPFLAME" HEAPFLAME_PREFIX="$PWD/sqlite/h"
	sqlite
) >shim.out 2>shim.err || shimmed=$?
[ $plain -eq $shimmed ] || fail "sqlite3: exit $shimmed, $plain without"
cmp plain.out shim.out || fail "sqlite3: other output"
cmp plain.err shim.err || fail "sqlite3: other errors"
"$HEAPFLAME" report sqlite | has sqlite3 || fail "no report of sqlite3"
