// SPDX-License-Identifier: Apache-2.0
// What each tenant's requests allocate: a label for as long as one is served.
//
//	c++ -O2 -o tenants tenants.cc $(pkg-config --cflags heapflame)
//	heapflame run --sample 4K ./tenants
//	heapflame report --by label
#include <heapflame.h>
#include <string>
#include <vector>

class Label {
    public:
	explicit Label(const std::string &text)
	{
		heapflame_label(text.c_str());
	}
	~Label()
	{
		heapflame_label(nullptr);
	}
	Label(const Label &) = delete;
	Label &operator=(const Label &) = delete;
};

static std::vector<std::string> cache;

static void
serve(const std::string &tenant, int size)
{
	Label label("tenant=" + tenant);

	for (int i = 0; i < 1000; i++)
		cache.push_back(std::string(static_cast<size_t>(size), 'x'));
}

int
main()
{
	serve("a", 100);
	serve("b", 400);
	serve("c", 50);
	return 0;
}
