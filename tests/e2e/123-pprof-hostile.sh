#!/bin/bash
# Goal: files of pprof's that somebody made to hurt take no more than ten times
# their size and 64 MiB of memory, and time in proportion; cut-off ones are
# refused with one line.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/pprof.sh
. "$SRC/tests/e2e/pprof.sh"

# measure FILE COMMAND...: KiB at most in $kib, ms of processor time in $ms
measure()
{
	local file=$1

	shift
	"$PYTHON" -c '
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL, timeout=120).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_maxrss, int(1000 * (used.ru_utime + used.ru_stime)))' \
		"$HEAPFLAME" "$@" "$file" >measured.txt || fail "$file: no end"
	read -r code kib ms <measured.txt
	[ "$code" -le 1 ] || fail "$file: exit $code"
}

while read -r kind n; do
	pprofs make "$kind" one "$n"
	pprofs make "$kind" four $((4 * n))
	size=$(stat -c %s four)
	measure one report --metric inuse_space
	time=$ms
	for command in report flame; do
		out=()
		[ $command = flame ] && out=(-o out.svg)
		measure four $command --metric inuse_space "${out[@]}"
		most=$((size * 10 / 1024 + 65536))
		echo "$kind $command: $size bytes, $kib of $most KiB, $ms ms"
		[ "$kib" -le $most ] || fail "$kind: $kib KiB, not $most"
	done
	# Four times as much takes four times as long, with room for noise.
	measure four report --metric inuse_space
	[ "$ms" -le $((10 * time + 500)) ] ||
		fail "$kind: $time ms, and $ms for four times as much"
done <<END
empty_messages 2000000
empty_samples 300000
short_stacks 200000
many_ids 60000
deep_labels 2000000
long_labels 100000
inlined 100000
long_varints 200000
large 50000
END

# A table of zeros packs a thousandfold: it is not unpacked to the end.
"$PYTHON" - <<'END'
import gzip
import pprofs as P

out, table = P.head()
with gzip.open("bomb.pb.gz", "wb", 9) as file:
    file.write(out + P.tables(table))
    for _ in range(400):
        file.write(b"\x32\x00" * 500000)
END
measure bomb.pb.gz report
size=$(stat -c %s bomb.pb.gz)
echo "bomb: $size bytes, $kib KiB"
[ "$kib" -le $((size * 10 / 1024 + 73728)) ] || fail "the bomb: $kib KiB"
expect_error 1 'unpacks to more than' "$HEAPFLAME" report bomb.pb.gz

# Comments are the last, and nobody misses them; all before is missed.
shim "$PROGS/churn" 2 >/dev/null
"$HEAPFLAME" convert --to pprof -o good.pb.gz "$(dump_of dumps)"
gunzip -c good.pb.gz >good.pb
size=$(stat -c %s good.pb)
for length in $(seq 12 7 $((size - 300))); do
	head -c "$length" good.pb >cut.pb
	expect_error 1 "'cut.pb'" "$HEAPFLAME" report cut.pb
done
head -c $(($(stat -c %s good.pb.gz) / 2)) good.pb.gz >cut.pb.gz
expect_error 1 'cut off or damaged after' "$HEAPFLAME" report cut.pb.gz
{
	cat good.pb
	printf '\022\340\334\052' # a sample of so many bytes,
	printf '\n\0%.0s' $(seq 350000) # and lists of nothing in it
} >long.pb
expect_error 1 'at byte [0-9]*: a sample of 700000 bytes' \
	"$HEAPFLAME" report long.pb
