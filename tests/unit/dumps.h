/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles written by hand, for the tests of what reads them. */
#ifndef DUMPS_H
#define DUMPS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read.h"

/* One of ours at N = 524288, two stacks, one live sample each. */
static const char own_dump[] =
	"heap_v2/524288\n"
	"  t*: 3: 16777 [9: 50331]\n"
	"  t0: 3: 16777 [9: 50331]\n"
	"# heapflame 1\n"
	"# id 4711-18f0aa11bb2\n"
	"# boot 11112222-3333-4444-5555-666677778888\n"
	"# host box\n"
	"# exe /opt/my%20app/ser%25ver\n"
	"# parent 4700-18f0aa00000\n"
	"# time 1700000000000 1700000060000 5000000000 65000000000\n"
	"# reason f 0 7\n"
	"# unwind cfi 128\n"
	"# interval 0 262144 5000000000\n"
	"# interval 1 524288 6000000000\n"
	"# samples 9 3 4\n"
	"# peak 700000 10 25 6000000000\n"
	"# lost busy 12\n"
	"# lost early 3\n"
	"# rss 1000000 900000 90000 10000 2000000\n"
	"# own 12345\n"
	"# future 1 2 3\n"
	"# module 0 0 - aabbcc /opt/my%20app/server 1000-2000@400\n"
	"# module 1 0 2 - /usr/lib/o\\012ld.so 7000-8000@0\n"
	"# module 2 2 - ddee /usr/lib/new.so 7000-8000@100 9000-a000@2000\n"
	"@ 0x7010 0x1100\n"
	"  t*: 2: 8000 [6: 24000]\n"
	"  t0: 2: 8000 [6: 24000]\n"
	"# s 1 e=1 x=t a=6,3145728.5,768,4000000,90 l=2,1048576,256,9,4 "
	"p=2097152,512,16 f=4,512,99000 m=1572864.25,384 r=3 z=16,4096 "
	"w=1000,2000\n"
	"@ 0x7010 0x2000 0xdead0000\n"
	"  t*: 1: 8777 [3: 26331]\n"
	"  t0: 1: 8777 [3: 26331]\n"
	"# s 2 e=2 a=3,100,4,0,0 l=1,100,4,0,0 i=2,4096,8 q=5,6,7\n"
	"# live 3 3\n"
	"# l 17 1 4096 1 81234567\n"
	"# l 18 2 100 0 5 i\n"
	"# l 19 77 100 0 5\n"
	"# end\n"
	"\n"
	"MAPPED_LIBRARIES:\n"
	"1000-2000 r-xp 00000400 08:01 42                 /opt/other\n"
	"7ff000000000-7ff000001000 r-xp 00000000 00:00 0  [vdso]\n";

/*
 * One of ours with threads, labels, and three phases, two of one name; the last
 * one goes on. The names are such as a stranger would choose.
 */
static const char phased_dump[] =
	"heap_v2/1\n"
	"  t*: 6: 9100 [11: 9600]\n"
	"# heapflame 1\n"
	"# id 4712-18f0aa11bb3\n"
	"# exe /opt/bench\n"
	"# time 1700000000000 1700000060000 5000000000 65000000000\n"
	"# reason m 3 2\n"
	"# interval 0 1 5000000000\n"
	"# samples 11 6 0\n"
	"# peak 9600 11 0 6000000000\n"
	"# rss 1000000 900000 90000 10000 2000000 70000\n"
	"# own 12345\n"
	"# allocator jemalloc 8000 9000 12000 40000 - 500\n"
	"# temp 10\n"
	"# history 1000000000 5000 6000 700000\n"
	"# history 2000000000 5001 6001 700001\n"
	"# name t 1 main%20thread\n"
	"# name t 2 worker\n"
	"# name l 1 tenant=a\n"
	"# name x 1 of-later\n"
	"# phase 1 1000 2000 1500 load\n"
	"# phase 2 2000 3000 2500 ../%2Fserve%0A\n"
	"# phase 3 4000 - 4500 load\n"
	"# module 0 0 - aabbcc /opt/bench 1000-2000@0\n"
	"@ 0x1010 0x1100\n"
	"  t*: 1: 1000 [1: 1000]\n"
	"# s 1 t=1 a=1,1000,1,0,0 l=1,1000,1,0,0 p=1000,1,0\n"
	"@ 0x1010 0x1100\n"
	"  t*: 1: 100 [5: 500]\n"
	"# s 2 t=2 b=1 h=1 a=5,500,5,0,0 l=1,100,1,0,0 p=500,5,0 q=400,4,9 "
	"d=3,300,3,6,7 f=4,4,8000000 m=200,2,25,16\n"
	"@ 0x1010 0x1100\n"
	"  t*: 1: 3000 [1: 3000]\n"
	"# s 3 t=2 h=2 a=1,3000,1,0,0 l=1,3000,1,0,0 p=3000,1,0 q=3000,1,0\n"
	"@ 0x1010 0x1100\n"
	"  t*: 3: 5000 [4: 5100]\n"
	"# s 4 t=9 b=9 h=3 a=4,5100,4,0,0 l=3,5000,3,2,1 p=5100,4,0 "
	"q=5100,4,0\n"
	"# end\n";

/* One of jemalloc's, as 5.3 writes it with prof_accum. */
static const char jemalloc_dump[] =
	"heap_v2/4096\n"
	"  t*: 3: 1052672 [7: 3149824]\n"
	"  t0: 3: 1052672 [7: 3149824] some thread\n"
	"@ 0x1080 0x7fff0010 0x2000\n"
	"  t*: 2: 4096 [4: 8192]\n"
	"  t0: 2: 4096 [4: 8192]\n"
	"@ 0x1090\n"
	"  t*: 1: 1048576 [3: 3141632]\n"
	"  t1: 1: 1048576 [3: 3141632]\n"
	"@\n"
	"  t*: 1: 100 [0: 0]\n"
	"\n"
	"MAPPED_LIBRARIES:\n"
	"00000-01000 r--p 00000000 08:01 42   /srv/a b/prog\n"
	"01000-02000 r-xp 00001000 08:01 42   /srv/a b/prog\n"
	"7fff0000-7fff1000 r-xp 00002000 08:01 43   /lib/gone.so (deleted)\n"
	"80000000-80001000 r-xp 00000000 00:00 0 \n";

/* A read-only view of text, under a name. */
static inline struct input
input_of(const char *name, const char *text, size_t length)
{
	struct input in = { .name = name,
		.bytes = (const unsigned char *)text,
		.length = length };

	return in;
}

/* A new folder in /tmp; the caller removes it with remove_folder(). */
static inline char *
new_folder(void)
{
	char *path = strdup("/tmp/heapflame-test-XXXXXX");

	if (path == NULL || mkdtemp(path) == NULL)
		abort();
	return path;
}

static inline void
remove_folder(char *path)
{
	char command[512];

	snprintf(command, sizeof command, "rm -rf '%s'", path);
	if (system(command) != 0)
		abort();
	free(path);
}

static inline void
write_file(const char *folder, const char *name, const void *bytes, size_t n)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		abort();
}

#endif
