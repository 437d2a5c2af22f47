/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a way of running a program costs over another, as ratios of CPU time.
 *
 * usage: pairs SECONDS ROUNDS [NAME PREFIX]... -- PROGRAM [ARGUMENT]...
 *
 * Each way is a prefix, split at spaces, put before the command line, such as
 * "env LD_PRELOAD=./x.so"; the first is what the others are compared with. In
 * each round every way runs once, beginning with another one each time, so
 * that a machine that gets slower or faster hits all alike. A way's cost in a
 * round is its user+sys time, with that of the processes it waited for, over
 * the first one's of the same round. Ends after ROUNDS, or when SECONDS have
 * passed and two rounds are done. The program's output is thrown away.
 *
 * Prints for each way, separated by tabs: name, mean ratio, one-sided upper
 * 95 % bound of the mean (Student's t), rounds, mean CPU seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAYS_MAX = 16, ROUNDS_MAX = 1000, WORDS_MAX = 64 };

struct way {
	const char *name;
	char *prefix;
	double seconds[ROUNDS_MAX]; /* of CPU, by round */
};

static struct way ways[WAYS_MAX];

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void
start(const struct way *w, char **program)
{
	char *words[WORDS_MAX];
	int count = 0, null = open("/dev/null", O_RDWR);

	for (char *word = strtok(w->prefix, " "); word && count < WORDS_MAX / 2;
		word = strtok(NULL, " "))
		words[count++] = word;
	while (*program && count < WORDS_MAX - 1)
		words[count++] = *program++;
	words[count] = NULL;
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execvp(words[0], words);
	_exit(127);
}

/* CPU seconds of one run, or -1 if it failed. */
static double
run(const struct way *w, char **program)
{
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		start(w, program);
	if (pid < 0)
		return -1;
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return -1;
	if (status != 0) {
		fprintf(stderr, "pairs: %s failed (status 0x%x): %s\n", w->name,
			status, w->prefix);
		return -1;
	}
	return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Student's t, 95 % one-sided, for that many degrees of freedom. */
static double
t95(int freedom)
{
	static const double exact[] = { 0, 6.314, 2.920, 2.353, 2.132, 2.015,
		1.943, 1.895, 1.860, 1.833, 1.812 };
	const double z = 1.644854;

	if (freedom < 1)
		return 1; /* one round: the deviation is infinite already */
	if (freedom <= 10)
		return exact[freedom];
	/* Cornish and Fisher's expansion; right to 0.001 from here on. */
	return z + (z * z * z + z) / (4.0 * freedom) +
	       (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) /
		       (96.0 * freedom * freedom);
}

static void
print_way(const struct way *w, int rounds)
{
	double sum = 0, squares = 0, cpu = 0, mean, deviation;

	for (int i = 0; i < rounds; i++) {
		sum += w->seconds[i] / ways[0].seconds[i];
		cpu += w->seconds[i];
	}
	mean = sum / rounds;
	for (int i = 0; i < rounds; i++)
		squares += pow(w->seconds[i] / ways[0].seconds[i] - mean, 2);
	deviation = rounds > 1 ? sqrt(squares / (rounds - 1)) : INFINITY;
	printf("%s\t%.4f\t%.4f\t%d\t%.3f\n", w->name, mean,
		mean + t95(rounds - 1) * deviation / sqrt(rounds), rounds,
		cpu / rounds);
}

static int
run_round(int count, int round, char **program)
{
	for (int i = 0; i < count; i++) {
		struct way *w = &ways[(round + i) % count];

		w->seconds[round] = run(w, program);
		if (w->seconds[round] <= 0)
			return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	double until = argc > 1 ? now() + atof(argv[1]) : 0;
	int rounds = argc > 2 ? atoi(argv[2]) : 0, done = 0, count = 0, i = 3;

	for (; i + 1 < argc && strcmp(argv[i], "--") && count < WAYS_MAX;
		i += 2)
		ways[count++] =
			(struct way){ .name = argv[i], .prefix = argv[i + 1] };
	if (count < 1 || i + 1 >= argc || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: pairs SECONDS ROUNDS [NAME PREFIX]... "
				"-- PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	/* What is not in the page cache yet is not to be paid by the first. */
	if (run(&ways[0], argv + i + 1) < 0)
		return 1;
	while (done < rounds && (done < 2 || now() < until))
		if (run_round(count, done++, argv + i + 1))
			return 1;
	for (int w = 0; w < count; w++)
		print_way(&ways[w], done);
	return 0;
}
