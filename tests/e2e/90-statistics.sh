#!/bin/bash
# Goal: over 200 seeded runs at N = 4 KiB and 512 KiB the mean of each site's
# estimate lies within 3 standard errors of the truth, and the 95 % interval of
# the total holds the truth in 90 to 99 % of the runs.
# timeout: 900
# shellcheck source=tests/e2e/lib.sh
. "$SRC/tests/e2e/lib.sh"

for interval in 4K 512K; do
	"$PYTHON" "$SRC/tests/e2e/statistics.py" $interval 200 90.0 99.0 \
		alloc_space alloc_objects inuse_space inuse_objects
done
