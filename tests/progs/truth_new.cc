/* SPDX-License-Identifier: Apache-2.0 */
/* build: -std=c++17 -fsized-deallocation -O0 -g */
/*
 * C++ new and delete in all their forms. Whatever the form, the site is the
 * function that said `new`: none of the operators may show up in its place,
 * and nothing may be counted twice where one form calls another.
 */
#include <map>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "truth.h"

struct alignas(128) wide {
	char bytes[384];
};

/* Arrays of what has a destructor carry their length in front. */
struct counted {
	char bytes[40];
	~counted()
	{
		truth_keep(bytes);
	}
};

static const std::align_val_t at64 = std::align_val_t(64);

extern "C" {

static void
by_new(void)
{
	TOOK(new char(1), 1);
	TOOK(new wide, sizeof(wide));
	TOOK(::operator new(100), 100);
	delete static_cast<long *>(GAVE(TOOK(new long, sizeof(long))));
}

static void
by_new_array(void)
{
	char *cookie = (char *)new counted[10];

	TOOK(cookie - sizeof(size_t), 10 * sizeof(counted) + sizeof(size_t));
	TOOK(new int[25], 100);
	TOOK(::operator new[](77), 77);
	delete[] static_cast<int *>(GAVE(TOOK(new int[50], 200)));
}

static void
by_new_nothrow(void)
{
	TOOK(new (std::nothrow) double, sizeof(double));
	TOOK(::operator new(222, std::nothrow), 222);
	::operator delete(
		GAVE(TOOK(::operator new(32, std::nothrow), 32)), std::nothrow);
}

static void
by_new_array_nothrow(void)
{
	TOOK(new (std::nothrow) char[333], 333);
	::operator delete[](GAVE(TOOK(::operator new[](44, std::nothrow), 44)),
		std::nothrow);
}

static void
by_new_aligned(void)
{
	TOOK(::operator new(640, at64), 640);
	delete static_cast<wide *>(GAVE(TOOK(new wide, sizeof(wide))));
	::operator delete(GAVE(TOOK(::operator new(64, at64), 64)), at64);
}

static void
by_new_array_aligned(void)
{
	TOOK(new wide[3], 3 * sizeof(wide));
	::operator delete[](GAVE(TOOK(::operator new[](192, at64), 192)), at64);
}

static void
by_new_aligned_nothrow(void)
{
	void *p = ::operator new(320, at64, std::nothrow);
	void *q = ::operator new[](256, at64, std::nothrow);

	TOOK(p, 320);
	TOOK(q, 256);
	::operator delete(GAVE(p), at64, std::nothrow);
	::operator delete[](GAVE(q), at64, std::nothrow);
	TOOK(::operator new(128, at64, std::nothrow), 128);
}

static void
by_sized_delete(void)
{
	::operator delete(GAVE(TOOK(::operator new(500), 500)), size_t(500));
	::operator delete[](
		GAVE(TOOK(::operator new[](600), 600)), size_t(600));
	::operator delete(
		GAVE(TOOK(::operator new(704, at64), 704)), size_t(704), at64);
	::operator delete[](GAVE(TOOK(::operator new[](832, at64), 832)),
		size_t(832), at64);
	TOOK(::operator new(9), 9);
}

/* new must throw, not return; nothing was allocated. */
static void
by_new_that_fails(void)
{
	volatile size_t huge = size_t(-1) / 4;
	int thrown = 0;

	/* The exceptions are allocated on the way. */
	TRUTH_NO_ALLOC();
	TOOK(::operator new(17), 17);
	/* mimalloc as a C library ends the program there, shim or no shim. */
	if (getenv("NEW_ENDS_THE_PROGRAM"))
		return;
	try {
		truth_keep(::operator new(huge));
	} catch (const std::bad_alloc &) {
		thrown = 1;
	}
	if (!thrown || ::operator new(huge, std::nothrow))
		truth_fail("operator new: should have failed");
}

/*
 * The containers' insides are wrappers: whoever fills one decided. They are
 * never destroyed, so that they are live at exit.
 */
static void
by_vector(void)
{
	alignas(std::vector<long>) static char room[sizeof(std::vector<long>)];
	std::vector<long> *v = new (room) std::vector<long>;

	v->reserve(1000);
	TOOK(v->data(), 1000 * sizeof(long));
}

static void
by_string(void)
{
	alignas(std::string) static char room[sizeof(std::string)];
	std::string *s = new (room) std::string;

	s->reserve(5000);
	TOOK(&(*s)[0], 5001);
}

static void
by_map(void)
{
	typedef std::map<int, int> map;
	alignas(map) static char room[sizeof(map)];
	map *m = new (room) map;

	for (int i = 0; i < 10; i++) {
		int *value = &(*m)[i];

		/* A node is 40 bytes; the value's address stands for it. */
		TOOK(value, 40);
	}
}

} /* extern "C" */

int
main(void)
{
	by_new();
	by_new_array();
	by_new_nothrow();
	by_new_array_nothrow();
	by_new_aligned();
	by_new_array_aligned();
	by_new_aligned_nothrow();
	by_sized_delete();
	by_new_that_fails();
	by_vector();
	by_string();
	by_map();
	truth_print(1, 0);
	return 0;
}
