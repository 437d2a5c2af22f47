# SPDX-License-Identifier: Apache-2.0
"""The real programs of accuracy.py: each does the same work in every run,
in a third of a second or so. A program is a name, what it does in a few words, its
version, and a way to run it: run(before, extra), where `before` are words that
come before its command and `extra` is added to its environment."""
import itertools
import os
import shutil
import subprocess
import time

PYTHON = """
import collections, json, re
rows = [{"id": i, "name": "name %d" % (i * 7919 % 10007),
         "tags": ["a%d" % (i % 7), "b%d" % (i % 11)]} for i in range(12000)]
text = json.dumps(rows)
back = json.loads(text)
words = collections.Counter(re.findall(r"name \\d+", text))
index = {}
for row in back:
    index.setdefault(row["tags"][0], []).append(row["name"].upper().encode())
print(len(text), len(words), sum(map(len, index.values())))
"""

PERL = """
my (%h, @a);
for my $i (1 .. 30000) {
    my $k = "key" . ($i * 7919 % 10007);
    $h{$k} .= "value $i;";
    push @a, { id => $i, name => $k, list => [1 .. $i % 7] };
}
my $n = 0;
$n += scalar(@{$_->{list}}) for sort { $a->{name} cmp $b->{name} } @a;
my $text = join ",", map { "$_=$h{$_}" } sort keys %h;
print length($text), " $n ", scalar(keys %h), "\\n";
"""

SQL = """
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
INSERT INTO t SELECT i, 'text ' || (i * 7919 % 10007), i / 3.0 FROM n;
CREATE INDEX by_b ON t(b, c);
SELECT count(*), sum(c), max(b) FROM t WHERE b LIKE 'text 1%';
SELECT b, count(*), length(group_concat(a)) FROM t GROUP BY b ORDER BY 2 DESC, 1
LIMIT 9;
DELETE FROM t WHERE a % 3 = 0;
SELECT count(DISTINCT b) FROM t;
"""

CXX = """
#include <iostream>
#include <map>
#include <sstream>
#include <string>
int main()
{
    std::map<std::string, int> words;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream in(line);
        for (std::string word; in >> word;)
            words[word]++;
    }
    for (auto &w : words)
        std::cout << w.first << ' ' << w.second << '\\n';
}
"""

JQ = """group_by(.tags[0]) | map({k: .[0].tags, n: length,
    s: (map(.name) | unique | length)})"""


class Program:
    def __init__(self, name, does, version, command, environment=None):
        self.name, self.does, self.version = name, does, version
        self.command, self.environment = command, environment or {}

    def run(self, before, extra):
        env = dict(os.environ, **self.environment, **extra)
        subprocess.run(before + self.command, env=env, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=600)


class Server(Program):
    """redis-server on a socket of its own, fed by one client, then told to end.
    Its memory is Debian's jemalloc's."""

    def __init__(self, name, does, version, command, load):
        super().__init__(name, does, version, command)
        self.load, self.turns = load, itertools.count()

    def run(self, before, extra):
        socket = os.path.abspath("redis.%d" % next(self.turns))
        env = dict(os.environ, **extra)
        server = subprocess.Popen(
            before + self.command + ["--unixsocket", socket], env=env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(1200):
                if os.path.exists(socket):
                    break
                time.sleep(0.05)
            client = ["redis-cli", "-s", socket]
            with open(self.load, "rb") as f:
                subprocess.run(client + ["--pipe"], stdin=f, check=True,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=600)
            subprocess.run(client + ["shutdown", "nosave"], timeout=60,
                           stdout=subprocess.DEVNULL)
            if server.wait(60) != 0:
                raise RuntimeError("redis-server: exit %d" % server.returncode)
        finally:
            server.kill()


def version_of(*command):
    said = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    words = said.stdout.decode().replace("v=", "").replace("(v", "")
    words = words.replace("jq-", "").split()
    return next((w.rstrip(")") for w in words
                 if w[0].isdigit() and "." in w), "?")


def write(name, text):
    with open(name, "w", encoding="utf-8") as f:
        f.write(text)
    return os.path.abspath(name)


def redis_load():
    lines = []
    for i in range(20000):
        lines += ["SET key:%d %s" % (i % 20000, "v" * (100 + i * 7 % 900)),
                  "HSET hash:%d field:%d %d" % (i % 97, i % 5000, i * i),
                  "RPUSH list:%d %s" % (i % 31, "item" * (1 + i % 20))]
    return write("redis.load", "\r\n".join(lines) + "\r\n")


def cc1plus():
    """The compiler proper: g++ is a driver that only starts others."""
    path = subprocess.run(["g++", "-print-prog-name=cc1plus"], check=True,
                          stdout=subprocess.PIPE).stdout.decode().strip()
    whole = write("real.cc", CXX)
    subprocess.run(["g++", "-E", "-o", "real.ii", whole], check=True)
    return Program("g++", "cc1plus -O0 on a file with four headers",
                   version_of("g++", "-dumpfullversion"),
                   [path, "-quiet", "-O0", "-fpreprocessed",
                    os.path.abspath("real.ii"), "-o", "/dev/null"])


def redis():
    """Debian's redis-tools holds the server, under another name."""
    server = shutil.which("redis-server")
    if not server:
        server = os.path.abspath("redis-server")
        if not os.path.exists(server):
            os.symlink(shutil.which("redis-check-rdb"), server)
    command = [server, "--port", "0", "--save", "", "--appendonly", "no"]
    return Server("redis", "60,000 commands of one client",
                  version_of(server, "--version"), command, redis_load())


def rows():
    return write("rows.json", "\n".join(
        '{"id":%d,"name":"n%d","tags":["a%d","b%d"]}' %
        (i, i * 7919 % 10007, i % 7, i % 11) for i in range(30000)))


def programs():
    return [
        Program("perl", "hashes, sort, join", version_of("perl", "-v"),
                ["perl", write("work.pl", PERL)], {"PERL_HASH_SEED": "0"}),
        Program("sqlite3", "a table of 60,000 rows, an index, queries",
                version_of("sqlite3", "--version"),
                ["sqlite3", "-batch", ":memory:",
                 ".read " + write("work.sql", SQL)]),
        Program("jq", "30,000 objects, grouped", version_of("jq", "--version"),
                ["jq", "-s", JQ, rows()]),
        redis(),
        Program("python3", "json, re, dictionaries; PYTHONMALLOC=malloc",
                version_of("/usr/bin/python3", "--version"),
                ["/usr/bin/python3", "-S", write("work.py", PYTHON)],
                {"PYTHONHASHSEED": "0", "PYTHONMALLOC": "malloc"}),
        cc1plus(),
    ]
