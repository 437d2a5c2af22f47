/* SPDX-License-Identifier: Apache-2.0 */
/* build: -std=c++17 -fsized-deallocation -O0 -g -pthread */
/*
 * The family and the operators as every allocator understands them: nothing in
 * here fails, has a size of 0, or stands on what glibc alone promises, so that
 * the truth is the same on top of any. Contents are checked throughout.
 */
#include <malloc.h>
#include <new>

#include "truth.h"

static const std::align_val_t at64 = std::align_val_t(64);

extern "C" {

static void
check(char *p, size_t n, char with)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != with)
			truth_fail("a block's content changed");
}

static char *
filled(void *p, size_t n)
{
	if (malloc_usable_size(p) < n)
		truth_fail("a block is too small");
	memset(p, 'x', n);
	return (char *)p;
}

static void
by_malloc(void)
{
	for (size_t i = 1; i <= 200; i++) {
		char *p = filled(TOOK(malloc(i * 13), i * 13), i * 13);

		check(p, i * 13, 'x');
		if (i % 4)
			free(GAVE(p));
	}
}

static void
by_calloc(void)
{
	for (size_t i = 1; i <= 60; i++) {
		char *p = (char *)TOOK(calloc(i, 24), i * 24);

		check(p, i * 24, 0);
		if (i & 1)
			free(GAVE(p));
	}
}

static void
by_realloc(void)
{
	size_t n = 10;
	char *p = filled(TOOK(realloc(nullptr, n), n), n);

	while (n < 3000000) {
		size_t longer = n * 3 / 2 + 1;

		GAVE(p);
		p = (char *)TOOK(realloc(p, longer), longer);
		check(p, n, 'x');
		p = filled(p, longer);
		n = longer;
	}
	GAVE(p);
	p = (char *)TOOK(realloc(p, 77), 77);
	check(p, 77, 'x');
}

static void
by_aligned(void)
{
	for (size_t a = 16; a <= 4096; a *= 2) {
		void *p = nullptr;

		if (posix_memalign(&p, a, a + 40) || (uintptr_t)p % a)
			truth_fail("posix_memalign");
		filled(TOOK(p, a + 40), a + 40);
		p = TOOK(memalign(a, 100), 100);
		free(GAVE(filled(p, 100)));
		p = TOOK(aligned_alloc(a, 3 * a), 3 * a);
		if ((uintptr_t)p % a)
			truth_fail("aligned_alloc");
		filled(p, 3 * a);
	}
	free(GAVE(TOOK(valloc(5000), 5000)));
}

static void
by_new(void)
{
	TOOK(::operator new(100), 100);
	TOOK(::operator new(222, std::nothrow), 222);
	::operator delete(GAVE(filled(TOOK(::operator new(40), 40), 40)));
	for (size_t i = 8; i < 9000; i += 100)
		::operator delete(
			GAVE(filled(TOOK(::operator new(i), i), i)), i);
	::operator delete(
		GAVE(TOOK(::operator new(32, std::nothrow), 32)), std::nothrow);
}

static void
by_new_array(void)
{
	TOOK(::operator new[](77), 77);
	TOOK(::operator new[](333, std::nothrow), 333);
	::operator delete[](GAVE(TOOK(::operator new[](50), 50)));
	for (size_t i = 8; i < 9000; i += 100)
		::operator delete[](
			GAVE(filled(TOOK(::operator new[](i), i), i)), i);
}

static void
by_new_aligned(void)
{
	TOOK(::operator new(640, at64), 640);
	TOOK(::operator new[](704, at64), 704);
	::operator delete(GAVE(TOOK(::operator new(64, at64), 64)), at64);
	::operator delete(
		GAVE(TOOK(::operator new(128, at64), 128)), 128, at64);
	::operator delete[](GAVE(TOOK(::operator new[](192, at64), 192)), at64);
	TOOK(::operator new(256, at64, std::nothrow), 256);
}

/* A thread's blocks given back by another one. */
static void *
by_thread(void *arg)
{
	void **blocks = (void **)arg;

	for (size_t i = 0; i < 300; i++)
		blocks[i] = filled(TOOK(malloc(500 + i), 500 + i), 500 + i);
	return nullptr;
}

static void
across_threads(void)
{
	static void *blocks[300];
	pthread_t t;

	if (pthread_create(&t, nullptr, by_thread, blocks))
		truth_fail("pthread_create");
	pthread_join(t, nullptr);
	for (size_t i = 0; i < 300; i += 2)
		free(GAVE(blocks[i]));
}
}

int
main()
{
	by_malloc();
	by_calloc();
	by_realloc();
	by_aligned();
	by_new();
	by_new_array();
	by_new_aligned();
	across_threads();
	truth_print(0, 0);
}
