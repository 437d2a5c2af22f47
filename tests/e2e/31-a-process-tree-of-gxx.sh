#!/bin/bash
# Goal: g++ on a real C++ file, a tree of five programs: the same object file,
# messages and exit status; cc1plus's bytes are in named functions, and its
# first rows are not xmalloc and its like.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need g++
cat >good.cc <<'END'
#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <string>
#include <vector>
int main()
{
	std::map<std::string, std::vector<int>> m;
	for (int i = 0; i < 9; i++)
		m[std::to_string(i % 3)].push_back(i);
	std::regex r("[0-9]+");
	for (auto &e : m)
		if (std::regex_match(e.first, r))
			std::cout << e.first << e.second.size() << "\n";
}
END
sed 's/std::regex r(/std::regex r(nonsense, /' good.cc >bad.cc

g++ -O1 -o plain.exe good.cc
shim HEAPFLAME_SAMPLE=64K g++ -O1 -o shim.exe good.cc >out 2>err
[ ! -s out ] || fail "said: $(cat out)"
[ ! -s err ] || fail "said: $(cat err)"
cmp plain.exe shim.exe || fail "another program came out"
[ "$(./shim.exe | tr -d '\n')" = 031323 ] || fail "it does not run"

same_with_shim bad g++ -O1 -c bad.cc
grep -q nonsense bad.shim.err || fail "no message"

rm -rf dumps
shim HEAPFLAME_SAMPLE=64K g++ -O1 -o shim.exe good.cc
exes=$(sed -n 's/^# exe .*\///p' dumps/*.f.heap | sort -u | tr '\n' ' ')
for exe in cc1plus as ld; do
	[[ " $exes" == *" $exe "* ]] || fail "no dump of $exe, only of $exes"
done
cc1plus=$(grep -l '^# exe .*/cc1plus$' dumps/*.f.heap)
"$PYTHON" "$SRC/tests/e2e/named.py" 95 \
	'^x?(malloc|calloc|realloc|strdup|memdup)|^ggc_(internal_|alloc)|^_?obstack|^operator new|^va_heap|^(std|__gnu_cxx)::.*alloc|pool_allocator' \
	"$cc1plus"
# The whole tree is one run, and adds up.
"$PYTHON" - <<'END'
import glob, hf
files = glob.glob("dumps/*.f.heap")
answer = hf.report(files, "alloc_space")
single = sum(hf.report([f], "alloc_space")["total"]["value"] for f in files)
if abs(answer["total"]["value"] - single) > len(files):
    hf.fail("together %d, one by one %d" % (answer["total"]["value"], single))
if len(answer["processes"]) != len(files):
    hf.fail("%d processes of %d" % (len(answer["processes"]), len(files)))
END
