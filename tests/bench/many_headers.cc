// SPDX-License-Identifier: Apache-2.0
// What a compiler is profiled on: the standard headers, and some of their use.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

int
main()
{
	std::map<std::string, std::vector<int>> m;
	std::regex r("a.*b");

	m["a"].push_back(std::regex_match("axb", r));
	std::cout << m.size() << '\n';
	return 0;
}
