/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A C++ library that throws and catches within itself, through frames with
 * destructors; for a C program that loads it at run time.
 */
#include <stdexcept>
#include <string>

static int cleaned;

struct cleaner {
	~cleaner()
	{
		cleaned++;
	}
};

static void
throw_deep(int depth)
{
	cleaner c;

	if (depth == 0)
		throw std::runtime_error("from the depth");
	throw_deep(depth - 1);
}

extern "C" int
throw_and_catch(void)
{
	cleaned = 0;
	try {
		throw_deep(10);
	} catch (const std::exception &e) {
		return std::string(e.what()) == "from the depth" ? cleaned : -1;
	}
	return -2;
}
