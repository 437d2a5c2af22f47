/* SPDX-License-Identifier: Apache-2.0 */
/* Becomes nobody once it has a state, and ends: exit status 3 if it may not. */
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

static void *volatile kept[100];

int
main(void)
{
	for (int i = 0; i < 100; i++)
		kept[i] = malloc(1000);
	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		return 3;
	for (int i = 0; i < 50; i++)
		kept[i] = malloc(100);
	return 0;
}
