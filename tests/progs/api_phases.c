/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is allocated when, by whom, under which label, by the C API. Says on
 * stdout what each call returned, and what each phase and label allocated.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <heapflame.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *kept[10000];
static int count;

/* `n` blocks of which every second stays. */
static __attribute__((noinline)) void
work(int n, size_t size)
{
	for (int i = 0; i < n; i++) {
		void *p = malloc(size);

		if (i % 2)
			kept[count++] = p;
		else
			free(p);
	}
}

static void *
tenant(void *name)
{
	pthread_setname_np(pthread_self(), name);
	heapflame_label("tenant=a");
	work(100, 64);
	heapflame_label("tenant=b; or <c>");
	work(50, 32);
	heapflame_label(NULL);
	work(20, 16);
	return NULL;
}

static int
many(int labels, int marks)
{
	char name[32];
	int failed = 0;

	for (int i = 0; i < labels; i++) {
		snprintf(name, sizeof name, "label %d", i);
		failed += heapflame_label(name) != 0;
		work(2, 8);
	}
	heapflame_label("");
	for (int i = 0; i < marks; i++) {
		snprintf(name, sizeof name, "mark %d", i);
		failed += heapflame_mark(name) != 0;
	}
	return failed;
}

int
main(int argc, char **argv)
{
	static char buffer[4096];
	pthread_t thread;

	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (argc == 3) {
		printf("failed %d\n", many(atoi(argv[1]), atoi(argv[2])));
		return 0;
	}
	errno = 4711;
	work(1000, 100); /* warm-up */
	printf("start %d\n", heapflame_start());
	printf("active %d\n", heapflame_active());
	printf("mark %d\n", heapflame_mark("case 1"));
	work(1000, 200);
	printf("mark %d\n", heapflame_mark("../case/2\n"));
	/* Of the first phase, after its end: its inuse stays what it was. */
	for (int i = 500; i < 700; i++)
		free(kept[i]);
	work(1000, 300);
	pthread_create(&thread, NULL, tenant, "worker");
	pthread_join(thread, NULL);
	printf("dump %d\n", heapflame_dump());
	printf("rate %d\n", heapflame_rate(1));
	printf("stop %d\n", heapflame_stop());
	printf("active %d\n", heapflame_active());
	work(1000, 400);
	printf("errno %d\n", errno);
	return 0;
}
