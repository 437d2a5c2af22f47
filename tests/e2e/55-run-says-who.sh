#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `heapflame run` ends with: peak and live with the truth in them, the top
# sites, also of children and of what was killed, the picture, and the command
# to go on with, which shows the same.
. "$SRC/tests/e2e/lib.sh"

cat >work.c <<'END'
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *volatile kept[1024];
__attribute__((noinline)) static void *take_big(size_t n)
{
	void *p = malloc(n);
	memset(p, 1, n);
	return p;
}
__attribute__((noinline)) static void take_small(void)
{
	for (int i = 0; i < 1024; i++)
		kept[i] = malloc(1024);
}
int main(int argc, char **argv)
{
	void *big = take_big(16 << 20);
	take_small();
	free(big);
	if (argc > 1 && !strcmp(argv[1], "exec"))
		execl(argv[0], argv[0], (char *)NULL);
	if (argc > 1 && !strcmp(argv[1], "kill")) {
		for (int i = 0; i < 30; i++) {
			usleep(100000);
			free(take_big(1 << 20));
		}
		raise(SIGKILL);
	}
	if (argc > 1 && !strcmp(argv[1], "fork") && fork() == 0)
		exit(take_big(2 << 20) == NULL);
	wait(NULL);
	return 0;
}
END
cc -g -O1 -o work work.c

"$HEAPFLAME" run --sample 1 -o exact ./work 2>err.txt
cat err.txt
grep -q "'./work' ended with status 0" err.txt || fail 'how it ended'
grep -qE 'peak_space.* 17\.0 MiB' err.txt || fail 'the peak: 16 MiB + 1 MiB'
grep -qE 'live at the end: 1\.0 MiB in 1,02[45] objects' err.txt ||
	fail 'live at the end'
grep -qE '16\.0 MiB.*take_big' err.txt || fail 'the first site'
grep -qE '1\.0 MiB.*take_small' err.txt || fail 'the second site'
[ "$(grep -n take_big err.txt | cut -d: -f1)" -lt \
	"$(grep -n take_small err.txt | cut -d: -f1)" ] || fail 'the order'
xmllint --noout exact/flame.svg
grep -q take_big exact/flame.svg || fail 'the picture'
# The command that it names shows the same.
eval "$(sed -n "s|^further: heapflame|$HEAPFLAME|p" err.txt)" >report.txt
grep -qE '16\.0 MiB.*take_big' report.txt || fail "$(cat report.txt)"

# With no option at all the truth is within what is said of the error.
"$HEAPFLAME" run ./work 2>err.txt
grep -qE 'take_big' err.txt || fail "$(cat err.txt)"
[ "$(count heapflame.work.*/*.f.heap)" -eq 1 ] || fail 'one dump'

# Children by fork and by exec are followed, and can be left out.
"$HEAPFLAME" run --sample 1 -o tree ./work fork 2>err.txt
[ "$(count tree/*.f.heap)" -eq 2 ] || fail "$(ls tree)"
grep -qE '18\.0 MiB.*take_big' err.txt || fail "the child's part: $(cat err.txt)"
"$HEAPFLAME" run --sample 1 -o shell sh -c './work; ./work' 2>err.txt
[ "$(count shell/*.f.heap)" -ge 2 ] || fail "$(ls shell)"
grep -qE '32\.0 MiB.*take_big' err.txt || fail "both children: $(cat err.txt)"
# One after the other, with nobody between: still one run, also later.
"$HEAPFLAME" run --sample 1 --follow work -o row sh -c \
	'./work; sleep 0.1; ./work' 2>err.txt
grep -qE '32\.0 MiB.*take_big' err.txt || fail "both in a row: $(cat err.txt)"
eval "$(sed -n "s|^further: heapflame|$HEAPFLAME|p" err.txt)" >report.txt
grep -qE '32\.0 MiB.*take_big' report.txt || fail "later: $(cat report.txt)"
# Called after the one that did it, not after who started it.
printf '#!/bin/bash\n:;:\n./work ""\n:\n' >wrapper && chmod +x wrapper
"$HEAPFLAME" run --sample 8K -o wrapped bash ./wrapper 2>err.txt
grep -q '^work (pid ' err.txt || fail "called after: $(cat err.txt)"
"$HEAPFLAME" run --sample 1 --follow none -o alone sh -c './work; :' 2>err.txt
! grep -q take_big err.txt || fail "a child in spite of --follow none"

# Killed: what there is.
status=0
"$HEAPFLAME" run --sample 1 --dump-seconds 1 -o killed ./work kill 2>err.txt ||
	status=$?
[ "$status" -eq 137 ] || fail "status $status"
grep -q 'was killed by signal 9' err.txt || fail "$(cat err.txt)"
[ "$(count killed/*.t*.heap)" -ge 1 ] || fail "$(ls killed)"
grep -q take_small err.txt || fail "$(cat err.txt)"

# --quiet: only the files.
"$HEAPFLAME" run -q -o quiet ./work 2>err.txt
[ ! -s err.txt ] || fail "$(cat err.txt)"
[ -s quiet/flame.svg ] || fail 'no picture'
