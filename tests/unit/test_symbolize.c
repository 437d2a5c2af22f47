/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of real code: this very test program, and small ones built here. What
 * a name may not be (another file's, a neighbour's) and what stands instead.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "demangle.h"
#include "dumps.h"
#include "profile.h"
#include "symbolize.h"
#include "symbolize_ranges.h"

/*
 * Where outer() calls here(), by way of two functions that are inlined. The
 * lines are looked at: keep them.
 */
static const char c_source[] =
	"#define _GNU_SOURCE\n" /* 1 */
	"void *seen;\n" /* 2 */
	"__attribute__((noinline)) void here(void)\n" /* 3 */
	"{ seen = __builtin_return_address(0); __asm__(\"\" ::: \"memory\"); "
	"}\n"
	"static inline __attribute__((always_inline)) void inner(void)\n"
	"{ here(); __asm__(\"\" ::: \"memory\"); }\n" /* 6 */
	"static inline __attribute__((always_inline)) void middle(void)\n"
	"{ inner(); }\n" /* 8 */
	"__attribute__((noinline)) void *outer(void)\n" /* 9 */
	"{\n"
	"	middle();\n" /* 11 */
	"	return seen;\n"
	"}\n"
	"__attribute__((visibility(\"hidden\"), noinline))\n"
	"void *hidden(void) { here(); return seen; }\n" /* 15 */
	"__attribute__((noinline)) void *by_hidden(void) { void *p = hidden();"
	" __asm__(\"\" ::: \"memory\"); return p; }\n"
	"#include <link.h>\n"
	"#include <stdio.h>\n"
	"static int show(struct dl_phdr_info *info, size_t size, void "
	"*address)\n"
	"{\n"
	"	for (int i = 0; i < info->dlpi_phnum; i++) {\n"
	"		const ElfW(Phdr) *h = &info->dlpi_phdr[i];\n"
	"		size_t into = (size_t)address - info->dlpi_addr - "
	"h->p_vaddr;\n"
	"		if (h->p_type == PT_LOAD && into < h->p_memsz)\n"
	"			printf(\"%zx\\n\", into + h->p_offset);\n"
	"	}\n"
	"	return 1;\n"
	"}\n"
	"int main(void)\n"
	"{\n"
	"	dl_iterate_phdr(show, outer());\n"
	"	dl_iterate_phdr(show, by_hidden());\n"
	"	return 0;\n"
	"}\n";

static const char frames_wanted[] = "inner[i]:6 middle[i]:8 outer:11";

struct program {
	char path[256];
	uint64_t outer, hidden; /* file offsets of return addresses in them */
	char build_id[128];
};

/* Runs a shell command in the folder. */
static void
run(const char *folder, const char *command)
{
	char *line = NULL;

	if (asprintf(&line, "cd '%s' && %s", folder, command) < 0)
		abort();
	if (system(line) != 0)
		fail_msg("failed: %s", line);
	free(line);
}

static void
read_build_id(struct program *l)
{
	char *command = NULL;
	FILE *f;

	if (asprintf(&command, "readelf -n '%s' | sed -n 's/.*Build ID: //p'",
		    l->path) < 0)
		abort();
	f = popen(command, "r");
	if (f == NULL || fscanf(f, "%127s", l->build_id) != 1)
		abort();
	pclose(f);
	free(command);
}

/* What nm says of a function in prog. */
static uint64_t
address_of(const char *folder, const char *function)
{
	unsigned long long address;
	char *command = NULL;
	FILE *f;

	if (asprintf(&command, "nm '%s/prog' | grep ' %s$'", folder, function) <
		0)
		abort();
	f = popen(command, "r");
	if (f == NULL || fscanf(f, "%llx", &address) != 1)
		abort();
	pclose(f);
	free(command);
	return address;
}

/* Builds the source as `prog`, and lets it say where in it it was. */
static struct program
build(const char *folder, const char *flags)
{
	struct program l;
	unsigned long long outer, hidden;
	char *command = NULL;
	FILE *f;

	write_file(folder, "source.c", c_source, sizeof c_source - 1);
	if (asprintf(&command,
		    "cc -O2 -rdynamic -Wl,--build-id %s -o prog source.c",
		    flags) < 0)
		abort();
	run(folder, command);
	free(command);
	snprintf(l.path, sizeof l.path, "%s/prog", folder);
	f = popen(l.path, "r");
	if (f == NULL || fscanf(f, "%llx %llx", &outer, &hidden) != 2)
		abort();
	pclose(f);
	l.outer = outer;
	l.hidden = hidden;
	read_build_id(&l);
	return l;
}

struct named {
	char frames[512]; /* "inner[i]:6 middle[i]:8 outer:11" */
	char why[128];
	char file[256]; /* of the innermost */
};

/* What one address of a module is called. */
static struct named
name(const char *path, const char *build_id, uint64_t offset)
{
	struct named n = { .why = "" };
	struct profile p;
	const struct location *l;

	profile_init(&p);
	profile_location(&p,
		path != NULL ? profile_module(&p, path, build_id) : NONE,
		offset);
	profile_symbolize(&p);
	l = &p.locations[0];
	for (uint32_t i = 0; i < l->depth; i++) {
		const struct frame *frame =
			&p.frames[p.location_frames[l->first + i]];
		const struct function *f = &p.functions[frame->function];
		size_t used = strlen(n.frames);

		snprintf(n.frames + used, sizeof n.frames - used, "%s%s%s:%u",
			i > 0 ? " " : "", strtab_get(&p.strings, f->name),
			f->inlined ? "[i]" : "", frame->line);
		if (i == 0)
			snprintf(n.file, sizeof n.file, "%s",
				strtab_get(&p.strings, f->file));
		assert_int_equal(
			f->named, strtab_get(&p.strings, f->name)[0] != '[');
	}
	if (path != NULL)
		snprintf(n.why, sizeof n.why, "%s",
			strtab_get(&p.strings, p.modules[0].why));
	profile_release(&p);
	return n;
}

static void
inlined_frames_come_innermost_first_with_their_lines(void **state)
{
	static const char *const flags[] = { "-g", "-gdwarf-4", "-g -gz=zlib",
		"-g -gno-column-info", "-g -gsplit-dwarf" };

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		char *folder = new_folder();
		struct program l = build(folder, flags[i]);
		struct named n = name(l.path, l.build_id, l.outer);

		if (strcmp(n.frames, frames_wanted) != 0)
			fail_msg("%s: %s", flags[i], n.frames);
		assert_string_equal(n.why, "");
		assert_non_null(strstr(n.file, "source.c"));
		n = name(l.path, NULL, l.hidden);
		assert_non_null(strstr(n.frames, "hidden:15"));
		remove_folder(folder);
	}
}

static void
a_separate_debug_file_is_found(void **state)
{
	char *folder = new_folder();
	struct program l = build(folder, "-g");
	struct named n;

	run(folder, "objcopy --only-keep-debug prog prog.debug && "
		    "strip prog && objcopy --add-gnu-debuglink=prog.debug"
		    " prog 2>/dev/null");
	n = name(l.path, l.build_id, l.outer);
	assert_string_equal(n.frames, frames_wanted);
	run(folder, "mkdir .debug && mv prog.debug .debug");
	n = name(l.path, l.build_id, l.outer);
	assert_string_equal(n.frames, frames_wanted);
	remove_folder(folder);
}

static void
a_stripped_file_never_lends_a_neighbours_name(void **state)
{
	char *folder = new_folder();
	struct program l = build(folder, "-g");
	struct named n;
	char wanted[64];

	snprintf(wanted, sizeof wanted, "[prog+0x%llx]:0",
		(unsigned long long)address_of(folder, "hidden"));
	run(folder, "strip -g prog");
	n = name(l.path, l.build_id, l.outer);
	assert_string_equal(n.frames, "outer:0");
	n = name(l.path, l.build_id, l.hidden);
	assert_string_equal(n.frames, "hidden:0");
	run(folder, "strip prog");
	n = name(l.path, l.build_id, l.outer);
	assert_string_equal(n.frames, "outer:0");
	n = name(l.path, l.build_id, l.hidden);
	assert_string_equal(n.frames, wanted);
	assert_non_null(strstr(n.why, "stripped"));
	remove_folder(folder);
}

static void
a_file_that_is_not_the_one_that_ran_gives_no_names(void **state)
{
	char *folder = new_folder();
	struct program l = build(folder, "-g");
	struct named n;
	char path[300], id[sizeof l.build_id];

	snprintf(id, sizeof id, "%s", l.build_id);
	build(folder, "-g -DOTHER -O1");
	n = name(l.path, id, l.outer);
	assert_memory_equal(n.frames, "[prog+0x", 8);
	assert_string_equal(
		n.why, "the file was replaced since (build-id differs)");
	run(folder, "rm prog");
	n = name(l.path, id, l.outer);
	assert_memory_equal(n.frames, "[prog+0x", 8);
	assert_string_equal(n.why, "the file is not there");
	snprintf(path, sizeof path, "%s (deleted)", l.path);
	n = name(path, NULL, l.outer);
	assert_memory_equal(n.frames, "[prog+0x", 8);
	assert_string_equal(n.why, "the file was deleted while it was in use");
	n = name(folder, NULL, 0x1234);
	assert_string_equal(n.why, "it is no regular file");
	n = name("/dev/zero", NULL, 0x1234);
	assert_string_equal(n.frames, "[zero+0x1234]:0");
	write_file(folder, "text", "text", 4);
	snprintf(path, sizeof path, "%s/text", folder);
	n = name(path, NULL, 0x1234);
	assert_string_equal(n.why, "it is no ELF file");
	write_file(folder, "text", "\177ELF\2\1\1", 7);
	n = name(path, NULL, 0x1234);
	assert_string_equal(n.frames, "[text+0x1234]:0");
	remove_folder(folder);
}

static void
what_is_no_file_keeps_its_address(void **state)
{
	assert_string_equal(
		name(NULL, NULL, 0x7f00dead).frames, "[0x7f00dead]:0");
	assert_string_equal(
		name("[vdso]", NULL, 0x9b3).frames, "[vdso+0x9b3]:0");
	assert_string_equal(name("[no stack]", NULL, 0).frames, "[no stack]:0");
}

static void
names_are_for_people(void **state)
{
	static const struct {
		const char *symbol, *name;
	} cases[] = {
		{ "main", "main" },
		{ "_Znwm", "operator new" },
		{ "_ZnamRKSt9nothrow_t", "operator new[]" },
		{ "_ZNSt6vectorIiSaIiEE9push_backERKi",
			"std::vector<int, std::allocator<int> >::push_back" },
		{ "_Z3foov.constprop.0", "foo" },
		{ "parse.part.0.isra.3", "parse" },
		{ "work.cold", "work" },
		{ "__GI__IO_doallocbuf", "_IO_doallocbuf" },
		{ "memcpy@@GLIBC_2.14", "memcpy" },
		{ "_ZN4core3ptr13drop_in_place17h0123456789abcdefE",
			"core::ptr::drop_in_place" },
		{ "_RNvCs1234_7mycrate3foo", "mycrate::foo" },
		{ "_Znonsense", "_Znonsense" },
		{ "_ZN", "_ZN" },
		{ "", "" },
		{ "@x", "@x" },
		{ ".cold", ".cold" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = demangle(cases[i].symbol);

		assert_string_equal(text, cases[i].name);
		free(text);
	}
}

/* f<A<int, int>, A<the last, the last>, ...>: each is twice as long. */
static void
a_name_that_explodes_is_cut_off(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char symbol[1024] = "_Z1fI1AIiiE";
	size_t length = strlen(symbol);
	char *text;

	for (size_t i = 1; i < sizeof digits - 1; i++)
		length += (size_t)snprintf(symbol + length,
			sizeof symbol - length, "S0_IS%c_S%c_E", digits[i],
			digits[i]);
	snprintf(symbol + length, sizeof symbol - length, "Evv");
	text = demangle(symbol);
	assert_memory_equal(text, "f<A<int, int>, A<A<int, int>, A<", 32);
	assert_true(strlen(text) < 10000);
	assert_string_equal(text + strlen(text) - 3, "...");
	free(text);
}

static void
the_innermost_range_counts(void **state)
{
	struct ranges r = { 0 };

	ranges_add(&r, (struct range){ 100, 200, 1, 0 });
	ranges_add(&r, (struct range){ 120, 140, 2, 5 });
	ranges_add(&r, (struct range){ 120, 140, 3, 4 });
	ranges_add(&r, (struct range){ 150, 150, 4, 0 });
	ranges_add(&r, (struct range){ 300, 310, 5, 0 });
	ranges_sort(&r);
	assert_null(ranges_find(&r, 99));
	assert_int_equal(ranges_find(&r, 100)->value, 1);
	assert_int_equal(ranges_find(&r, 120)->value, 3);
	assert_int_equal(ranges_find(&r, 139)->value, 3);
	assert_int_equal(ranges_find(&r, 140)->value, 1);
	assert_int_equal(ranges_find(&r, 199)->value, 1);
	assert_null(ranges_find(&r, 200));
	assert_null(ranges_find(&r, 299));
	assert_int_equal(ranges_find(&r, 309)->value, 5);
	ranges_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			inlined_frames_come_innermost_first_with_their_lines),
		cmocka_unit_test(a_separate_debug_file_is_found),
		cmocka_unit_test(a_stripped_file_never_lends_a_neighbours_name),
		cmocka_unit_test(
			a_file_that_is_not_the_one_that_ran_gives_no_names),
		cmocka_unit_test(what_is_no_file_keeps_its_address),
		cmocka_unit_test(names_are_for_people),
		cmocka_unit_test(a_name_that_explodes_is_cut_off),
		cmocka_unit_test(the_innermost_range_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
