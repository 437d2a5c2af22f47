#!/bin/bash
# Goal: a dump made to cost memory takes no more than 10 times its size and 64
# MiB, whatever is shown of it, and its total stays right.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

"$PYTHON" - <<-'EOF'
	def write(path, text):
	    open(path, "w").write(text)

	t = "  t*: 1: 1 [0: 0]\n"
	head = "heap_v2/1\n  t*: 1: 1 [1: 1]\n"
	write("short.heap", head + "".join(
	    "@ 0x%x\n%s" % (i, t) for i in range(1, 600001)))
	write("deep.heap", head + "".join(
	    "@ 0x%x%s\n%s" % (i, " 0x1" * 100, t) for i in range(1, 40001)))
	write("threads.heap", head + "".join(
	    "@ 0x%x\n  t*: 99: 99 [0: 0]\n%s" % (i, "".join(
	        "  t%d: 1: 1 [0: 0]\n" % n for n in range(100)))
	    for i in range(1, 8001)))
	write("own.heap", "heap_v2/1\n  t*: 1: 1 [1: 1]\n# heapflame 1\n" +
	    "".join("@ 0x%x\n# s %d l=1,1,1,0,0\n" % (i, i)
	            for i in range(1, 500001)))
	write("names.heap", head + "".join(
	    "  t%d: 1: 1 [0: 0] n%d\n" % (i, i) for i in range(500000)) +
	    "@ 0x1\n" + t)
	write("legacy.heap", "heap profile: 1: 1 [1: 1] @ heapprofile\n" +
	    "".join("1: 1 @ 0x%x\n" % i for i in range(1, 900001)))
	write("symbols.heap", "--- symbol\n" + "".join(
	    "0x%x a%x--b%x--c%x\n" % (i, i, i, i) for i in range(400000)) +
	    "---\n--- heap\n" + head + "@ 0x1\n" + t)
	write("maps.heap", head + "@ 0x1\n" + t + "\nMAPPED_LIBRARIES:\n" +
	    "".join("%x-%x: /%x\n" % (i, i + 1, i) for i in range(400000)))
EOF

# most FILE COMMAND...: KiB at most in memory while it runs
most()
{
	shift
	timeout 100 "$PYTHON" -c 'import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=open("out", "w"),
                        stderr=open("err", "w")).returncode
if status:
    sys.exit("exit %d: %s" % (status, open("err").read()[:500]))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

for file in *.heap; do
	size=$(stat -c %s "$file")
	bound=$((size * 10 / 1024 + 65536))
	for command in "convert --to folded -o -" "report" "flame -o -" "html -o -" \
		"convert --to folded -o - --by thread"; do
		# A page tells 400 bytes of each of 400,000 modules.
		[ "${command%% *} $file" != "html maps.heap" ] || continue
		# shellcheck disable=SC2086
		used=$(most "$file" "$HEAPFLAME" $command "$file") ||
			fail "$file: $command"
		echo "$file ($size bytes), $command: $used KiB of $bound"
		[ "$used" -le "$bound" ] ||
			fail "$file, $command: $used KiB, not $bound"
	done
done
total=$("$HEAPFLAME" convert --to folded -o - legacy.heap 2>err |
	awk '{ n += $NF } END { print n }')
[ "$total" = 900000 ] || fail "legacy.heap: $total, not 900000"
grep -q 'other stacks' err || fail "nothing is said: $(cat err)"
