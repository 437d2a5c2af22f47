/* SPDX-License-Identifier: Apache-2.0 */
/* Who counts as an allocation wrapper, and who must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "wrappers.h"

static const char *const wrappers[] = {
	/* libc, and its copies */
	"malloc", "__libc_malloc", "__libc_calloc", "realloc", "posix_memalign",
	"strdup", "__strdup", "__GI___strdup", "getline", "_IO_getdelim",
	"vasprintf", "__vasprintf_chk", "asprintf", "fopen", "fopen64",
	"_IO_file_doallocate", "_IO_doallocbuf", "__underflow", "opendir",
	"pthread_create", "[libc.so.6+0x8a3b1]", "_obstack_newchunk",
	"_dl_allocate_tls",
	/* what compiler and linker append */
	"xmalloc.part.0", "zcalloc.constprop.0.isra.0", "malloc@plt",
	"strdup@@GLIBC_2.2.5", "xcalloc(unsigned long, unsigned long)",
	"xrealloc [clone .cold]",
	/* families of C programs */
	"xmalloc", "xcalloc", "xrealloc", "xstrdup", "xmemdup", "xasprintf",
	"g_malloc0", "g_slice_alloc", "g_strdup_printf", "zmalloc",
	"ztrymalloc_usable_internal", "zrealloc_usable", "sdsnewlen",
	"_sdsMakeRoomFor", "sqlite3MemMalloc", "sqlite3Malloc",
	"sqlite3DbMallocRawNN", "dbMallocRawFinish", "mallocWithAlarm",
	"pcache1Alloc", "PyObject_Malloc", "_PyObject_Malloc",
	"_PyMem_RawMalloc", "PyMem_Realloc", "new_arena",
	"allocate_from_new_pool", "PyType_GenericAlloc", "_PyObject_GC_NewVar",
	"Perl_safesysmalloc", "Perl_more_bodies", "S_more_sv", "palloc0",
	"AllocSetAlloc", "MemoryContextAllocZero", "ngx_palloc_small",
	"ngx_pnalloc", "apr_palloc", "apr_pstrdup", "CRYPTO_malloc",
	"CRYPTO_zalloc", "uprv_malloc_72", "_talloc_zero", "talloc_strdup",
	"ggc_internal_alloc", "alloc_page", "rtx_alloc", "htab_expand",
	"_objalloc_alloc", "bfd_zalloc",
	/* C++ */
	"operator new", "operator new[]", "operator new(unsigned long)",
	"std::allocator<int>::allocate",
	"std::vector<Foo, std::allocator<Foo> >::_M_realloc_insert<Foo const&>",
	"std::__cxx11::basic_string<char, std::char_traits<char>, "
	"std::allocator<char> >::_M_create",
	"std::__1::vector<int, std::__1::allocator<int>>::reserve",
	"__gnu_cxx::new_allocator<int>::allocate",
	"std::_Rb_tree<int, std::pair<int const, int>, std::less<int> "
	">::_M_get_node",
	"std::make_shared<Session>",
	"vec<tree_node*, va_heap, "
	"vl_ptr>::reserve",
	"va_heap::reserve<edge_def*>", "hash_table<table_entry>::expand",
	"base_pool_allocator<"
	"memory_block_pool>::allocate",
	"llvm::allocate_buffer",
	"llvm::SmallVectorBase<unsigned int>::grow_pod",
	"llvm::BumpPtrAllocatorImpl<llvm::MallocAllocator, 4096, 4096, "
	"128>::Allocate",
	"QArrayData::allocate",
	/* Rust */
	"__rust_alloc", "__rdl_alloc", "alloc::alloc::exchange_malloc",
	"alloc::raw_vec::RawVec<T,A>::grow_amortized",
	"<alloc::string::String as core::clone::Clone>::clone",
	"hashbrown::raw::RawTable<T,A>::reserve_rehash",
	"core::ptr::drop_in_place",
	/* allocators that replace libc's */
	"je_malloc_default", "tc_malloc", "imalloc_body",
	"[libjemalloc.so.2+0x95f24]", NULL
};

static const char *const deciders[] = { "main", "setCommand", "lookupKey",
	"dictAddRaw", "mallocstats", "my_parser::malloc_table",
	"malloc_trim_report", "xmalloc_stats", "make_node", "parse_value",
	"PyDict_New", "new_dict", "list_resize", "_PyEval_EvalFrameDefault",
	"sqlite3VdbeExec", "sqlite3BtreeOpen", "ngx_http_parse_request_line",
	"std_function", "foo::operator()", "operator<<",
	"mystd::vector<int>::reserve", "core::Engine::start",
	"alloc::Pool::session", "Perl_newATTRSUB_x", "[prog+0x1234]",
	"[libcurl.so.4+0x1234]", "<MyType as core::clone::Clone>::clone",
	"<prog::Reader as std::io::Read>::read", "zmalloc_caller_of_mine",
	"callers_xmalloc", "std", "", "f(std::vector<int>)", NULL };

static void
allocation_wrappers_are_known(void **state)
{
	struct wrappers *w = wrappers_new(NULL);

	assert_non_null(w);
	for (size_t i = 0; wrappers[i]; i++)
		if (!wrappers_match(w, wrappers[i]))
			fail_msg(
				"'%s' is not taken for a wrapper", wrappers[i]);
	wrappers_free(w);
}

static void
code_that_decides_is_left_alone(void **state)
{
	struct wrappers *w = wrappers_new(NULL);

	assert_non_null(w);
	for (size_t i = 0; deciders[i]; i++)
		if (wrappers_match(w, deciders[i]))
			fail_msg("'%s' is taken for a wrapper", deciders[i]);
	wrappers_free(w);
}

static void
users_add_expressions_for_whole_names(void **state)
{
	static const char *const extra[] = { "pool_get", "(a)(b)\\1", NULL };
	struct wrappers *w = wrappers_new(extra);

	assert_non_null(w);
	assert_true(wrappers_match(w, "pool_get"));
	assert_true(wrappers_match(w, "pool_get.part.3"));
	assert_false(wrappers_match(w, "pool_get_all"));
	assert_false(wrappers_match(w, "my_pool_get"));
	/* Groups are numbered within the expression; one is ours. */
	assert_true(wrappers_match(w, "malloc"));
	wrappers_free(w);
}

static void
bad_expression_is_an_error(void **state)
{
	static const char *const extra[] = { "pool_(get", NULL };
	int kept = dup(STDERR_FILENO);

	/* The line that it costs would look like a failure here. */
	close(STDERR_FILENO);
	assert_null(wrappers_new(extra));
	dup2(kept, STDERR_FILENO);
	close(kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocation_wrappers_are_known),
		cmocka_unit_test(code_that_decides_is_left_alone),
		cmocka_unit_test(users_add_expressions_for_whole_names),
		cmocka_unit_test(bad_expression_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
