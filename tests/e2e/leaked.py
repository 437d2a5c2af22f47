# SPDX-License-Identifier: Apache-2.0
"""leaked.py FUNCTION DUMP: what `heapflame leaks` says of the stacks with that
function in them: how many stacks, bytes, objects, and the sums of both ends of
the bytes' intervals; then the bytes of all stacks that have it not."""
import json
import sys

import hf


def main(function, dump):
    found, others = [0] * 5, 0
    answer = hf.run(hf.HEAPFLAME, "leaks", "--json", "--top", "0", dump)
    for leak in json.loads(answer)["leaks"]:
        if function not in leak["stack"]:
            others += leak["bytes"]
            continue
        for i, figure in enumerate([1, leak["bytes"], leak["objects"],
                                    leak["low"], leak["high"]]):
            found[i] += figure
    print(*found, others)


main(*sys.argv[1:])
