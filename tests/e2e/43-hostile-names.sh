#!/bin/bash
# Goal: symbols and files named to do harm (markup, terminal escapes, newlines,
# paths, bytes that are no UTF-8) stay names: no output is broken by them.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need objcopy xmllint
"$PYTHON" - <<'END'
import os, subprocess
names = [b"<script>alert(1)</script>", b"]]>", b"\x1b[31mred\x1b[0m",
         b"../../../etc/passwd", b"two\nlines", b"\xff\xfe\xc3(", b"a;b 77",
         b"\"quoted\" 'and' &amp;", b"%s%n%5$n", b"back\x08\rover\x7f"]
args = [b"objcopy"]
for i, name in enumerate(names):
    args += [b"--redefine-sym", b"hostile_%d=" % i + name]
program = b"pro<b>]]>\x1b[31m\n\xff;% .heap"
subprocess.run(args + [os.environb[b"PROGS"] + b"/hostile", program],
               check=True)
os.rename(program, b"x"); os.mkdir(b"bin"); os.rename(b"x", b"bin/" + program)
subprocess.run([b"bin/" + program], check=True, env=dict(
    os.environb, LD_PRELOAD=os.environb[b"LIBHEAPFLAME"],
    HEAPFLAME_SAMPLE=b"1"))
END
dumps=(heapflame.*.f.heap)
[ ${#dumps[@]} -eq 1 ] || fail "not one dump here: $(ls -b)"
mkdir dumps && mv "${dumps[0]}" dumps/
dump=("dumps/"*.heap)

for metric in alloc_space inuse_space; do
	"$HEAPFLAME" report --metric $metric "${dump[@]}" >report.txt
	"$HEAPFLAME" report --tree --metric $metric "${dump[@]}" >tree.txt
	"$HEAPFLAME" report --json --metric $metric "${dump[@]}" >report.json
	"$HEAPFLAME" convert --to folded --metric $metric -o folded.txt \
		"${dump[@]}"
	"$HEAPFLAME" flame --metric $metric -o flame.svg "${dump[@]}"
	"$HEAPFLAME" leaks "${dump[@]}" >leaks.txt || [ $? -eq 3 ]
	"$HEAPFLAME" leaks --json "${dump[@]}" >leaks.json || [ $? -eq 3 ]
	"$HEAPFLAME" info "${dump[@]}" >info.txt
	"$PYTHON" - <<'END'
import json, re, sys, hf
wrong = []
for name in "report.txt tree.txt folded.txt leaks.txt info.txt " \
        "report.json leaks.json flame.svg".split():
    data = open(name, "rb").read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        wrong.append("%s is no UTF-8: %s" % (name, e))
        continue
    bad = re.search(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]", text)
    if bad:
        wrong.append("%s holds %r near %r" % (name, bad.group(),
                     text[max(0, bad.start() - 40):bad.end() + 40]))
if wrong:
    hf.fail("\n".join(wrong))
functions = [r["function"] for r in json.load(open("report.json"))["rows"]]
json.load(open("leaks.json"))
for wanted in ("<script>alert(1)</script>", "]]>", "../../../etc/passwd"):
    if wanted not in functions:
        hf.fail("%r is not among %r" % (wanted, functions))
lines = open("folded.txt").read().splitlines()
hostile = [l for l in lines if re.search(r" 100\d$", l)]
if len(hostile) != 10:
    hf.fail("folded: %r" % lines)
depths = {l.count(";") for l in hostile}
if len(depths) != 1:
    hf.fail("folded: frames were split: %r" % hostile)
svg = open("flame.svg").read()
if "alert(1)</script>" in svg or svg.count("<script") > 1:
    hf.fail("markup got into the SVG")
if "alert(1)" not in svg:
    hf.fail("the name is not in the SVG at all")
END
	xmllint --noout flame.svg
done
# No file but those that were asked for.
[ "$(find . -newer report.txt -type f | wc -l)" -lt 9 ] || fail "$(ls -bR)"

# File names in messages: one line, nothing raw.
bad=$'no\nsuch\e[31m<file>\xff.heap'
"$HEAPFLAME" report "$bad" 2>err && fail "a missing file was read"
[ "$(wc -l <err)" -le 2 ] || fail "more than one line: $(cat err)"
if grep -aq $'\e' err; then
	fail "a raw escape reached the terminal"
fi
"$PYTHON" -c 'open("err", encoding="utf-8").read()' || fail "no UTF-8"

# A dump that lies about its modules and names.
printf 'heap_v2/1\n  t*: 1: 8 [1: 8]\n# heapflame 1\n# exe ../../%%0a%%1b/x\n' \
	>lies.heap
printf '# module 0 0 - - /tmp/%%0a%%ff<b>%%1b[31m 1000-9000@0\n@ 0x2000\n' \
	>>lies.heap
printf '  t*: 1: 8 [1: 8]\n# s 0 a=1,8,1,0,0 l=1,8,1,0,0\n# end\n' >>lies.heap
for command in report "report --json" info leaks "flame -o -"; do
	# shellcheck disable=SC2086
	"$HEAPFLAME" $command lies.heap >out 2>err || fail "$command: $(cat err)"
	if grep -aq $'\e' out err; then
		fail "$command: a raw escape"
	fi
done
