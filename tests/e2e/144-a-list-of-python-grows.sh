#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Goal: python3 with a list that grows by one object a request is linear growth,
# named by the label of the request; what python takes down at its end does not
# hide it.
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

cat >server.py <<'END'
import ctypes, socket

label = ctypes.CDLL(None).heapflame_label
visits, cached = [], {}


class Visit:
    def __init__(self, line):
        self.line = line * 30


def handle_visit(line):
    label(b"visit")
    visits.append(Visit(line))


def handle_page(line):
    label(b"page")
    cached[int(line.split()[1]) % 100] = line * 30


server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
client, _ = server.accept()
for line in client.makefile("rb"):
    (handle_visit if line.startswith(b"visit") else handle_page)(line)
    label(None)
    client.sendall(b"ok\n")
END
cat >client.py <<'END'
import socket, sys, time

server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
answers, n, begin = server.makefile("rb"), 0, time.monotonic()
while (passed := time.monotonic() - begin) < 12:
    for n in range(n, int(passed * 500)):
        server.sendall(b"%s %08d\n" % ((b"visit", b"page")[n % 2], n // 2))
        assert answers.readline() == b"ok\n"
        n += 1
    time.sleep(0.02)
END

# Small objects of python's own arenas are no blocks of malloc.
for try in 1 2 3; do
	rm -rf dumps
	shim PYTHONMALLOC=malloc HEAPFLAME_SAMPLE=16K HEAPFLAME_DUMP_SECONDS=1 \
		"$PYTHON" server.py >port &
	for _ in $(seq 100); do
		[ -s port ] && break
		sleep 0.1
	done
	timeout 60 "$PYTHON" client.py "$(cat port)" || fail "the load"
	wait
	"$HEAPFLAME" growth --by label --json --all-classes -o growth.json dumps
	"$PYTHON" "$SRC/tests/e2e/grown.py" growth.json \
		"visit=linear growth" "page=-|steady|plateau|step" \
		2>wrong.txt && break
	echo "$try: $(cat wrong.txt)"
	[ $try -lt 3 ] || fail "three times: $(cat wrong.txt)"
done
"$PYTHON" - <<'END'
import json
stacks = json.load(open("growth.json"))["stacks"]
linear = [s for s in stacks if s["class"] == "linear growth"]
assert all("visit" in s["stack"] for s in linear), [s["stack"] for s in linear]
# 250 requests a second with 30 lines of 15 bytes each.
rate = sum(s["bytes_an_hour"]["value"] for s in linear)
assert 0.5 < rate / (250 * 450 * 3600) < 2.5, rate
END
"$HEAPFLAME" growth dumps >text.txt
sed -n '/ function$/{n;p}' text.txt | has 'linear growth  _*Py' || fail "$(cat text.txt)"
