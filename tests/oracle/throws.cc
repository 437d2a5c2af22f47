// SPDX-License-Identifier: Apache-2.0
// Exceptions: what is allocated while one is made, thrown, passes destructors,
// is caught, thrown again, kept and thrown from elsewhere.
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

struct Guard {
	std::string name;
	std::map<int, std::string> *into;
	~Guard()
	{
		for (int i = 0; i < 3; i++) // while the exception passes
			(*into)[i] = name + std::string(40, 'g');
	}
};

struct Odd : std::runtime_error {
	std::vector<int> more;
	explicit Odd(const std::string &s) : std::runtime_error(s), more(20) {}
};

__attribute__((noinline)) static int descend(int depth,
	std::map<int, std::string> *into)
{
	Guard guard{ "depth " + std::to_string(depth), into };

	if (depth == 0)
		throw Odd("a text long enough for a block of its own");
	return descend(depth - 1, into) + (int)guard.name.size();
}

__attribute__((noinline)) static std::string again(int depth)
{
	std::map<int, std::string> into;

	try {
		try {
			descend(depth, &into);
		} catch (const Odd &e) {
			std::string text = std::string("caught: ") + e.what();

			if (depth % 2)
				throw;
			throw std::logic_error(text + std::string(50, '!'));
		}
	} catch (const std::exception &e) {
		auto kept = std::current_exception();
		auto copy = std::make_unique<std::string>(e.what());

		try {
			std::rethrow_exception(kept);
		} catch (...) {
			return *copy + into[1];
		}
	}
	return "";
}

int main()
{
	size_t total = 0;

	for (int i = 0; i < 400; i++)
		total += again(i % 40).size();
	std::printf("%zu\n", total);
}
