#!/bin/bash
# Goal: functions, files, phases, programs and titles named to do harm stay text
# in the page: no tag, attribute or script comes of them, nothing that is no
# text is in it, and the size is bounded by that of the input.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# Names in every place that a dump has them in, and in a series of four.
"$PYTHON" - <<'END'
import os, urllib.parse
names = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>",
         "\" onmouseover=\"alert(3)", "' onfocus='alert(4)", "]]></metadata>",
         "<!--", "-->", "&lt;b&gt;", "javascript:alert(5)", "\x1b[31m\x07",
         "\u202eright", "</title></style></svg>", "__proto__", "{\"a\":1}",
         "<!--<script>", "\\u003c"]
os.mkdir("series")
word = lambda s: urllib.parse.quote(s, safe="")
for n in range(5):
    lines = ["heap_v2/1", "  t*: 100: 80000 [100: 80000]", "# heapflame 1",
             "# id 77-18c0000", "# boot x", "# exe /bin/" + word(names[1]),
             "# time 1700000000000 %d 1000 %d" % (1700000001000 + n * 1000,
                                                  1000001000 + n * 1000000000),
             "# reason %s %d %d" % ("f" if n == 4 else "t", n, n),
             "# interval 0 1 0", "# samples 100 100 0",
             "# rss 9000000 0 0 0 9000000 0"]
    for i, name in enumerate(names):
        lines.append("# phase %d %d %s 0 %s" % (i + 1, i * 1000000,
                     (i + 1) * 1000000 if i + 1 < len(names) else "-",
                     word(name)))
    for i, name in enumerate(names):
        lines.append("# module %d 0 - - /lib/%s %x-%x@0" % (
            i, word(name), 0x1000000 * (i + 1), 0x1000000 * (i + 1) + 0x10000))
    for i in range(len(names)):
        lines += ["@ 0x%x 0x%x" % (0x1000000 * (i + 1) + 0x20, 0x1000000),
                  "  t*: %d: %d [%d: %d]" % (n + i + 1, 800 * (n + i + 1),
                                             n + i + 1, 800 * (n + i + 1))]
    lines.append("# end")
    name = "series/h.77-18c0000.%d.%s.heap" % (n, "f" if n == 4 else "t%d" % n)
    open(name, "w").write("\n".join(lines) + "\n")
with open("x.folded", "wb") as out:
    for i, name in enumerate(names):
        out.write(b"main;" + name.replace(";", "").encode() + b" 1000\n")
    out.write(b"main;\xff\xfe\xc3( 10\n")
END
judge()
{
	"$HEAPFLAME" html -o "$1.html" "${@:2}" 2>said || fail "$*: $(cat said)"
	"$PYTHON" "$SRC/tests/e2e/paged.py" "$1.html" >"$1.has" || fail "$*"
	has -F 'alert(1)' <"$1.html" || fail "$1: the name is not there at all"
	if has -iE '<script>alert|<img|<!--' <"$1.html"; then
		fail "$1: markup got in"
	fi
	[ "$(grep -c '<script' "$1.html")" -le 4 ] || fail "$1: more scripts"
}
judge folded x.folded
judge series series
grep -qx 'timelines 1' series.has || fail "no timeline: $(cat series.has)"
judge since --base series/h.77-18c0000.0.t0.heap series
has -F 'id="r-change"' <since.html || fail "no picture of the difference"
judge titled --title '</title><script>alert(1)</script>' series

# Long names and many of them: a page is bounded by what it shows.
"$PYTHON" - <<'END'
import random
random.seed(7)
with open("many.folded", "w") as out:
    for i in range(20000):
        out.write("main;f%d;g%d %d\n" % (i % 200, i, 1 + i % 97))
with open("long.folded", "w") as out:
    out.write("main;" + "n" * 1000000 + " 5\n")
END
"$HEAPFLAME" html -o many.html many.folded
"$HEAPFLAME" report --json --top 0 many.folded >many.json
"$PYTHON" "$SRC/tests/e2e/paged.py" many.html many.json >many.has || fail many
[ "$(wc -c <many.html)" -lt 5000000 ] || fail "$(wc -c <many.html) bytes"
"$HEAPFLAME" html -o long.html long.folded
"$PYTHON" "$SRC/tests/e2e/paged.py" long.html >/dev/null || fail long
[ "$(wc -c <long.html)" -lt 10000000 ] || fail "$(wc -c <long.html) bytes"
