#!/bin/bash
# Goal: at N = 4 KiB and 512 KiB the estimates are unbiased (their mean over
# seeded runs lies within 3 standard errors of the truth, by site) and the 95 %
# intervals hold it about that often. 90-statistics does all metrics, 200 runs.
# timeout: 300
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

# With 60 runs an honest interval may hold 60 times; the long one is stricter.
for interval in 4K 512K; do
	"$PYTHON" "$SRC/tests/e2e/statistics.py" $interval 60 86.0 100.0 \
		alloc_space inuse_space
done
