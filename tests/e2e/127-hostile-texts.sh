#!/bin/bash
# Goal: folded stacks and perf's text made to be costly take no more than 10
# times their size and 64 MiB, and time in proportion; totals stay whole.
# timeout: 300
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# bounded FILE COMMAND...: its peak of memory in KiB is within the rule
bounded()
{
	local file=$1 most kib
	shift
	most=$(($(stat -c %s "$file") * 10 / 1024 + 65536))
	kib=$(timeout 100 "$PYTHON" - "$@" <<-'END'
	import resource, subprocess, sys
	status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL,
	                         stderr=open("said", "w"))
	if status not in (0, 1):
	    sys.exit("exit %d" % status)
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	END
	) || fail "$file: $(cat said)"
	[ "$(wc -l <said)" -le 2 ] || fail "$file: a flood of messages"
	echo "$file: $kib KiB of $most: $(head -c 200 said)"
	[ "$kib" -le "$most" ] || fail "$file takes $kib KiB"
}

"$PYTHON" - <<'END'
import itertools, random
letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-*/<>"
with open("short.folded", "w") as f:  # 10 MB of distinct lines
    for i, name in enumerate(itertools.product(letters, repeat=4)):
        f.write("".join(name) + " 1\n")
        if i == 1430000:
            break
random.seed(1)
with open("trees.folded", "w") as f:  # few names, every stack another one
    for i in range(100000):
        f.write(";".join(random.choices("abcdefgh", k=20)) + " 1\n")
with open("deep.folded", "w") as f:
    f.write("a;" * 2000000 + "b 1\n" + "main;a 1\n")
with open("long.folded", "w") as f:  # one line of 100 MB
    f.write("main;")
    for i in range(1000):
        f.write("x" * 100000)
    f.write(" 7\n")
with open("frames.folded", "w") as f:  # as many distinct frames
    f.write(";".join(map(str, range(500000))) + " 1\n")
with open("rubbish.folded", "w") as f:
    f.write("main;a 1\nmain;b 2\n" + "x\n" * 2 + "y;z\n" * 500000)
for name in "short", "trees":  # of two columns, drawn as a difference
    with open(name + ".folded") as of, open(name + "2.folded", "w") as f:
        f.writelines(line.replace(" 1", " %d %d" % (i % 5, i % 3))
                     for i, line in enumerate(of))
with open("ids.perf", "w") as f:  # processes, threads, events, symbols
    for i in range(60000):
        f.write("c%d %d/%d 1.0: 1 e%d:\n\t 1 f%d (/x%d)\n\n" %
                (i, i, i, i % 20000 if i % 2 else 0, i, i))
with open("symbols.perf", "w") as f:
    f.write("x 1 1.0: 1 e:\n")
    for i in range(300000):
        f.write("\t1 f%d (m)\n" % i)
    f.write("\n")
with open("numbers.perf", "w") as f:
    f.write("x 1 1.0: 1 e:\n\t 1 a (/x)\n\n" + "a" + " 1" * 1000000 + "\n")
END
gzip -1 -k -c short.folded >short.gz
for file in *.folded *.perf *.gz; do
	bounded "$file" "$HEAPFLAME" flame -o x.svg "$file"
	# A page of 300,000 functions in one stack takes as much as is allowed.
	[ "$file" = symbols.perf ] ||
		bounded "$file" "$HEAPFLAME" html -o x.html "$file"
	bounded "$file" "$HEAPFLAME" convert --to folded -o out "$file"
done
bounded short.folded "$HEAPFLAME" report short.folded
bounded ids.perf "$HEAPFLAME" report --by process,thread ids.perf

# What found no room is counted in one stack.
"$HEAPFLAME" convert --to folded -o out short.folded 2>err
grep -q 'more distinct stacks' err || fail "nothing is said: $(cat err)"
grep -q '^\[other stacks\] ' out || fail "no other stacks"
[ "$(awk '{ n += $NF } END { print n }' out)" -eq \
	"$(wc -l <short.folded)" ] || fail "the total is another one"
"$HEAPFLAME" convert --to folded -o out long.folded
[ "$(wc -c <out)" -eq 100000008 ] || fail "the long name is cut"
