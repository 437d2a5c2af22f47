/* SPDX-License-Identifier: Apache-2.0 */
/* What --short-names makes of names, and what it must not take for a bracket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "demangle.h"
#include "short_name.h"

#define LONG 1000000

static void
names_are_folded(void **state)
{
	static const char *const cases[][2] = {
		{ "std::vector<std::pair<A, B>, std::allocator<std::pair<A, B> "
		  "> >::push_back(A const&)",
			"std::vector<>::push_back()" },
		{ "std::vector<int>::size() const", "std::vector<>::size()" },
		{ "f(int) const::{lambda(int)#1}::operator()(int) const",
			"f()::{lambda(int)#1}::operator()()" },
		{ "g()::{lambda(std::vector<int>)#2}",
			"g()::{lambda(std::vector<>)#2}" },
		{ "(anonymous namespace)::run<3>",
			"(anonymous namespace)::run<>" },
		{ "a::(anonymous namespace)::b(c)",
			"a::(anonymous namespace)::b()" },
		{ "a::operator-<std::pair<A, B>*>", "a::operator-<>" },
		{ "A::operator==<B>(A, B)", "A::operator==<>()" },
		{ "operator new", "operator new" },
		{ "operator new[]", "operator new[]" },
		{ "A<int>::operator<", "A<>::operator<" },
		{ "A<int>::operator<< <char>", "A<>::operator<< <>" },
		{ "operator< <A>(A, A)", "operator< <>()" },
		{ "A::operator<=>(A<B> const&) const", "A::operator<=>()" },
		{ "A<B>::operator->() const", "A<>::operator->()" },
		{ "A::operator()<int>(int)", "A::operator()<>()" },
		{ "A::operator[](unsigned long)", "A::operator[]()" },
		{ "A<&(B::operator<(C))>::f", "A<>::f" },
		{ "A<(1>2)>::f", "A<>::f" },
		{ "A<decltype ((x)->y)>::f", "A<>::f" },
		{ "A::operator std::vector<int>() const",
			"A::operator std::vector<>()" },
		{ "A::operator bool", "A::operator bool" },
		{ "my_operator<int>::f", "my_operator<>::f" },
		{ "std::function<void (int, std::map<A, B>)>::operator()",
			"std::function<>::operator()" },
		{ "call(void (*)(int, char), A<B>)", "call()" },
		{ "f[abi:cxx11](int)", "f()" },
		{ "std::to_string[abi:cxx11]<int>", "std::to_string<>" },
		{ "f(int) [clone .cold]", "f()" },
		{ "f(A) const &", "f()" },
		{ "<T as Trait<U>>::f", "<T as Trait<>>::f" },
		{ "<alloc::vec::Vec<u8> as std::io::Write>::write",
			"<alloc::vec::Vec<> as std::io::Write>::write" },
		{ "alloc::vec::Vec<T,A>::push", "alloc::vec::Vec<>::push" },
		{ "core::iter::sum::<u8>", "core::iter::sum::<>" },
		{ "<impl A for B<C>>::d", "<impl A for B<>>::d" },
		{ "mycrate::main::{closure#0}", "mycrate::main::{closure#0}" },
		{ "main.(*T).method", "main.(*T).method" },
		{ "main.Map[go.shape.int_0].Get", "main.Map[...].Get" },
		{ "main.main.func1", "main.main.func1" },
		{ "(anonymous) /srv/a.js:3", "(anonymous) /srv/a.js:3" },
		{ "<module>", "<module>" },
		{ "[libc.so.6+0x1234]", "[libc.so.6+0x1234]" },
		{ "malloc", "malloc" },
		{ "", "" },
		{ "a<b", "a<b" },
		{ "a>b", "a>b" },
		{ "f(", "f(" },
		{ ")(", ")(" },
		{ "operator", "operator" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = short_name(cases[i][0]);
		char *again = short_name(text);

		assert_string_equal(text, cases[i][1]);
		assert_string_equal(again, text);
		free(text);
		free(again);
	}
}

/* As they come out of the demangler. */
static void
symbols_are_folded(void **state)
{
	static const char *const cases[][2] = {
		{ "_ZNSt6vectorIiSaIiEE9push_backERKi",
			"std::vector<>::push_back" },
		{ "_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc",
			"std::operator<< <>" },
		{ "_ZNKSt8functionIFviEEclEi", "std::function<>::operator()" },
		{ "_ZNK1AcvSt6vectorIiSaIiEEEv", "A::operator std::vector<>" },
		{ "_ZZ4mainENKUlRT_E_clIiEEDaS0_",
			"main::{lambda(auto:1&)#1}::operator()<>" },
		{ "_ZN12_GLOBAL__N_11fIiEEvT_", "(anonymous namespace)::f<>" },
		{ "_ZNSt7__cxx119to_stringB5cxx11Ei",
			"std::__cxx11::to_string" },
		{ "_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push17h0123456789abcdefE",
			"alloc::vec::Vec<>::push" },
		{ "_ZN60_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops.."
		  "Drop$GT$4drop17h0123456789abcdefE",
			"<alloc::vec::Vec<> as core::ops::Drop>::drop" },
		{ "_RNvMNtCs1234_5alloc3vecINtB2_3VecpE4push",
			"<alloc::vec::Vec<>>::push" },
		{ "_RNvXs_Cs1234_1aNtB4_1TNtB4_1U1f", "<a::T as a::U>::f" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *name = demangle(cases[i][0]), *text = short_name(name);

		assert_string_equal(text, cases[i][1]);
		free(text);
		free(name);
	}
}

static void
a_hostile_name_takes_linear_time(void **state)
{
	static const char *const parts[] = { "f()", "<", "(", "a<", "{",
		"a<b>(", "operator<", "<(", "[abi:", "f() const", " const",
		"({[<" };
	char *name = malloc(LONG + 16), *text;
	clock_t began = clock();

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t length = 0;

		while (length < LONG) {
			strcpy(name + length, parts[i]);
			length += strlen(parts[i]);
		}
		text = short_name(name);
		assert_true(strlen(text) <= length);
		free(text);
	}
	assert_true(clock() - began < 5 * CLOCKS_PER_SEC);
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_folded),
		cmocka_unit_test(symbols_are_folded),
		cmocka_unit_test(a_hostile_name_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
