// SPDX-License-Identifier: Apache-2.0
// A unit of C++ as people write it, with much debug information: N tells one
// from the next, KINDS how many instances of its templates there are.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#ifndef KINDS
#define KINDS 20
#endif
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

namespace PASTE(unit, N)
{
template <int K> struct key {
	int v;
	bool operator<(const key &o) const { return v < o.v; }
	bool operator==(const key &o) const { return v == o.v; }
};

template <int K> struct hasher {
	size_t operator()(const key<K> &k) const { return size_t(k.v * K); }
};

template <int K> int work(const std::string &text)
{
	std::map<key<K>, std::vector<std::string>> words;
	std::unordered_map<key<K>, std::shared_ptr<std::string>, hasher<K>> last;
	std::set<std::pair<key<K>, std::string>> seen;
	std::istringstream in(text);
	std::vector<std::pair<key<K>, size_t>> sizes;

	for (std::string word; in >> word;) {
		key<K> k{ int(word.size()) };

		words[k].push_back(word);
		last[k] = std::make_shared<std::string>(word);
		seen.insert({ k, word });
	}
	for (auto &e : words)
		sizes.emplace_back(e.first, e.second.size());
	std::sort(sizes.begin(), sizes.end(), [](auto &a, auto &b) {
		return a.second > b.second ||
		       (a.second == b.second && a.first < b.first);
	});
	std::function<int(int)> sum = [&](int x) {
		return x + int(sizes.size()) + int(seen.size());
	};
	return sum(sizes.empty() ? 0 : sizes[0].first.v) + int(last.size());
}

template <int K> int all(const std::string &text)
{
	return work<N * 100 + K>(text) + all<K - 1>(text);
}

template <> int all<0>(const std::string &)
{
	return 0;
}

int run(const std::string &text)
{
	return all<KINDS>(text);
}
}

#ifdef WITH_MAIN
int main(int argc, char **argv)
{
	return unit1::run(argv[0]) == 0;
}
#endif
