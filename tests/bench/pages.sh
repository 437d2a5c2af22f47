#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pages in Chromium: how long flame graphs take to open, to zoom and to search,
# beside an SVG with a group a frame: the least of ROUNDS (5). usage: pages.sh OUT
set -eu
[ -d "$1/browser/node_modules" ] || {
	echo "pages: make browser first"
	exit 0
}
SRC=$(cd "$(dirname "$0")/../.." && pwd)
HEAPFLAME=$(cd "$1" && pwd)/heapflame
export SRC HEAPFLAME
cp "$SRC"/tests/browser/*.js "$1/browser/"
cd "$1/browser"
uptime
node pages.bench.js 5000 38000 124000 1000000
