#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: functions of Go programs have their names, in stripped ones too, where
# Go's own table is read; and Rust's, in both manglings.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

need readelf
tried=
if command -v rustc >/dev/null && rustc --version >/dev/null 2>&1; then
	cat >leak.rs <<'END'
use std::alloc::{alloc, Layout};
trait Keep { fn keep(&self, n: usize); }
struct Store<T> { size: T }
impl Keep for Store<u16> {
    #[inline(never)]
    fn keep(&self, n: usize) {
        for _ in 0..n {
            std::hint::black_box(unsafe {
                alloc(Layout::from_size_align(self.size as usize, 8).unwrap())
            });
        }
    }
}
mod inner {
    #[inline(never)]
    pub fn generic<F: Fn(usize)>(f: F) { f(100); std::hint::black_box(()); }
}
fn main() {
    let s = Store { size: 1000u16 };
    inner::generic(|n| { s.keep(n); std::hint::black_box(()); });
}
END
	# Newer compilers have left the old mangling; the unit tests have it.
	for mangling in legacy v0; do
		rustc -g -C opt-level=1 -C symbol-mangling-version=$mangling \
			-o rusty leak.rs 2>/dev/null || continue
		rm -rf dumps
		exact ./rusty
		"$HEAPFLAME" convert --to folded --metric alloc_space -o folded \
			"$(dump_of dumps)"
		grep -qE ';rusty::main|;leak::main' folded || fail "no main: $(cat folded)"
		grep -q '<leak::Store<u16> as leak::Keep>::keep' folded ||
			fail "$mangling: no method of a trait: $(cat folded)"
		grep -qE 'leak::inner::generic' folded || fail "no generic"
		grep -E '17h[0-9a-f]{16}E|_R[NIM]|::h[0-9a-f]{16}' folded &&
			fail "$mangling: a mangled name is left"
		"$HEAPFLAME" convert --to folded --short-names -o folded \
			--metric alloc_space "$(dump_of dumps)"
		grep -q '<leak::Store<> as leak::Keep>::keep' folded ||
			fail "$mangling: short: $(cat folded)"
		tried=1
	done
	[ -n "$tried" ] || fail "rustc builds nothing"
fi

if command -v go >/dev/null; then
	cat >main.go <<'END'
package main

import "fmt"

type T struct{ kept [][]byte }

//go:noinline
func (t *T) leak(n int) {
	for i := 0; i < n; i++ {
		t.kept = append(t.kept, make([]byte, 1000))
	}
}

//go:noinline
func Map[A any](x []A, f func(A)) {
	for _, a := range x {
		f(a)
	}
}

func main() {
	t := &T{}
	Map([]int{1}, func(int) { t.leak(3) })
	fmt.Println(len(t.kept))
}
END
	export GOCACHE=$PWD/cache GO111MODULE=off GOFLAGS=
	CGO_ENABLED=0 go build -o whole main.go
	strip whole -o bare
	nm whole | awk '$2 ~ /[Tt]/ && $3 ~ /^(main|fmt|os|sort)\./' >truth
	[ "$(wc -l <truth)" -gt 50 ] || fail "what does Go build here?"
	for program in whole bare; do
		"$PYTHON" - "$PWD/$program" <<'END'
import re, subprocess, sys
text = subprocess.run(["readelf", "-SW", sys.argv[1]], stdout=subprocess.PIPE,
                      check=True).stdout.decode()
m = re.search(r" \.text +PROGBITS +(\w+) (\w+) (\w+)", text)
address, offset, size = [int(g, 16) for g in m.groups()]
with open("go.heap", "w") as out:
    out.write("heap_v2/1\n  t*: 1: 64 [0: 0]\n")
    for line in open("truth"):
        start = int(line.split()[0], 16)
        out.write("@ %#x\n  t*: 1: 64 [0: 0]\n" % (start + 2))
    out.write("\nMAPPED_LIBRARIES:\n%x-%x r-xp %08x 08:01 1 %s\n" %
              (address, address + size, offset, sys.argv[1]))
END
		"$HEAPFLAME" convert --to folded -o folded go.heap
		awk '{ sub(/ [0-9]+$/, ""); n = split($0, f, ";"); print f[1] }' \
			folded | sort -u >names
		awk '{ print $3 }' truth | sort -u >wanted
		comm -13 names wanted | sed 's/\.abi0$//' | sort >missing
		[ "$(wc -l <missing)" -le 3 ] ||
			fail "$program: $(wc -l <missing) of $(wc -l <wanted) names: $(head -5 missing)"
	done
	"$HEAPFLAME" convert --to folded -o folded go.heap
	grep -qE '^main\.\(\*T\)\.leak ' folded || fail "no method: $(grep main folded)"
	"$HEAPFLAME" convert --to folded --short-names -o folded go.heap
	grep -qE '^main\.Map\[\.\.\.\] ' folded || fail "no generic: $(grep main folded)"
	grep -qE '^main\.\(\*T\)\.leak ' folded || fail "short: $(grep main folded)"
	tried=1
fi
[ -n "$tried" ] || skip "neither rustc nor go here"
